/** Stryker's test runner for lambdas/regions. The runner for Vitest starts a thread for each mutant; this one keeps its process and
 * evaluates the bundled tests again. */
import { INSTRUMENTER_CONSTANTS } from '@stryker-mutator/api/core';
import type { InstrumenterContext } from '@stryker-mutator/api/core';
import { declareFactoryPlugin, PluginKind } from '@stryker-mutator/api/plugin';
import { DryRunStatus, MutantRunStatus, TestStatus } from '@stryker-mutator/api/test-runner';
import type {
  DryRunResult,
  MutantRunOptions,
  MutantRunResult,
  TestResult,
  TestRunner,
} from '@stryker-mutator/api/test-runner';
import type { Case } from './collect.ts';
import { loadSuite } from './suite.ts';
import type { Load } from './suite.ts';
import { timed, TooLong } from './timed.ts';

/** Folders of test/unit/regions, with a comma between two. */
const { MUTANT_TESTS: folders = '' } = process.env;

/** The object through which Stryker's instrumented code learns which mutant is active. */
function instrumenter(): InstrumenterContext {
  const state: InstrumenterContext = Reflect.get(globalThis, INSTRUMENTER_CONSTANTS.NAMESPACE) ?? {};
  Reflect.set(globalThis, INSTRUMENTER_CONSTANTS.NAMESPACE, state);
  return state;
}

const textOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** Longest time of a test in milliseconds. Without a mutant, the longest takes half a second on a core of its own. */
const TEST_LIMIT_MS = 10_000;
const LOAD_LIMIT_MS = 20_000;

async function tested(one: Case): Promise<TestResult> {
  const startMs = performance.now();
  const { id, fileName } = one;
  const about = () => ({ id, name: id, fileName, timeSpentMs: performance.now() - startMs });
  try {
    await timed(TEST_LIMIT_MS, () => one.run());
    return { ...about(), status: TestStatus.Success };
  } catch (error) {
    if (error instanceof TooLong) throw error;
    return { ...about(), status: TestStatus.Failed, failureMessage: textOf(error) };
  }
}

class BundleRunner implements TestRunner {
  private load: Load = () => [];

  capabilities() {
    return { reloadEnvironment: true };
  }

  async init(): Promise<void> {
    this.load = await loadSuite(process.cwd(), folders.split(','));
  }

  async dryRun(): Promise<DryRunResult> {
    const state = instrumenter();
    delete state.activeMutant;
    delete state.mutantCoverage;
    const tests: TestResult[] = [];
    for (const one of this.load(() => true)) {
      state.currentTestId = one.id;
      tests.push(await tested(one));
      delete state.currentTestId;
    }
    const { mutantCoverage } = state;
    return {
      status: DryRunStatus.Complete,
      tests,
      ...(mutantCoverage === undefined ? {} : { mutantCoverage }),
    };
  }

  async mutantRun(options: MutantRunOptions): Promise<MutantRunResult> {
    const state = instrumenter();
    const { activeMutant, hitLimit, mutantActivation, testFilter } = options;
    const isWanted = (fileName: string): boolean =>
      testFilter?.some((id) => id.startsWith(`${fileName} `)) ?? true;
    state.hitCount = 0;
    if (hitLimit !== undefined) state.hitLimit = hitLimit;
    delete state.activeMutant;
    if (mutantActivation === 'static') state.activeMutant = activeMutant.id;
    try {
      const cases = timed(LOAD_LIMIT_MS, () => this.load(isWanted));
      state.activeMutant = activeMutant.id;
      return await firstFailure(cases, testFilter, state);
    } catch (error) {
      if (error instanceof TooLong) return { status: MutantRunStatus.Timeout, reason: error.message };
      throw error;
    }
  }
}

async function firstFailure(
  cases: readonly Case[],
  ids: readonly string[] | undefined,
  state: InstrumenterContext,
): Promise<MutantRunResult> {
  const wanted = ids && new Set(ids);
  const chosen = cases.filter(({ id }) => wanted?.has(id) ?? true);
  for (const [at, one] of chosen.entries()) {
    const result = await tested(one);
    if ((state.hitCount ?? 0) > (state.hitLimit ?? Infinity)) return { status: MutantRunStatus.Timeout };
    if (result.status !== TestStatus.Failed) continue;
    const { failureMessage } = result;
    return { status: MutantRunStatus.Killed, killedBy: [one.id], failureMessage, nrOfTests: at + 1 };
  }
  return { status: MutantRunStatus.Survived, nrOfTests: chosen.length };
}

const newRunner = (): TestRunner => new BundleRunner();

export const strykerPlugins = [declareFactoryPlugin(PluginKind.TestRunner, 'bundle', newRunner)];
