/** DynamoDB's requests and answers as a proxy sees them. */
import * as z from 'zod/mini';
import type { StoredItem, StoredValue } from './capacity-units.ts';

const bytes = z.pipe(
  z.string(),
  z.transform((text: string): Uint8Array => Buffer.from(text, 'base64')),
);

const storedValue: z.ZodMiniType<StoredValue> = z.lazy(() =>
  z.strictObject({
    S: z.optional(z.string()),
    N: z.optional(z.string()),
    B: z.optional(bytes),
    BOOL: z.optional(z.boolean()),
    NULL: z.optional(z.boolean()),
    L: z.optional(z.array(storedValue)),
    M: z.optional(z.record(z.string(), storedValue)),
    SS: z.optional(z.array(z.string())),
    NS: z.optional(z.array(z.string())),
    BS: z.optional(z.array(bytes)),
  }),
);
const storedItem: z.ZodMiniType<StoredItem> = z.record(z.string(), storedValue);

/** A request about one item: a put contains the item, the others its key. */
export const itemRequestSchema = z.object({
  TableName: z.string(),
  Key: z.optional(storedItem),
  Item: z.optional(storedItem),
  ConsistentRead: z.optional(z.boolean()),
});

/** Answer of a GetItem. */
export const itemAnswerSchema = z.object({ Item: z.optional(storedItem) });

/** A Query whose cost is known, because it has no filter. */
export const queryRequestSchema = z.object({
  TableName: z.string(),
  IndexName: z.optional(z.string()),
  ConsistentRead: z.optional(z.boolean()),
  FilterExpression: z.optional(
    z.undefined('expected a query without a filter: its answer must show what it read'),
  ),
  ProjectionExpression: z.optional(z.string()),
});
/** Answer of a Query. */
export const queryAnswerSchema = z.object({ Items: z.optional(z.array(storedItem)) });

/** A page of a Scan: the fields that determine what is read. */
export const scanRequestSchema = z.object({
  TableName: z.string(),
  IndexName: z.optional(z.string()),
  ConsistentRead: z.optional(z.boolean()),
  ExclusiveStartKey: itemRequestSchema.shape.Key,
  Limit: z.optional(z.int()),
  Segment: z.optional(z.int()),
  TotalSegments: z.optional(z.int()),
});

/** A BatchGetItem: keys by table. */
export const batchRequestSchema = z.object({
  RequestItems: z.record(
    z.string(),
    z.object({ Keys: z.array(storedItem), ConsistentRead: z.optional(z.boolean()) }),
  ),
});
/** Answer of a BatchGetItem: the existing items, by table. */
export const batchAnswerSchema = z.object({ Responses: z.record(z.string(), z.array(storedItem)) });

/** The body of PutEvents. */
export const putEventsSchema = z.object({ Entries: z.array(z.looseObject({ Detail: z.string() })) });
