/** SDK commands as far as the world looks into them. */
import { PutObjectCommand } from '@aws-sdk/client-s3';
import { GetCommand } from '@aws-sdk/lib-dynamodb';
import { SendMessageCommand } from '@aws-sdk/client-sqs';

/** What items of ours are named by. */
const KEY = /(card|latency|effect|pause|sweep)#\S+|task-[0-9a-f]{40}/;

const recordOf = (value: unknown): Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null ? Object.fromEntries(Object.entries(value)) : {};

const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');

/** What a command is about, for the timeline. */
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

/** Id of the task that a command reads, if it reads one. */
export function taskReadBy(command: unknown, table: string): string | undefined {
  if (!(command instanceof GetCommand) || command.input.TableName !== table) return undefined;
  return String(command.input.Key?.['taskId']);
}

/** A message that is sent. @throws {Error} when the command is another */
export function messageOf(command: unknown): SendMessageCommand['input'] {
  if (command instanceof SendMessageCommand) return command.input;
  throw new Error('The simulated SQS does not know this command');
}
