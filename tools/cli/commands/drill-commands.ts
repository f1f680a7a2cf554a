/** `drill list`, `drill all`, `drill load` and `drill NAME`. */
import { join, relative } from 'node:path';
import { report } from '../../report/report.ts';
import { DRILLS, drillsNamed } from '../../drills/catalogue.ts';
import type { Drill } from '../../drills/drill.ts';
import { EVERY_DRILL } from '../../drills/guarantees.ts';
import { loadOf } from '../../drills/scenarios/load.ts';
import { figuresOf, verdictText, writePage } from '../../drills/report.ts';
import { holdDrills } from '../../drills/run-drills.ts';
import { siteIn } from '../../drills/site.ts';
import { type LocalEnvironment, localStatus, startLocalEnvironment } from '../../local/environment.ts';
import { LOCAL_ROOT } from '../../paths.ts';
import { CliError } from '../cli-error.ts';
import { print } from '../terminal/print.ts';
import { renderTable } from '../terminal/table.ts';

/** Options of `quoteq drill`. */
export interface DrillOptions {
  readonly json?: boolean;
  /** Folder of the reports; @default `.local/drills` */
  readonly reportDir?: string;
  /** Number of actions, only for `drill load`; @default 300 */
  readonly actions?: string;
  /** Uses the environment of `local up`. @default a new environment that is stopped after the drill */
  readonly running?: boolean;
}

/** The number of actions in the proof of the KPIs. */
const DEFAULT_ACTIONS = 300;
const MAX_ACTIONS = 10_000;

/** @throws {CliError} when the option is not a number of actions in range */
function actionsOption({ actions }: DrillOptions): number {
  if (actions === undefined) return DEFAULT_ACTIONS;
  const count = /^\d{1,5}$/.test(actions) ? Number(actions) : 0;
  if (count >= 1 && count <= MAX_ACTIONS) return count;
  throw new CliError(
    `--actions: expected a number of actions from 1 to ${MAX_ACTIONS}; found ${JSON.stringify(actions)}`,
  );
}

function list({ json }: DrillOptions): void {
  const drills = [...DRILLS, loadOf(DEFAULT_ACTIONS)].map(({ name, story, common = [], guarantees }) => ({
    name,
    story,
    guarantees: [...common, ...guarantees].map(({ claim }) => claim),
  }));
  const common = EVERY_DRILL.map(({ claim }) => claim);
  if (json === true) {
    print(JSON.stringify({ inEveryDrill: common, drills }));
    return;
  }
  print(
    renderTable(
      ['drill', 'what goes wrong'],
      drills.map(({ name, story }) => [name, story]),
    ),
  );
  print(`\nIn every drill but load: ${common.join('; ')}.`);
  for (const { name, guarantees } of drills) print(`${name}: ${guarantees.join('; ')}.`);
}

/** An interrupted drill leaves changed functions and scripted faults in an environment that keeps running. */
const CUT_OFF = 'Cut off: `npm run quoteq -- local down` and `local up` restore the environment';

/** Prints the message, then lets the signal end the process. */
function sayCutOff(signal: NodeJS.Signals): void {
  process.stderr.write(`${CUT_OFF}\n`);
  process.kill(process.pid, signal);
}

/** The environment of `local up`; the drill does not stop it. @throws {CliError} when it is not running */
async function runningEnvironment(): Promise<LocalEnvironment> {
  if (localStatus().state !== 'running')
    throw new CliError('--running: expected a running local environment: `npm run quoteq -- local up`');
  process.once('SIGINT', sayCutOff).once('SIGTERM', sayCutOff);
  const environment = await startLocalEnvironment({ detached: true });
  return { ...environment, stop: () => Promise.resolve() };
}

const startEnvironment = (
  { running }: DrillOptions,
  say: (text: string) => void,
): Promise<LocalEnvironment> =>
  running === true ? runningEnvironment() : startLocalEnvironment({ onProgress: say });

/** Runs the drills and prints the report; exits 1 when a guarantee did not hold. */
async function holdAndReport(drills: readonly Drill[], name: string, options: DrillOptions): Promise<void> {
  const say = options.json === true ? () => undefined : (text: string) => void print(`  ${text}`);
  const environment = await startEnvironment(options, say);
  try {
    const results = await holdDrills(siteIn(environment, Date.now(), say), drills);
    const dir = options.reportDir ?? join(LOCAL_ROOT, 'drills');
    for (const result of results) {
      const file = writePage(result, `npm run quoteq -- drill ${name}`, dir);
      if (options.json !== true) print(`\n${verdictText(result)}\n  ${relative(process.cwd(), file)}`);
    }
    if (options.json !== true) print('');
    report(results.flatMap(figuresOf));
  } finally {
    await environment.stop();
  }
}

/** `quoteq drill <name>` */
export async function drill(name: string, options: DrillOptions): Promise<void> {
  if (options.actions !== undefined && name !== 'load')
    throw new CliError(`--actions: expected \`drill load\`, which alone takes it; found drill ${name}`);
  if (name === 'list') return list(options);
  const drills = name === 'load' ? [loadOf(actionsOption(options))] : drillsNamed(name);
  return holdAndReport(drills, name, options);
}
