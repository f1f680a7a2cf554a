/** A table from one end to the other, page by page, no faster than it is allowed to be read. */
import { type DynamoDBDocumentClient, ScanCommand } from '@aws-sdk/lib-dynamodb';
import type { Item } from '../../lambdas/shared/adapters/dynamodb/document-client.ts';
import type { Clock } from '../../lambdas/shared/domain/ports.ts';

/** Which table, and how fast. */
export interface PaceOptions {
  readonly client: DynamoDBDocumentClient;
  readonly tableName: string;
  /** Most items read in a second; at least 1. */
  readonly itemsPerSecond: number;
  readonly clock: Clock;
}

/** How to read it. */
export interface ScanOptions {
  /** Key after which to begin; @default the first item */
  readonly from?: Item | undefined;
  /** Attributes to read; @default all */
  readonly projection?: string;
}

/** Some items, and the key to go on after; absent at the end. */
export interface TablePage {
  readonly items: readonly Item[];
  readonly next: Item | undefined;
}

/** Most items of one page: some 250 KB of tasks. */
const MAX_PAGE = 100;

/** Strongly consistent pages; the time that a page's items are worth has passed before the next is read. */
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
