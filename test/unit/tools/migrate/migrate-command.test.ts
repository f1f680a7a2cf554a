/** `quoteq migrate` in its own process, also killed in the middle. */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { CliError } from '../../../../tools/cli/cli-error.ts';
import { down, type MigrateOptions, up } from '../../../../tools/cli/commands/migrate-commands.ts';
import {
  type DynamoDbServer,
  startDynamoDb,
  TABLE_NAMES,
} from '../../../../tools/rig/aws/dynamodb-server.ts';
import { manyTasks, storedTasks, storeTasks, versionsOf } from '../../../helpers/stored-tasks.ts';

const QUOTEQ = resolve(import.meta.dirname, '../../../../tools/quoteq.ts');
/** Items for some seconds at the rate of the killed run. */
const COUNT = 600;

let dynamoDb: DynamoDbServer;
let dir: string;
let place: string;

beforeAll(async () => {
  dynamoDb = await startDynamoDb();
  dir = mkdtempSync(join(tmpdir(), 'quoteq-migrate-command-'));
  place = join(dir, 'place.json');
});
beforeEach(() => storeTasks(dynamoDb.client, manyTasks(COUNT, 2)));
afterAll(async () => {
  rmSync(dir, { recursive: true, force: true });
  await dynamoDb.stop();
});

const argsOf = (...args: readonly string[]): string[] => [QUOTEQ, 'migrate', ...args];
const onTable = ['--table-name', TABLE_NAMES.tasks, '--region', 'eu-central-1'];
const processOptions = () => ({ env: { ...process.env, ...dynamoDb.env } });

interface Answer {
  readonly text: string;
  readonly errors: string;
  readonly exitCode: number | null;
  readonly figures: Readonly<Record<string, number>>;
}

function quoteq(...args: readonly string[]): Answer {
  const { stdout, stderr, status } = spawnSync(process.execPath, argsOf(...args), {
    ...processOptions(),
    encoding: 'utf8',
  });
  const last = stdout.trimEnd().split('\n').at(-1) ?? '';
  const figures: readonly { name: string; value: number }[] = last.startsWith('[') ? JSON.parse(last) : [];
  return {
    text: stdout,
    errors: stderr,
    exitCode: status,
    figures: Object.fromEntries(figures.map(({ name, value }) => [name, value])),
  };
}

const migrate = (direction: string, ...args: readonly string[]): Answer =>
  quoteq(direction, ...onTable, '--place-file', place, '--rate', '20000', ...args);

const stored = () => storedTasks(dynamoDb.client);

describe('quoteq migrate', () => {
  it('shows the versions, migrates down and up again, and ends with the figures as JSON', async () => {
    expect(quoteq('status', ...onTable, '--rate', '20000').figures).toEqual({ 'tasks v2': COUNT });
    const lower = migrate('down', '--to', '1');
    const between = quoteq('status', ...onTable, '--rate', '20000', '--json');
    const upper = migrate('up');

    expect(lower).toMatchObject({
      exitCode: 0,
      figures: { read: COUNT, changed: COUNT, 'moved meanwhile': 0, refused: 0, left: 0 },
    });
    expect(between).toMatchObject({ exitCode: 0, figures: { 'tasks v1': COUNT } });
    expect(between.text.trimEnd().split('\n')).toHaveLength(1);
    expect(upper).toMatchObject({ exitCode: 0, figures: { changed: COUNT } });
    expect(versionsOf(await stored())).toEqual({ v2: COUNT });
  });

  it('continues after a kill, and changes nothing when it is run again', async () => {
    const args = argsOf('down', ...onTable, '--to', '1', '--place-file', place, '--rate', '300');
    const child = spawn(process.execPath, args, { ...processOptions(), stdio: 'ignore' });
    while (!existsSync(place)) await delay(10);
    child.kill('SIGKILL');
    await once(child, 'exit');
    const killed = versionsOf(await stored());

    const resumed = migrate('down', '--to', '1');
    const again = migrate('down', '--to', '1');

    expect(killed['v1']).toBeGreaterThan(0);
    expect(killed['v2']).toBeGreaterThan(0);
    expect(resumed.text).toContain('Continuing where the last run stopped');
    expect(resumed).toMatchObject({ exitCode: 0, figures: { changed: killed['v2'], left: 0 } });
    expect(again).toMatchObject({ exitCode: 0, figures: { read: COUNT, changed: 0 } });
    expect(versionsOf(await stored())).toEqual({ v1: COUNT });
  });

  it('shows the changes in a dry run without a write', async () => {
    const before = await stored();

    const { text, figures, exitCode } = migrate('down', '--to', '1', '--dry-run');

    expect(exitCode).toBe(0);
    expect(figures).toMatchObject({ 'would change': COUNT });
    expect(text).toContain('  schemaVersion: 2 → 1');
    expect(text).toMatch(/ {2}history\.\d+\.cause: "hold" → "recover_stale"/);
    expect(text).toMatch(/ {2}dueShard: "held-crm\.sync-\d" → "due-\d"/);
    expect(await stored()).toEqual(before);
  });

  it('names items that it could not migrate and exits 1', async () => {
    const [first] = manyTasks(1, 2);
    await storeTasks(dynamoDb.client, [{ ...first, state: 'not a state' }]);

    const { text, exitCode, figures } = migrate('down', '--to', '1');

    expect(exitCode).toBe(1);
    expect(text).toContain(`${String(first?.['taskId'])}: refused: `);
    expect(figures).toMatchObject({ refused: 1, changed: COUNT - 1 });
  });

  it('reports in one line that the table does not exist', () => {
    const { errors, exitCode, text } = quoteq('up', '--table-name', 'Nowhere', '--region', 'eu-central-1');

    expect({ exitCode, text }).toEqual({ exitCode: 1, text: '' });
    expect(errors.trimEnd()).toMatch(/Nowhere: the table could not be read \(ResourceNotFoundException\)$/);
    expect(errors.trimEnd().split('\n')).toHaveLength(1);
  });
});

describe('the options of migrate', () => {
  const table = { tableName: TABLE_NAMES.tasks, region: 'eu-central-1' };
  const refused: readonly [string, (options: MigrateOptions) => Promise<void>, MigrateOptions, string][] = [
    [
      'a version that nobody knows',
      up,
      { ...table, to: '7' },
      '--to 7: this code knows versions 1 to 2 of tasks',
    ],
    ['no version to go down to', down, table, '--to: expected the version to migrate down to'],
    [
      'a version that is no number',
      down,
      { ...table, to: 'one' },
      '--to: expected a whole number from 1, got one',
    ],
    ['a rate of nothing', up, { ...table, rate: '0' }, '--rate: expected a whole number from 1, got 0'],
    ['the audit trail', up, { ...table, table: 'audit' }, '--table audit: append-only and never migrated'],
    ['a table of one version', down, { table: 'ledger' }, '--table ledger: there is only version 1'],
    [
      'a table of nobody',
      up,
      { ...table, table: 'carts' },
      '--table: expected one of tasks, ledger, audit, cards, controls',
    ],
  ];

  it.each(refused)('refuse %s', async (_title, command, options, message) => {
    await expect(command(options)).rejects.toThrow(CliError);
    await expect(command(options)).rejects.toThrow(message);
  });
});
