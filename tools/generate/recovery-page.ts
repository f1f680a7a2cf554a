/** Writes `docs/recovery.md` from the sweep's decision table and the constants of its budget. */
import { markdownTable } from './markdown.ts';
import { writeFile } from 'node:fs/promises';
import { format, resolveConfig } from 'prettier';
import { ExecutionState } from '../../lambdas/queue/contracts/lifecycle-states.ts';
import {
  type BudgetPart,
  budgetOf,
  RECOVERY_BUDGET_MS,
  RECOVERY_PATHS,
} from '../../lambdas/queue/domain/recovery/recovery-budget.ts';
import {
  DRIVER_STATUSES,
  Lateness,
  RECOVERY_TABLE,
} from '../../lambdas/queue/domain/recovery/recovery-table.ts';
import { POLICY } from '../../lambdas/queue/domain/task/policy.ts';

/** Path of the generated page. */
export const RECOVERY_PAGE = new URL('../../docs/recovery.md', import.meta.url);

const decisions = (): readonly string[] =>
  markdownTable(
    ['state', 'lateness', ...DRIVER_STATUSES],
    Object.values(ExecutionState).flatMap((state) =>
      Object.values(Lateness).map((lateness) => [
        `\`${state}\``,
        lateness,
        ...DRIVER_STATUSES.map((status) => RECOVERY_TABLE[state][lateness][status]),
      ]),
    ),
  );

const seconds = (ms: number): string => `${ms / 1_000} s`;

const budget = (): readonly string[] =>
  markdownTable(
    ['stuck by', 'longest duration of each step', 'total'],
    Object.entries<readonly BudgetPart[]>(RECOVERY_PATHS).map(([name, path]) => [
      name,
      path.map(({ what, ms }) => `${what} ${seconds(ms)}`).join(' + '),
      seconds(budgetOf(path)),
    ]),
  );

const lines = (): readonly string[] => [
  '# What the sweep decides, and how long that may take',
  '',
  '`npm run generate` writes this page from `lambdas/queue/domain/recovery/recovery-table.ts` and `recovery-budget.ts`; a test fails if it is stale.',
  '',
  '## The decision',
  '',
  'The columns show the status of the execution that drives the task. `unstarted` means that the newest transition is the retry, recovery or release that named the execution, and that only its start was lost. A first execution that never started is `missing`: its replacement is a transition, which trail, card and KPI show.',
  '',
  `A task is \`due\` after \`dueAtMs\`, and \`stale\` ${seconds(POLICY.staleDriverMs)} later in generation 1. That time doubles with each generation, at most five times.`,
  '',
  ...decisions(),
  '',
  '- `leave`: the sweep does nothing.',
  '- `start`: the sweep starts the named execution and writes nothing.',
  '- `redrive`: one conditional write raises the generation, and the sweep starts its execution.',
  '- `end_attempt`: one conditional write ends the attempt as `WORKER_LOST`, with an unknown outcome. If attempts are left, the write also raises the generation, and the sweep starts its execution. Otherwise the task has failed permanently.',
  '',
  'The sweep reads the status of the execution only if the row has more than one decision.',
  '',
  '## The budget',
  '',
  `From the moment when a task is stuck until its next attempt ends, less than ${seconds(RECOVERY_BUDGET_MS)} pass:`,
  '',
  ...budget(),
  '',
];

/** The whole page, formatted like the repository. */
export async function renderRecoveryPage(): Promise<string> {
  const options = await resolveConfig(RECOVERY_PAGE);
  return format(lines().join('\n'), { ...options, parser: 'markdown' });
}

/** Writes the page. */
export const writeRecoveryPage = async (): Promise<void> =>
  writeFile(RECOVERY_PAGE, await renderRecoveryPage());
