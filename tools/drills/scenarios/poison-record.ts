/** Items that are not tasks are written to the Tasks table, and therefore to its stream. */
import { ActionKind } from '../../../lambdas/actions/kinds.ts';
import { createHash } from 'node:crypto';
import { DeleteCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import {
  ChangeMessageVisibilityCommand,
  DeleteMessageCommand,
  type Message,
  ReceiveMessageCommand,
} from '@aws-sdk/client-sqs';
import * as z from 'zod/mini';
import { eventually } from '../../rig/process/eventually.ts';
import { actionsOf, enqueueMany } from '../actions.ts';
import type { Drill } from '../drill.ts';
import { counted } from '../guarantees.ts';
import { hasRole } from '../../../lambdas/shared/contracts/error-codes.ts';
import type { DrillSite } from '../site.ts';

/** Items like those of a faulty script, a newer release and a damaged backup. */
const POISON: readonly Readonly<Record<string, unknown>>[] = [
  { state: 'nonsense' },
  { schemaVersion: 99, state: 'queued', version: 1 },
  { payloadJson: new Uint8Array([0, 255]), history: [] },
];
const QUOTES = 3;

const parkedSchema = z.object({
  code: z
    .string()
    .check(z.refine((code) => hasRole(code, 'damage'), 'expected the code of a damaged record')),
  record: z.object({ dynamodb: z.object({ Keys: z.object({ taskId: z.object({ S: z.string() }) }) }) }),
});

const poisonIdOf = ({ mark }: DrillSite, index: number): string =>
  `task-${createHash('sha256').update(`${mark} ${index}`).digest('hex').slice(0, 40)}`;

const parkedIdOf = ({ Body = 'null' }: Message): string | undefined =>
  parkedSchema.safeParse(JSON.parse(Body)).data?.record.dynamodb.Keys.taskId.S;

/** Receives this drill's messages from the parked queue; other messages are returned to it at once. */
async function takeParked(site: DrillSite, ours: ReadonlySet<string>): Promise<readonly string[]> {
  const QueueUrl = site.outputs.parkedQueueUrl;
  const command = new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10 });
  const { Messages = [] } = await site.sqs.send(command);
  const taken = Messages.map(async (message) => {
    const taskId = parkedIdOf(message);
    const { ReceiptHandle } = message;
    if (taskId !== undefined && ours.has(taskId)) {
      await site.sqs.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle }));
      return [taskId];
    }
    await site.sqs.send(
      new ChangeMessageVisibilityCommand({ QueueUrl, ReceiptHandle, VisibilityTimeout: 0 }),
    );
    return [];
  });
  return (await Promise.all(taken)).flat();
}

/** Number of these that are parked, after all are or the time is over. */
async function countParked(site: DrillSite, ids: ReadonlySet<string>): Promise<number> {
  const found = new Set<string>();
  const look = async (): Promise<true | undefined> => {
    for (const taskId of await takeParked(site, ids)) found.add(taskId);
    return found.size === ids.size || undefined;
  };
  await eventually('the poison to be parked', look, 30_000).catch(() => undefined);
  return found.size;
}

/** Invalid items are in the stream. */
export const poisonRecord: Drill = {
  name: 'poison-record',
  story: 'items that are no tasks are written into the Tasks table between the tasks, and reach its stream',
  alone: false,
  guarantees: [
    counted(
      'each of them is parked with its reason, and nothing behind it is held up',
      'parked',
      POISON.length,
    ),
  ],
  play: async (site) => {
    const TableName = site.outputs.tasksTable;
    const poison = POISON.map((item, index) => ({ taskId: poisonIdOf(site, index), ...item }));
    const before = await enqueueMany(site, actionsOf(site, 'before-poison', [ActionKind.CrmSync], QUOTES));
    for (const Item of poison) await site.documents.send(new PutCommand({ TableName, Item }));
    const after = await enqueueMany(site, actionsOf(site, 'after-poison', [ActionKind.CrmSync], QUOTES));
    const ids = poison.map(({ taskId }) => taskId);
    const parked = await countParked(site, new Set(ids));
    for (const taskId of ids) await site.documents.send(new DeleteCommand({ TableName, Key: { taskId } }));
    return { taskIds: [...before, ...after], counts: { parked } };
  },
};
