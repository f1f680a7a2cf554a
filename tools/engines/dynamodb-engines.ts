/** The engines that the stores are tested on. */
export const DynamoDbEngine = { Dynoxide: 'dynoxide', MiniStack: 'MiniStack' } as const;
/** One of {@link DynamoDbEngine}. */
export type DynamoDbEngine = (typeof DynamoDbEngine)[keyof typeof DynamoDbEngine];
