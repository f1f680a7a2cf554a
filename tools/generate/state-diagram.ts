/** Writes `docs/state-machine.md` from the state machine's definition. */
import { writeFile } from 'node:fs/promises';
import {
  type AslMachine,
  readQuoteAction,
  type Retrier,
  retryWaitsSeconds,
  tasksOf,
  type Transition,
  transitionsOf,
} from '../../statemachines/asl.ts';

/** Path of the generated page. */
export const STATE_MACHINE_PAGE = new URL('../../docs/state-machine.md', import.meta.url);

const arrow = ({ from, to, on }: Transition): string => `${from} --> ${to}${on === '' ? '' : `: ${on}`}`;

/** One arrow for each Task, because Mermaid draws only one of several arrows from a state to itself. */
const retryArrows = (machine: AslMachine): readonly string[] =>
  tasksOf(machine)
    .filter(([, { Retry }]) => Retry.length > 0)
    .map(([name, { Retry }]) => {
      const errors = Retry.flatMap(({ ErrorEquals }) => ErrorEquals);
      return arrow({ from: name, to: name, on: `retry ${errors.join(', ')}` });
    });

const endArrows = (machine: AslMachine): readonly string[] =>
  Object.entries(machine.States)
    .filter(([, { Type }]) => Type === 'Succeed' || Type === 'Fail')
    .map(([name]) => `${name} --> [*]`);

/** The machine as a Mermaid `stateDiagram-v2` with every transition, retry and end; ends with a line feed. */
export const renderStateDiagram = (asl: AslMachine): string =>
  [
    'stateDiagram-v2',
    ...[
      `[*] --> ${asl.StartAt}`,
      ...transitionsOf(asl).map(arrow),
      ...retryArrows(asl),
      ...endArrows(asl),
    ].map((line) => `  ${line}`),
    '',
  ].join('\n');

/** A number rounded to one decimal. */
const grouped = (value: number): string => value.toLocaleString('en-US', { maximumFractionDigits: 1 });

/** `1, 2, 4 s` or `10, 20, 40, then 60 s each`; a fraction is rounded to the tenth. */
function waitsText(waitsSeconds: readonly number[]): string {
  const last = waitsSeconds.at(-1) ?? 0;
  const leading = waitsSeconds.slice(0, waitsSeconds.indexOf(last));
  const capped = waitsSeconds.length - leading.length > 1;
  return capped
    ? `${leading.map(grouped).join(', ')}, then ${grouped(last)} s each`
    : `${waitsSeconds.map(grouped).join(', ')} s`;
}

function retryLine(state: string, retrier: Retrier): string {
  const waits = retryWaitsSeconds(retrier);
  const longest = waits.reduce((sum, wait) => sum + wait, 0);
  const names = retrier.ErrorEquals.map((name) => `\`${name}\``).join(', ');
  return (
    `- **${state}**, ${names}: at most ${grouped(retrier.MaxAttempts)} retries, after ${waitsText(waits)}; full jitter ` +
    `draws each wait between 0 and that. Together at most ${grouped(longest)} s, ${grouped(longest / 2)} s expected.`
  );
}

/** ASL comments are plain text, but Markdown would treat `<worker>` as an HTML tag. */
const escaped = (comment: string): string => comment.replaceAll('&', '&amp;').replaceAll('<', '&lt;');

/** The whole page. */
export const renderStateMachinePage = (asl: AslMachine): string =>
  [
    '# The state machine of a quote action',
    '',
    '`npm run generate` writes this page from `statemachines/quote-action/quote-action.asl.json`; a test fails if it is stale.',
    '[statemachines/quote-action/README.md](../statemachines/quote-action/README.md) says what each error leads to, and how long',
    'each step may take.',
    '',
    '```mermaid',
    `${renderStateDiagram(asl)}\`\`\``,
    '',
    '## States',
    '',
    ...Object.entries(asl.States).map(
      ([name, { Type, Comment }]) => `- **${name}** (${Type}): ${escaped(Comment)}`,
    ),
    '',
    '## Time limits',
    '',
    `- An execution: ${grouped(asl.TimeoutSeconds)} s.`,
    ...tasksOf(asl).map(([name, task]) => `- One attempt of **${name}**: ${grouped(task.TimeoutSeconds)} s.`),
    '',
    '## Retries',
    '',
    ...tasksOf(asl).flatMap(([name, { Retry }]) => Retry.map((retrier) => retryLine(name, retrier))),
    '',
  ].join('\n');

/**
 * Writes the page.
 * @throws {Error} when the definition cannot be read or uses a feature that `statemachines/asl.ts` does not know.
 */
export async function writeStateDiagram(): Promise<void> {
  await writeFile(STATE_MACHINE_PAGE, renderStateMachinePage(await readQuoteAction()));
}
