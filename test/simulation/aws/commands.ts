/** The parts of SDK commands that the world reads. */
import { PutObjectCommand } from '@aws-sdk/client-s3';
import { GetCommand } from '@aws-sdk/lib-dynamodb';
import { SendMessageCommand } from '@aws-sdk/client-sqs';

/** Keys of items. */
const KEY = /(card|latency|effect|pause|sweep)#\S+|task-[0-9a-f]{40}/;

const recordOf = (value: unknown): Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null ? Object.fromEntries(Object.entries(value)) : {};

const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');

/** The target of a command, for the timeline. */
export function targetOf(command: unknown): string {
  const input = recordOf(recordOf(command)['input']);
  const [table, index] = [textOf(input['TableName']), textOf(input['IndexName'])];
  if (table === '') return textOf(input['name']) || textOf(input['executionArn']).replace(/.*:/, '');
  const keys = Object.values(recordOf(input['Key'] ?? input['Item'])).map(textOf);
  const key = keys.map((text) => KEY.exec(text)?.[0]).find((found) => found !== undefined) ?? '';
  return `${table}${index === '' ? '' : `.${index}`} ${key}`;
}

/** Whether a command stores a document. */
export const isPut = (command: unknown): boolean => command instanceof PutObjectCommand;

/** Id of the task that a command reads; absent if it reads none. */
export function taskReadBy(command: unknown, table: string): string | undefined {
  if (!(command instanceof GetCommand) || command.input.TableName !== table) return undefined;
  return String(command.input.Key?.['taskId']);
}

/** The message of a send command. @throws {Error} for any other command */
export function messageOf(command: unknown): SendMessageCommand['input'] {
  if (command instanceof SendMessageCommand) return command.input;
  throw new Error('The simulated SQS does not know this command');
}
