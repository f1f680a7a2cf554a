import * as fc from 'fast-check';
import { expect } from 'vitest';

type Body = (...values: unknown[]) => unknown;

/** A test of a test file. */
export interface Case {
  /** Unique among all cases of a run, and the same in each run. */
  readonly id: string;
  readonly fileName: string;
  /** @throws If the test fails. */
  run(): Promise<void>;
}

/** A fixed seed gives each run the same cases. A failing law is not shrunk, because one failure is enough to kill a mutant. */
fc.configureGlobal({ seed: 20_261_201, endOnFailure: true });

const valuesOf = (row: unknown): unknown[] => (Array.isArray(row) ? row : [row]);

/** The part of Vitest's API that the tests of lambdas/regions use. It lists the tests and runs none. */
export class Collector {
  readonly cases: Case[] = [];
  private fileName = '';
  private readonly suites: string[] = [];

  /** The modules that test files import instead of Vitest and its extension for laws. */
  readonly modules: Readonly<Record<string, unknown>> = {
    vitest: { describe: this.describes(), it: this.its(), test: this.its(), expect },
    '@fast-check/vitest': { fc, test: this.its(), it: this.its() },
    'fast-check': fc,
  };

  /** Says from which file the next tests come. */
  readonly begin = (fileName: string): void => {
    this.fileName = fileName;
  };

  private readonly suite = (name: string, body: () => void): void => {
    this.suites.push(name);
    body();
    this.suites.pop();
  };

  private readonly add = (name: string, body: () => unknown): void => {
    const id = `${this.fileName} ${[...this.suites, name].join(' › ')} ${this.cases.length}`;
    const run = async (): Promise<void> => {
      await body();
    };
    this.cases.push({ id, fileName: this.fileName, run });
  };

  private describes() {
    const suite = (name: string, body: () => void): void => this.suite(name, body);
    const each = (rows: readonly unknown[]) => (name: string, body: Body) =>
      rows.forEach((row) => this.suite(name, () => void body(...valuesOf(row))));
    return Object.assign(suite, { each });
  }

  private its() {
    const it = (name: string, body: () => unknown): void => this.add(name, body);
    const each = (rows: readonly unknown[]) => (name: string, body: Body) =>
      rows.forEach((row) => this.add(name, () => body(...valuesOf(row))));
    const prop =
      (values: [fc.Arbitrary<unknown>], settings?: fc.Parameters<[unknown]>) => (name: string, law: Body) =>
        this.add(name, async () => {
          const property = fc.asyncProperty(...values, async (...drawn) => (await law(...drawn)) !== false);
          await fc.assert(property, settings);
        });
    return Object.assign(it, { each, prop });
  }
}
