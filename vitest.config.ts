import { defineConfig } from 'vitest/config';

/** `fast` needs no servers beyond what a test starts itself; `simulation` runs worlds of its own, on a thread per core;
 * `local` deploys the stacks to the local AWS once; `browser` does so too and looks at Slack in a real browser; `drills` has
 * a local AWS of its own, which it mistreats. The contract of the stores runs twice: on the engine of the fast tests and on
 * the DynamoDB of the local AWS. `npm test` runs projects beside each other, so the limits are there for what hangs and not
 * for what is slow. */
export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'fast',
          include: ['test/{unit,statemachines,infra,contract}/**/*.test.ts'],
          testTimeout: 600_000,
          hookTimeout: 600_000,
        },
      },
      {
        test: {
          name: 'simulation',
          include: ['test/simulation/**/*.test.ts'],
          // Each file starts a thread per core of its own.
          fileParallelism: false,
          testTimeout: 3_600_000,
          hookTimeout: 3_600_000,
        },
      },
      {
        test: {
          name: 'local',
          include: ['test/{local,contract/stores}/**/*.test.ts'],
          globalSetup: ['test/local/global-setup.ts'],
          fileParallelism: false,
          testTimeout: 600_000,
          hookTimeout: 300_000,
        },
      },
      {
        test: {
          name: 'drills',
          include: ['test/drills/**/*.test.ts'],
          fileParallelism: false,
          testTimeout: 60_000,
          // Drills are held before the tests that look at what came of them; a task has five minutes to recover.
          hookTimeout: 1_800_000,
        },
      },
      {
        test: {
          name: 'browser',
          include: ['test/browser/**/*.test.ts'],
          globalSetup: ['test/local/global-setup.ts'],
          fileParallelism: false,
          testTimeout: 180_000,
          hookTimeout: 300_000,
        },
      },
    ],
  },
});
