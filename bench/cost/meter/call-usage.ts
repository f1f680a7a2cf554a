/** Computes the billed units of one call of a function to AWS. Pure: the recorder supplies the items before and after. */
import {
  type Consistency,
  type IndexShape,
  indexWriteUnits,
  itemBytes,
  readUnits,
  type StoredItem,
  writeUnits,
} from './capacity-units.ts';
import { totalOf, type Usage, usedOnly } from './usage.ts';
import {
  batchAnswerSchema,
  batchRequestSchema,
  itemAnswerSchema,
  itemRequestSchema,
  putEventsSchema,
  queryAnswerSchema,
  queryRequestSchema,
  scanRequestSchema,
} from './wire.ts';

/** Keys and indexes of a table. */
export interface TableShape {
  readonly keys: readonly string[];
  readonly indexes: readonly IndexShape[];
}

/** A call that was answered. */
export interface ObservedCall {
  /** Name of the service in the signature: `dynamodb`, `events`, `s3`. */
  readonly service: string;
  /** Operation such as `PutItem` or `SendMessage`; the HTTP method if the service has no operation header. */
  readonly operation: string;
  readonly request: unknown;
  readonly answer: unknown;
  /** HTTP status. */
  readonly status: number;
  /** The item before and after a write, and its table. */
  readonly written?: WrittenItem;
  /** The items that a Scan read, or that a Query with a projection read; `untold` if the answer does not identify them. */
  readonly read?: readonly StoredItem[] | 'untold';
}

/** An item before and after a write. */
export interface WrittenItem {
  readonly table: TableShape;
  readonly before: StoredItem | undefined;
  readonly after: StoredItem | undefined;
}

/** DynamoDB's writes of one item. */
export const WRITE_OPERATIONS: ReadonlySet<string> = new Set(['PutItem', 'UpdateItem', 'DeleteItem']);

/** SQS and EventBridge bill each started 64 KB. */
const CHUNK_BYTES = 65_536;
const chunksOf = (text: string): number =>
  Math.max(1, Math.ceil(Buffer.byteLength(text, 'utf8') / CHUNK_BYTES));

const consistencyOf = (isConsistent: boolean | undefined): Consistency =>
  isConsistent === true ? 'strong' : 'eventual';

const readOf = (bytes: readonly number[], units: number): Usage =>
  usedOnly({ readUnits: units, readBytes: bytes.reduce((sum, size) => sum + size, 0) });

function getUsage({ request, answer }: ObservedCall): Usage {
  const { ConsistentRead } = itemRequestSchema.parse(request);
  const { Item } = itemAnswerSchema.parse(answer);
  const size = Item === undefined ? 0 : itemBytes(Item);
  return readOf([size], readUnits(size, consistencyOf(ConsistentRead)));
}

/** A Query is rounded up once, over everything that it read. */
function queryUsage({ request, answer, read }: ObservedCall): Usage {
  const { ConsistentRead } = queryRequestSchema.parse(request);
  const { Items = [] } = queryAnswerSchema.parse(answer);
  if (read === 'untold')
    throw new RangeError('read: expected an answer that names the keys of what was read');
  const sizes = (read ?? Items).map(itemBytes);
  const size = sizes.reduce((sum, one) => sum + one, 0);
  return readOf(sizes, readUnits(size, consistencyOf(ConsistentRead)));
}

/** A Scan is rounded up once too, over every item that it read, including those that its filter removes. */
function scanUsage({ request, status, read }: ObservedCall): Usage {
  const { ConsistentRead } = scanRequestSchema.parse(request);
  if (status < 300 && !Array.isArray(read))
    throw new TypeError('read: expected the items that the scan looked at');
  const sizes = Array.isArray(read) ? read.map(itemBytes) : [];
  const size = sizes.reduce((sum, one) => sum + one, 0);
  return readOf(sizes, readUnits(size, consistencyOf(ConsistentRead)));
}

/** A BatchGetItem is rounded up for each item; a key without an item costs a unit too. */
function batchUsage({ request, answer }: ObservedCall): Usage {
  const { RequestItems } = batchRequestSchema.parse(request);
  const { Responses } = batchAnswerSchema.parse(answer);
  return totalOf(
    Object.entries(RequestItems).map(([table, { Keys, ConsistentRead }]) => {
      const found = (Responses[table] ?? []).map(itemBytes);
      const sizes = Keys.map((_key, index) => found[index] ?? 0);
      const units = sizes.map((size) => readUnits(size, consistencyOf(ConsistentRead)));
      return readOf(
        sizes,
        units.reduce((sum, one) => sum + one, 0),
      );
    }),
  );
}

function writeUsage({ status, written }: ObservedCall): Usage {
  if (written === undefined) throw new TypeError('written: expected the item before and after');
  const { table, before } = written;
  // A refused condition changes nothing, even if another writer changed the item in the meantime.
  const after = status < 300 ? written.after : before;
  const inIndexes = table.indexes.map((index) => indexWriteUnits(before, after, index, table.keys));
  return usedOnly({
    writeUnits: inIndexes.reduce((sum, units) => sum + units, writeUnits(before, after)),
    writtenBytes: status < 300 && after !== undefined ? itemBytes(after) : 0,
  });
}

function dynamoUsage(call: ObservedCall): Usage {
  if (WRITE_OPERATIONS.has(call.operation)) return writeUsage(call);
  switch (call.operation) {
    case 'GetItem':
      return getUsage(call);
    case 'Query':
      return queryUsage(call);
    case 'Scan':
      return scanUsage(call);
    case 'BatchGetItem':
      return batchUsage(call);
    default:
      throw new RangeError(`operation: expected one whose units are known, got DynamoDB's ${call.operation}`);
  }
}

const eventsUsage = ({ request }: ObservedCall): Usage =>
  usedOnly({
    events: putEventsSchema.parse(request).Entries.reduce((sum, entry) => sum + chunksOf(entry.Detail), 0),
  });

/** HTTP methods that read an object; every other S3 request costs as much as a PUT. */
const S3_READS: ReadonlySet<string> = new Set(['GET', 'HEAD']);

/**
 * The use of the call. Starting and describing executions is free. Secrets and parameters are cached in the function's memory
 * for minutes, so they depend on the number of running functions and not on the number of actions: they are not counted.
 * @throws {RangeError} for a call with an unknown price, so that nothing is left uncounted
 */
export function usageOfCall(call: ObservedCall): Usage {
  switch (call.service) {
    case 'dynamodb':
      return dynamoUsage(call);
    case 'events':
      return eventsUsage(call);
    case 'sqs':
      return usedOnly({ sqsRequests: chunksOf(JSON.stringify(call.request)) });
    case 's3':
      return usedOnly(S3_READS.has(call.operation) ? { s3Reads: 1 } : { s3Writes: 1 });
    case 'states':
    case 'secretsmanager':
    case 'ssm':
      return usedOnly({});
    default:
      throw new RangeError(`service: expected one whose price is known, got ${call.service}`);
  }
}
