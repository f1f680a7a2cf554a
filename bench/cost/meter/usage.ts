/** The use of each service that AWS bills by the operation. */

/**
 * The closed set of billable operations. Each is a separate item on the bill. Time (Lambda's GB-seconds), storage and traffic
 * are not included.
 */
export const Billable = {
  /** Entered states of an execution, and retries of a state. */
  StateTransitions: 'stateTransitions',
  /** Invocations of functions. */
  LambdaRequests: 'lambdaRequests',
  ReadUnits: 'readUnits',
  /** Writes to tables and their indexes. */
  WriteUnits: 'writeUnits',
  /** Send, receive and delete requests. */
  SqsRequests: 'sqsRequests',
  /** Events put onto the bus, in units of 64 KB. */
  Events: 'events',
  /** PUT, COPY, POST, LIST. */
  S3Writes: 's3Writes',
  /** GET, HEAD. */
  S3Reads: 's3Reads',
  ApiRequests: 'apiRequests',
} as const;
/** One of {@link Billable}. */
export type Billable = (typeof Billable)[keyof typeof Billable];

/** Every billable operation, in the order of the tables. */
export const BILLABLES: readonly Billable[] = Object.values(Billable);

/** Counts that are not on the bill. */
export const Counted = {
  /** Bytes of items read from DynamoDB. */
  ReadBytes: 'readBytes',
  /** Bytes of items written to DynamoDB. */
  WrittenBytes: 'writtenBytes',
  CrmCalls: 'crmCalls',
  SlackCalls: 'slackCalls',
} as const;
/** One of {@link Counted}. */
export type Counted = (typeof Counted)[keyof typeof Counted];

/** All counts, in the order of the tables. */
export const USAGE_KEYS: readonly (Billable | Counted)[] = [...BILLABLES, ...Object.values(Counted)];

/** Counts of one run; read units can be multiples of a half. */
export type Usage = Readonly<Record<Billable | Counted, number>>;

/** Builds a usage from a value for each key. */
export const usageOf = (count: (key: Billable | Counted) => number): Usage => ({
  stateTransitions: count('stateTransitions'),
  lambdaRequests: count('lambdaRequests'),
  readUnits: count('readUnits'),
  writeUnits: count('writeUnits'),
  sqsRequests: count('sqsRequests'),
  events: count('events'),
  s3Writes: count('s3Writes'),
  s3Reads: count('s3Reads'),
  apiRequests: count('apiRequests'),
  readBytes: count('readBytes'),
  writtenBytes: count('writtenBytes'),
  crmCalls: count('crmCalls'),
  slackCalls: count('slackCalls'),
});

/** A usage with these counts; all others are 0. */
export const usedOnly = (part: Partial<Usage>): Usage => usageOf((key) => part[key] ?? 0);

/** The sum of the usages. */
export const totalOf = (parts: readonly Partial<Usage>[]): Usage =>
  usageOf((key) => parts.reduce((sum, part) => sum + (part[key] ?? 0), 0));

/** The usage of `whole` in addition to `part`. */
export const beyond = (whole: Usage, part: Usage): Usage => usageOf((key) => whole[key] - part[key]);

/** Number of billable operations. */
export const billableOperations = (usage: Usage): number =>
  BILLABLES.reduce((sum, key) => sum + usage[key], 0);
