/** Brings up one local environment for all local tests: the same stacks by the same `cdk deploy`. */
import type { TestProject } from 'vitest/node';
import { startLocalEnvironment } from '../../tools/local/environment.ts';
import type { LocalOutputs } from '../../tools/local/outputs.ts';

declare module 'vitest' {
  // oxlint-disable-next-line typescript/consistent-type-definitions -- vitest requires declaration merging
  interface ProvidedContext {
    readonly outputs: LocalOutputs;
  }
}

/** Starts the environment; the returned function stops it. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const environment = await startLocalEnvironment();
  project.provide('outputs', environment.outputs);
  return () => environment.stop();
}
