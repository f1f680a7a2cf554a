import * as fc from 'fast-check';
import { expect } from 'vitest';

type Body = (...values: unknown[]) => unknown;

/** A test of a test file. */
export interface Case {
  /** Unique among all cases of a run, and the same in each run. */
  readonly id: string;
  readonly fileName: string;
  /** Whether the test is a law: it takes many cases, and so more time than another test. */
  readonly isLaw: boolean;
  /** Returns a promise if the test is asynchronous. @throws If the test fails. */
  run(): unknown;
}

/** A fixed seed gives each run the same cases. A failing law is not shrunk, because one failure is enough to kill a mutant. */
fc.configureGlobal({ seed: 20_261_201, endOnFailure: true });

const valuesOf = (row: unknown): unknown[] => (Array.isArray(row) ? row : [row]);

/** The part of Vitest's API that the tests of lambdas/regions use. It lists the tests and runs none. */
export class Collector {
  private readonly isWanted: (fileName: string) => boolean;
  readonly cases: Case[] = [];
  private fileName = '';
  private fileStart = 0;
  private readonly suites: string[] = [];

  /** The modules that test files import instead of Vitest and its extension for laws. */
  readonly modules: Readonly<Record<string, unknown>> = {
    vitest: { describe: this.describes(), it: this.its(), test: this.its(), expect },
    '@fast-check/vitest': { fc, test: this.its(), it: this.its() },
    'fast-check': fc,
  };

  /** @param isWanted whether a file is loaded. */
  constructor(isWanted: (fileName: string) => boolean) {
    this.isWanted = isWanted;
  }

  /** Lists the tests of a file. If the file does not load, that is a failed test of it. */
  readonly file = (fileName: string, load: () => void): void => {
    if (!this.isWanted(fileName)) return;
    this.fileName = fileName;
    this.fileStart = this.cases.length;
    this.suites.length = 0;
    try {
      load();
    } catch (error) {
      const run = (): never => {
        throw error;
      };
      this.cases.push({ id: `${fileName} loads`, fileName, isLaw: false, run });
    }
  };

  private readonly suite = (name: string, body: () => void): void => {
    this.suites.push(name);
    body();
    this.suites.pop();
  };

  private readonly add = (name: string, run: () => unknown, isLaw = false): void => {
    const { fileName } = this;
    const id = `${fileName} ${[...this.suites, name].join(' › ')} ${this.cases.length - this.fileStart}`;
    this.cases.push({ id, fileName, isLaw, run });
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
      (values: [fc.Arbitrary<unknown>], settings?: fc.Parameters<[unknown]>) => (name: string, law: Body) => {
        const property = fc.property(...values, (...drawn) => law(...drawn) !== false);
        this.add(name, () => fc.assert(property, settings), true);
      };
    return Object.assign(it, { each, prop });
  }
}
