/** The code of a world, loaded once per thread: functions, state machine, sandbox. */
import { readFile } from 'node:fs/promises';
import type { Mutation } from './mutation.ts';
import { mutated, plant } from './mutation.ts';
import type { Machinery } from '../simulate.ts';

const ASL_FILE = 'statemachines/quote-action/quote-action.asl.json';

/** Substitutions of the functions' ARNs: here a function's name is its address. */
const SUBSTITUTIONS: Readonly<Record<string, string>> = {
  '${RunActionFunctionArnPrefix}': 'run-action-',
  '${RunActionFunctionArnSuffix}': '',
  '${RecordLostWorkerFunctionArn}': 'record-lost-worker',
};

async function machineText(mutations: readonly Mutation[]): Promise<string> {
  const text = await readFile(new URL(`../../../../${ASL_FILE}`, import.meta.url), 'utf8');
  const source = mutations.filter(({ file }) => file === ASL_FILE).reduce(mutated, text);
  return Object.entries(SUBSTITUTIONS).reduce(
    (filled, [name, value]) => filled.replaceAll(name, value),
    source,
  );
}

/** Loads the code, with planted mutations if given. */
export async function loadMachinery(mutations: readonly Mutation[] = []): Promise<Machinery> {
  if (mutations.length > 0) plant(mutations);
  // Imported after planting, so that no production code is loaded before.
  const [{ installSandbox }, { loadFleet }, { machineSchema }, { installHistory }] = await Promise.all([
    import('../../kernel/sandbox.ts'),
    import('../containers.ts'),
    import('../../../../statemachines/asl.ts'),
    import('../invariants/task-history.ts'),
  ]);
  installSandbox();
  installHistory();
  const machine = machineSchema.parse(JSON.parse(await machineText(mutations)));
  return { fleet: await loadFleet(), machine };
}
