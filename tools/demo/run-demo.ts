/** The demo: three accepted quotes with nine actions, three faults, and the proof that each effect exists exactly once. */
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { AuditView } from '../../lambdas/queue/contracts/api.ts';
import type { AnsweredTask } from '../cli/answers.ts';
import { CliError } from '../cli/cli-error.ts';
import { enqueueAll } from '../cli/commands/enqueue-command.ts';
import { LiveBlock } from '../cli/terminal/live-block.ts';
import { print } from '../cli/terminal/print.ts';
import { getAudit, getTask, hasEnded } from '../cli/clients/queue-client.ts';
import { readQuoteFile, type QuoteAction } from '../cli/quote-file.ts';
import { tasksTable } from '../cli/terminal/render.ts';
import { renderTable } from '../cli/terminal/table.ts';
import { coloured } from '../cli/terminal/terminal-text.ts';
import { resolveTarget, type Target } from '../cli/target/target.ts';
import { startLocalEnvironment, type LocalEnvironment } from '../local/environment.ts';
import { scriptFault } from '../rig/faults/fault-client.ts';
import type { LocalOutputs } from '../local/outputs.ts';
import { LOCAL_ROOT, REPOSITORY_ROOT } from '../paths.ts';
import { type Link, pageLinks, saveDocuments } from './links.ts';
import { type Check, effectCount, proofOf } from './proof.ts';
import { countEffects } from './provider-counts.ts';
import { DEMO_FAULTS, DEMO_FILES, lostWorkersText } from './scenario.ts';

/** Options of `quoteq demo`. */
export interface DemoOptions {
  /** Leaves the local environment running. @default false */
  readonly keep?: boolean;
}

/**
 * The effect of a killed worker can be claimed again after its time limit plus the clock skew, about 20 s; the rest is reserve.
 */
const GIVE_UP_MS = 180_000;
const POLL_MS = 300;

const NAME_WIDTH = 14;

/** Links that are printed at the end. */
interface Links {
  readonly pages: readonly Link[];
  readonly files: readonly Link[];
}

/** The outcome of the demo. */
interface Played extends Links {
  /** Whether every guarantee of the proof holds. */
  readonly ok: boolean;
}

const heading = (text: string): boolean => print(`\n${coloured('bold', text)}`);

async function scriptFaults({ faultProxyUrl }: LocalOutputs): Promise<void> {
  for (const { rule, story } of DEMO_FAULTS) {
    await scriptFault(faultProxyUrl, rule);
    print(`  ${story}`);
  }
}

/** A running environment may have used the keys of the files already; then this run adds a unique mark to its keys. */
function demoActions(environment: LocalEnvironment): readonly QuoteAction[] {
  const mark = environment.alreadyRunning ? `-${Date.now().toString(36)}` : '';
  return DEMO_FILES.flatMap((file) => readQuoteFile(join(REPOSITORY_ROOT, file))).map((action) => ({
    ...action,
    idempotencyKey: `${action.idempotencyKey}${mark}`,
  }));
}

async function enqueueDemo(target: Target, actions: readonly QuoteAction[]): Promise<readonly string[]> {
  const enqueued = await enqueueAll(target, actions);
  return enqueued.map(({ action, answer }) => {
    if ('task' in answer) return answer.task.taskId;
    const why = 'problem' in answer ? answer.problem : answer.kind;
    throw new CliError(`${action.quoteId} ${action.kind}: ${why}`);
  });
}

/**
 * One request at a time: parallel requests would make the API start a function instance for each, and a small machine needs
 * that memory for the actions.
 */
async function oneByOne<Item, Answer>(
  items: readonly Item[],
  ask: (item: Item) => Promise<Answer>,
): Promise<readonly Answer[]> {
  const answers: Answer[] = [];
  for (const item of items) answers.push(await ask(item));
  return answers;
}

async function watchUntilEnded(target: Target, taskIds: readonly string[]): Promise<readonly AnsweredTask[]> {
  const block = new LiveBlock(process.stdout);
  const giveUpAtMs = performance.now() + GIVE_UP_MS;
  for (;;) {
    const tasks = await oneByOne(taskIds, (taskId) => getTask(target, taskId));
    block.show(tasksTable(tasks));
    if (tasks.every(hasEnded) || performance.now() > giveUpAtMs) return tasks;
    await delay(POLL_MS);
  }
}

/** The trail is written shortly after the task, so it is read until it is complete or the time is over. */
async function wholeTrail(target: Target, task: AnsweredTask): Promise<AuditView> {
  const giveUpAtMs = performance.now() + 10_000;
  for (;;) {
    const trail = await getAudit(target, task.taskId);
    if (trail.gaps.length === 0 || performance.now() > giveUpAtMs) return trail;
    await delay(POLL_MS);
  }
}

const checkLine = ({ claim, ok, found }: Check): string =>
  `  ${ok ? coloured('green', '✔') : coloured('red', '✘')} ${claim}: ${found}`;

function printLinks({ pages, files }: Links, leave: boolean): void {
  heading('Documents');
  for (const [name, file] of files) print(`  ${name.padEnd(NAME_WIDTH)} ${file}`);
  heading(leave ? 'Links' : 'Links (they end with the demo; `npm run demo -- --keep` leaves them)');
  for (const [name, url] of pages) print(`  ${name.padEnd(NAME_WIDTH)} ${url}`);
  if (leave) print('  The PDF of any other quote: npm run quoteq -- show task-… --save FILE');
}

async function play(environment: LocalEnvironment): Promise<Played> {
  const { outputs } = environment;
  const target = resolveTarget({});
  const actions = demoActions(environment);
  const before = await countEffects(outputs);
  heading('What will go wrong');
  await scriptFaults(outputs);
  heading(`${actions.length} actions of ${DEMO_FILES.length} quotes`);
  const tasks = await watchUntilEnded(target, await enqueueDemo(target, actions));
  const trails = await oneByOne(tasks, (task) => wholeTrail(target, task));
  const after = await countEffects(outputs);
  heading('At the providers');
  const rows = tasks.map((task) => [
    task.quoteId,
    task.kind,
    task.effect?.externalId ?? '–',
    effectCount(task, after),
  ]);
  print(renderTable(['quote', 'action', 'id there', 'times'], rows));
  print(`\n${lostWorkersText(trails)}`);
  heading('Proof');
  const checks = proofOf({ tasks, trails, before, after, expected: actions.length });
  for (const check of checks) print(checkLine(check));
  const files = await saveDocuments(target, tasks, join(LOCAL_ROOT, 'demo'));
  return { ok: checks.every((check) => check.ok), pages: pageLinks(outputs, tasks), files };
}

/** On Ctrl-C, stops the environment that the demo has started, then ends the process by the signal. */
function stopOnSignal(environment: LocalEnvironment): () => void {
  const onSignal = (signal: NodeJS.Signals): void => {
    print('\nStopping…');
    unwatch();
    void environment.stop().finally(() => process.kill(process.pid, signal));
  };
  const unwatch = (): void => {
    process.off('SIGINT', onSignal).off('SIGTERM', onSignal);
  };
  process.on('SIGINT', onSignal).on('SIGTERM', onSignal);
  return unwatch;
}

async function playAndStop(environment: LocalEnvironment, leave: boolean): Promise<void> {
  const unwatch = leave ? () => undefined : stopOnSignal(environment);
  try {
    const { ok, ...links } = await play(environment);
    if (!ok) process.exitCode = 1;
    printLinks(links, leave);
  } finally {
    if (leave) print('\nStill running; stop it with: npm run quoteq -- local down');
    else await environment.stop();
    unwatch();
  }
}

/** `quoteq demo`: exits 1 when the proof fails. */
export async function demo(options: DemoOptions): Promise<void> {
  const startedAtMs = performance.now();
  const seconds = (): string => ((performance.now() - startedAtMs) / 1_000).toFixed(1);
  heading('Local environment');
  const environment = await startLocalEnvironment({
    detached: true,
    onProgress: (step) => print(`  ${seconds().padStart(5)} s  ${step}`),
  });
  await playAndStop(environment, options.keep === true || environment.alreadyRunning);
  const verdict = process.exitCode === 1 ? coloured('red', 'FAILED') : coloured('green', 'Done');
  print(`\n${verdict} after ${seconds()} s`);
}
