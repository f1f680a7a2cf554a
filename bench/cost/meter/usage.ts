/** What was used of each service that AWS bills by the operation. */

/**
 * The closed set of billable operations. Every one is something that stands on the bill by itself; time (Lambda's
 * GB-seconds), storage and traffic are not among them.
 */
export const Billable = {
  /** States entered by an execution, and each repeated try of one. */
  StateTransitions: 'stateTransitions',
  /** Functions run. */
  LambdaRequests: 'lambdaRequests',
  ReadUnits: 'readUnits',
  /** In tables and in their indexes. */
  WriteUnits: 'writeUnits',
  /** Sent, received and deleted. */
  SqsRequests: 'sqsRequests',
  /** Put onto the bus, per 64 KB. */
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

/** What is counted beside the bill. */
export const Counted = {
  /** Of items read from DynamoDB. */
  ReadBytes: 'readBytes',
  /** Of items written to DynamoDB. */
  WrittenBytes: 'writtenBytes',
  CrmCalls: 'crmCalls',
  SlackCalls: 'slackCalls',
} as const;
/** One of {@link Counted}. */
export type Counted = (typeof Counted)[keyof typeof Counted];

/** Whatever is counted, in the order of the tables. */
export const USAGE_KEYS: readonly (Billable | Counted)[] = [...BILLABLES, ...Object.values(Counted)];

/** Counts of one run; a read unit may be a half. */
export type Usage = Readonly<Record<Billable | Counted, number>>;

/** Each key with a value. */
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

/** Nothing used but what is given. */
export const usedOnly = (part: Partial<Usage>): Usage => usageOf((key) => part[key] ?? 0);

/** All of them together. */
export const totalOf = (parts: readonly Partial<Usage>[]): Usage =>
  usageOf((key) => parts.reduce((sum, part) => sum + (part[key] ?? 0), 0));

/** What `whole` used beyond `part`. */
export const beyond = (whole: Usage, part: Usage): Usage => usageOf((key) => whole[key] - part[key]);

/** How many billable operations that were. */
export const billableOperations = (usage: Usage): number =>
  BILLABLES.reduce((sum, key) => sum + usage[key], 0);
