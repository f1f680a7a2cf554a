import { defineConfig } from 'vitest/config';

/** `fast` needs no servers beyond what a test starts itself; `local` deploys the stacks to the local AWS once; `browser`
 * does so too and looks at Slack in a real browser. The contract of the stores runs twice: on the engine of the fast tests
 * and on the DynamoDB of the local AWS. */
export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'fast',
          include: ['test/{unit,statemachines,infra,contract}/**/*.test.ts'],
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
      {
        test: {
          name: 'local',
          include: ['test/{local,contract/stores}/**/*.test.ts'],
          globalSetup: ['test/local/global-setup.ts'],
          fileParallelism: false,
          testTimeout: 180_000,
          hookTimeout: 300_000,
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
