/** What one call of a function to AWS uses of what is billed. Pure: the recorder brings the items before and after. */
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
  /** `PutItem`, `SendMessage`; of a service without operations in the header the HTTP method. */
  readonly operation: string;
  readonly request: unknown;
  readonly answer: unknown;
  /** HTTP status. */
  readonly status: number;
  /** What a write found and left, and where. */
  readonly written?: WrittenItem;
  /** What a Scan read, and a Query whose answer shows only parts of it; `untold` when these do not say of which items. */
  readonly read?: readonly StoredItem[] | 'untold';
}

/** An item around a write. */
export interface WrittenItem {
  readonly table: TableShape;
  readonly before: StoredItem | undefined;
  readonly after: StoredItem | undefined;
}

/** DynamoDB's writes of one item. */
export const WRITE_OPERATIONS: ReadonlySet<string> = new Set(['PutItem', 'UpdateItem', 'DeleteItem']);

/** SQS and EventBridge count each begun 64 KB. */
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

/** A Query rounds up once, over all that it read. */
function queryUsage({ request, answer, read }: ObservedCall): Usage {
  const { ConsistentRead } = queryRequestSchema.parse(request);
  const { Items = [] } = queryAnswerSchema.parse(answer);
  if (read === 'untold')
    throw new RangeError('read: expected an answer that names the keys of what was read');
  const sizes = (read ?? Items).map(itemBytes);
  const size = sizes.reduce((sum, one) => sum + one, 0);
  return readOf(sizes, readUnits(size, consistencyOf(ConsistentRead)));
}

/** A Scan rounds up once too, over every item that it looked at, whatever its filter leaves of them. */
function scanUsage({ request, status, read }: ObservedCall): Usage {
  const { ConsistentRead } = scanRequestSchema.parse(request);
  if (status < 300 && !Array.isArray(read))
    throw new TypeError('read: expected the items that the scan looked at');
  const sizes = Array.isArray(read) ? read.map(itemBytes) : [];
  const size = sizes.reduce((sum, one) => sum + one, 0);
  return readOf(sizes, readUnits(size, consistencyOf(ConsistentRead)));
}

/** A BatchGetItem rounds up each item; a key without an item costs a unit too. */
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
  // A refused condition changes nothing, whatever another writer made of the item meanwhile.
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

/** Reads of an object, by HTTP method; every other request of S3 costs as a PUT does. */
const S3_READS: ReadonlySet<string> = new Set(['GET', 'HEAD']);

/**
 * What the call uses. Starting and describing executions is free. Secrets and parameters are kept in the function's memory
 * for minutes, so they follow the number of running functions and not that of the actions: they are not counted here.
 * @throws {RangeError} for a call whose price is not known: nothing goes uncounted
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
