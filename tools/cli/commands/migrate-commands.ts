/** `migrate status`, `migrate up` and `migrate down`. */
import { join } from 'node:path';
import { systemClock } from '../../../lambdas/shared/adapters/system.ts';
import { type ShapeName, SHAPES } from '../../../lambdas/queue/domain/migrations/shapes.ts';
import type { Shape } from '../../../lambdas/shared/domain/stored-items.ts';
import { type Figure, report } from '../../report/report.ts';
import { LOCAL_ROOT } from '../../paths.ts';
import { countVersions } from '../../migrate/count-versions.ts';
import { describeChange } from '../../migrate/describe-change.ts';
import { type Direction, migrateTable, type MigrationCounts } from '../../migrate/migrate-table.ts';
import { tableIdOf, targetTables, type TargetTablesOptions } from '../../migrate/migration-target.ts';
import { placeFile } from '../../migrate/place-file.ts';
import { CliError } from '../cli-error.ts';
import { print } from '../terminal/print.ts';
import { explaining } from '../target/stage-target.ts';
import { shownLine } from '../terminal/terminal-text.ts';

/** Options of `migrate status`. */
export interface StatusOptions extends TargetTablesOptions {
  /** Maximum items read in a second; @default {@link DEFAULT_RATE} */
  readonly rate?: string;
  readonly json?: boolean;
}

/** Options of `migrate up` and `migrate down`. */
export interface MigrateOptions extends StatusOptions {
  /** @default `tasks` */
  readonly table?: string;
  /** Target version. For `up`: @default the newest */
  readonly to?: string;
  readonly dryRun?: boolean;
  /** File that stores how far a run got, so that a killed run can continue; @default below `.local/migrations` */
  readonly placeFile?: string;
}

/** Items have about 2 KB, so this is 125 read units a second. The queue's own traffic continues meanwhile. */
export const DEFAULT_RATE = 250;
/** Maximum changes and refusals that are printed; the rest are counted. */
const MAX_PRINTED = 20;

const say = (json: boolean | undefined, text: string): void => {
  if (json !== true) print(shownLine(text));
};

function wholeNumber(option: string, given: string, least: number): number {
  const value = Number(given);
  if (Number.isInteger(value) && value >= least) return value;
  throw new CliError(`${option}: expected a whole number from ${least}, got ${given}`);
}

const rateOf = ({ rate }: StatusOptions): number =>
  rate === undefined ? DEFAULT_RATE : wholeNumber('--rate', rate, 1);

const isShape = (name: string): name is ShapeName => Object.hasOwn(SHAPES, name);

/** The shape of a table that can be migrated. @throws {CliError} with the reason if it cannot */
function migratableShape(name: string): Shape {
  if (!isShape(name))
    throw new CliError(`--table: expected one of ${Object.keys(SHAPES).join(', ')}, got ${name}`);
  const shape: Shape = SHAPES[name];
  if (shape.appendOnly)
    throw new CliError(`--table ${name}: append-only and never migrated; readers take every version`);
  if (shape.steps.length === 0)
    throw new CliError(`--table ${name}: there is only version ${shape.newest}, nothing to migrate`);
  return shape;
}

function targetVersion(
  direction: Direction,
  table: string,
  { newest }: Shape,
  to: string | undefined,
): number {
  if (to === undefined && direction === 'down')
    throw new CliError('--to: expected the version to migrate down to');
  const version = to === undefined ? newest : wholeNumber('--to', to, 1);
  if (version <= newest) return version;
  throw new CliError(`--to ${version}: this code knows versions 1 to ${newest} of ${table}`);
}

const figure = (name: string, value: number): Figure => ({ name, value, unit: 'items', samples: 1 });
const noneOf = (name: string, value: number): Figure => ({
  ...figure(name, value),
  goal: '0',
  ok: value === 0,
});

function printCounts(counts: MigrationCounts, options: MigrateOptions): void {
  const { read, changed, moved, refused, left } = counts;
  for (const { taskId, reason } of refused.slice(0, MAX_PRINTED))
    say(options.json, `${taskId}: refused: ${reason}`);
  if (left > 0)
    say(options.json, 'Running code still writes the other version: first deploy code that does not');
  report([
    figure('read', read),
    figure(options.dryRun === true ? 'would change' : 'changed', changed),
    figure('moved meanwhile', moved),
    noneOf('refused', refused.length),
    noneOf('left', left),
  ]);
}

async function migrateTasks(direction: Direction, options: MigrateOptions): Promise<void> {
  const table = options.table ?? 'tasks';
  const to = targetVersion(direction, table, migratableShape(table), options.to);
  const itemsPerSecond = rateOf(options);
  const { client, names } = await targetTables(options);
  const tableName = names.tasks ?? '';
  const dryRun = options.dryRun === true;
  const file = join(LOCAL_ROOT, 'migrations', `${tableName}-${direction}-${to}.json`);
  const place = placeFile(options.placeFile ?? file, await tableIdOf(client, tableName));
  if (!dryRun && place.last() !== undefined) say(options.json, 'Continuing where the last run stopped');
  let printed = 0;
  const counts = await migrateTable({
    client,
    tableName,
    direction,
    to,
    dryRun,
    place,
    itemsPerSecond,
    clock: systemClock,
    onChange: (before, after) => {
      printed += 1;
      if (dryRun && printed <= MAX_PRINTED) say(options.json, describeChange(before, after));
      if (dryRun && printed === MAX_PRINTED + 1) say(options.json, '…');
    },
    onPage: (read) => void process.stderr.write(`  ${read} read\n`),
  });
  client.destroy();
  printCounts(counts, options);
}

const explained = (work: () => Promise<void>): Promise<void> =>
  explaining('The tables could not be read', work);

/** `quoteq migrate up`. @throws {CliError} with what was expected */
export const up = (options: MigrateOptions): Promise<void> => explained(() => migrateTasks('up', options));

/** `quoteq migrate down`. @throws {CliError} with what was expected */
export const down = (options: MigrateOptions): Promise<void> =>
  explained(() => migrateTasks('down', options));

async function printStatus(options: StatusOptions): Promise<void> {
  const { client, names } = await targetTables(options);
  const figures: Figure[] = [];
  for (const [name, { newest }] of Object.entries(SHAPES)) {
    const tableName = isShape(name) ? names[name] : undefined;
    if (tableName === undefined) continue;
    const pace = { client, tableName, itemsPerSecond: rateOf(options), clock: systemClock };
    const counts = await countVersions(pace);
    for (const [version, count] of [...counts].toSorted(([a], [b]) => a - b)) {
      const isKnown = version >= 1 && version <= newest;
      figures.push({ ...figure(`${name} v${version}`, count), goal: `v1 to v${newest}`, ok: isKnown });
    }
  }
  client.destroy();
  report(figures);
}

/**
 * `quoteq migrate status`: counts items by schema version; exits 1 when this code does not know one of the versions.
 * @throws {CliError} with what was expected
 */
export const status = (options: StatusOptions): Promise<void> => explained(() => printStatus(options));
