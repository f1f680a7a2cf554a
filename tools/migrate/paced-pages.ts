/** Reads a table from the first item to the last, page by page, below a given rate. */
import { type DynamoDBDocumentClient, ScanCommand } from '@aws-sdk/lib-dynamodb';
import type { Item } from '../../lambdas/shared/adapters/dynamodb/document-client.ts';
import type { Clock } from '../../lambdas/shared/domain/ports.ts';

/** The table, and the rate. */
export interface PaceOptions {
  readonly client: DynamoDBDocumentClient;
  readonly tableName: string;
  /** Maximum items read in a second; at least 1. */
  readonly itemsPerSecond: number;
  readonly clock: Clock;
}

/** Options of the read. */
export interface ScanOptions {
  /** Key after which to begin; @default the first item */
  readonly from?: Item | undefined;
  /** Attributes to read; @default all */
  readonly projection?: string;
}

/** Some items, and the key after which the next page begins; the key is absent at the end. */
export interface TablePage {
  readonly items: readonly Item[];
  readonly next: Item | undefined;
}

/** Maximum items of one page: about 250 KB of tasks. */
const MAX_PAGE = 100;

/** Strongly consistent pages. Before it reads the next page, it waits for the time that the rate allows for the last one. */
export async function* pacedPages(
  { client, tableName, itemsPerSecond, clock }: PaceOptions,
  { from, projection }: ScanOptions = {},
): AsyncGenerator<TablePage> {
  const Limit = Math.max(1, Math.min(MAX_PAGE, Math.floor(itemsPerSecond)));
  let next = from;
  do {
    const startedMs = clock.nowMs();
    const { Items: items = [], LastEvaluatedKey } = await client.send(
      new ScanCommand({
        TableName: tableName,
        ConsistentRead: true,
        Limit,
        ExclusiveStartKey: next,
        ...(projection !== undefined && { ProjectionExpression: projection }),
      }),
    );
    next = LastEvaluatedKey;
    yield { items, next };
    const restMs = (items.length / itemsPerSecond) * 1_000 - (clock.nowMs() - startedMs);
    if (next !== undefined && restMs > 0) await clock.sleep(restMs);
  } while (next !== undefined);
}
