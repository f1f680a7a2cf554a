/** Runs the migrations of the rollback page in order on a table of recorded tasks. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type DynamoDbServer, startDynamoDb, TABLE_NAMES } from '../../tools/rig/aws/dynamodb-server.ts';
import { manyTasks, storedTasks, storeTasks, versionsOf } from '../helpers/stored-tasks.ts';

const REPOSITORY = resolve(import.meta.dirname, '../..');
const PAGE = readFileSync(join(REPOSITORY, 'runbooks/procedures/roll-back.md'), 'utf8');
const ON_AWS = ' --stage prod --region eu-central-1';
const COUNT = 54;

interface Step {
  /** The command after `npm run quoteq -- `, without its deployment. */
  readonly command: string;
  /** First column of each line of the shown output. */
  readonly shown: readonly string[];
}

/** First column of the table of an output, without the following JSON; of a status only the tasks, since the test has no other table. */
const firstColumn = (text: string): readonly string[] =>
  text
    .split('\n')
    .filter((line) => line.startsWith(' '))
    .map((line) => line.trim().split(/ {2,}/)[0] ?? '')
    .filter((cell) => !/^(?:ledger|audit|cards|controls) v\d$/.test(cell));

const steps: readonly Step[] = Array.from(
  PAGE.matchAll(/```sh\nnpm run quoteq -- (migrate .*)\n```\n\n```text\n([\s\S]*?)\n```/g),
  ([, command = '', text = '']) => ({ command: command.replace(ON_AWS, ''), shown: firstColumn(text) }),
);

let dynamoDb: DynamoDbServer;
let dir: string;

beforeAll(async () => {
  dynamoDb = await startDynamoDb();
  dir = mkdtempSync(join(tmpdir(), 'quoteq-roll-back-'));
  await storeTasks(dynamoDb.client, manyTasks(COUNT, 2));
});
afterAll(async () => {
  rmSync(dir, { recursive: true, force: true });
  await dynamoDb.stop();
});

function run(command: string): { readonly exitCode: number | null; readonly stdout: string } {
  const place = command.startsWith('migrate status') ? [] : ['--place-file', join(dir, 'place.json')];
  const { status, stdout } = spawnSync(
    process.execPath,
    ['tools/quoteq.ts', ...command.split(' '), '--table-name', TABLE_NAMES.tasks, ...place],
    { cwd: REPOSITORY, env: { ...process.env, ...dynamoDb.env }, encoding: 'utf8' },
  );
  return { exitCode: status, stdout: stdout.slice(stdout.indexOf(' name ')) };
}

describe('the page about rolling back', () => {
  it('shows the versions, makes a dry run, migrates down and up again', () => {
    expect(steps.map(({ command }) => command)).toEqual([
      'migrate status',
      'migrate down --to 1 --dry-run',
      'migrate down --to 1',
      'migrate up',
    ]);
  });

  it('has commands that work as written, print the shown output, and end in the initial state', async () => {
    const before = await storedTasks(dynamoDb.client);

    const versions: unknown[] = [];
    for (const { command, shown } of steps) {
      const { exitCode, stdout } = run(command);
      expect({ command, exitCode, columns: firstColumn(stdout) }).toEqual({
        command,
        exitCode: 0,
        columns: shown,
      });
      versions.push(versionsOf(await storedTasks(dynamoDb.client)));
    }

    expect(versions).toEqual([{ v2: COUNT }, { v2: COUNT }, { v1: COUNT }, { v2: COUNT }]);
    expect(await storedTasks(dynamoDb.client)).toEqual(before);
  });
});
