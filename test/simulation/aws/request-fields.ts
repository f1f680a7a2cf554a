/** Supported fields of DynamoDB requests; a request with any other field is refused. */

const refused = (request: string, field: string): Error =>
  new Error(`The simulated DynamoDB does not know ${field} of ${request}`);

/** Supported fields of each request. */
const KNOWN_FIELDS = {
  Get: ['TableName', 'Key', 'ConsistentRead'],
  Put: [
    'TableName',
    'Item',
    'ConditionExpression',
    'ExpressionAttributeNames',
    'ExpressionAttributeValues',
    'ReturnValues',
    'ReturnValuesOnConditionCheckFailure',
  ],
  Update: [
    'TableName',
    'Key',
    'UpdateExpression',
    'ConditionExpression',
    'ExpressionAttributeNames',
    'ExpressionAttributeValues',
    'ReturnValues',
    'ReturnValuesOnConditionCheckFailure',
  ],
  Delete: [
    'TableName',
    'Key',
    'ConditionExpression',
    'ExpressionAttributeNames',
    'ExpressionAttributeValues',
    'ReturnValues',
    'ReturnValuesOnConditionCheckFailure',
  ],
  Query: [
    'TableName',
    'IndexName',
    'KeyConditionExpression',
    'FilterExpression',
    'ExpressionAttributeNames',
    'ExpressionAttributeValues',
    'ProjectionExpression',
    'ExclusiveStartKey',
    'Limit',
    'ScanIndexForward',
    'ConsistentRead',
    'Select',
  ],
  Scan: [
    'TableName',
    'FilterExpression',
    'ExpressionAttributeNames',
    'ExpressionAttributeValues',
    'ProjectionExpression',
    'ExclusiveStartKey',
    'Limit',
  ],
  BatchGet: ['RequestItems'],
} as const;

/** @throws {Error} naming the unsupported field */
export function checkFields(request: keyof typeof KNOWN_FIELDS, input: object): void {
  const known: readonly string[] = KNOWN_FIELDS[request];
  for (const [field, value] of Object.entries(input)) {
    if (value !== undefined && !known.includes(field)) throw refused(request, field);
  }
}
