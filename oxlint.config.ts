/**
 * Lint rules. Imports obey two axes:
 * - layers: contracts ← domain ← adapters ← handlers, in every context;
 * - contexts: shared ← actions ← queue ← slack, and shared ← regions. A context imports another one only through what that one
 *   exports on purpose, and never one that is to its right.
 * `test/contract/import-rules.test.ts` shows that each rule fires.
 */
import { defineConfig } from 'oxlint';

/** A pattern of module names, and what is said when one matches. */
interface Pattern {
  readonly regex: string;
  readonly message: string;
}

const forbid = (regex: string, message: string): Pattern => ({ regex, message });

const ZOD = { name: 'zod', message: "import * as z from 'zod/mini' (the named z pulls 330 KB of locales)" };
const UP = String.raw`^(?:\.\./)+`;
const PACKAGES = '^(?:@aws-sdk|@smithy|@aws-lambda-powertools|@slack)/';
const CDK = '^(?:aws-cdk-lib|constructs)(?:/|$)';

const onlyLambdas = forbid(`${UP}(?:lib|tools|bench|test)/`, 'lambdas import lambdas only');
const noCdk = forbid(CDK, 'lambdas import no CDK');
const folders = (...names: readonly string[]): string => String.raw`^\.\.?/(?:.*/)?(?:${names.join('|')})/`;

/** What each layer must not import. */
const LAYERS: Readonly<Record<string, readonly Pattern[]>> = {
  contracts: [
    forbid(PACKAGES, 'contracts import the schema library only'),
    forbid(
      folders('domain', 'adapters', 'handlers', 'platform', 'exports'),
      'contracts import the schema library only',
    ),
  ],
  domain: [
    forbid(PACKAGES, 'domain is pure: it imports contracts only'),
    forbid('^zod', 'domain is pure: schemas belong to contracts'),
    forbid(folders('adapters', 'handlers', 'platform'), 'domain is pure: it imports contracts only'),
    forbid(String.raw`/exports/stores\.ts$`, 'domain is pure: stores come in through ports'),
  ],
  adapters: [forbid(folders('handlers'), 'adapters import domain ports, contracts and platform')],
  handlers: [],
  platform: [forbid(folders('domain', 'adapters', 'handlers'), 'platform imports contracts only')],
};

const leftOf = 'no context looks back: shared ← actions ← queue ← slack, and shared ← regions';
const onPurpose = 'only what the other context exports: its contracts, its ports and its exports';
const context = (name: string): string => `${UP}${name}/`;
const but = (name: string, ...open: readonly string[]): string => `${context(name)}(?!${open.join('|')})`;

const QUEUE_EXPORTS = ['contracts/', 'domain/ports\\.ts$', 'exports/'] as const;
const ACTION_CONTRACTS = ['kinds\\.ts$', '(?:[a-z-]+/)*contracts/'] as const;

/** What each context must not import of the others. */
const CONTEXTS: Readonly<Record<string, readonly Pattern[]>> = {
  shared: ['actions', 'queue', 'slack', 'regions'].map((name) => forbid(context(name), leftOf)),
  actions: ['queue', 'slack', 'regions'].map((name) => forbid(context(name), leftOf)),
  queue: [
    ...['slack', 'regions'].map((name) => forbid(context(name), leftOf)),
    forbid(but('actions', ...ACTION_CONTRACTS), onPurpose),
  ],
  slack: [
    forbid(context('regions'), leftOf),
    forbid(but('queue', ...QUEUE_EXPORTS), onPurpose),
    forbid(but('actions', ...ACTION_CONTRACTS, 'task-payload\\.ts$'), onPurpose),
  ],
  regions: [
    ...['slack', 'actions'].map((name) => forbid(context(name), leftOf)),
    forbid(but('queue', ...QUEUE_EXPORTS), onPurpose),
  ],
};

/** Handlers put their functions together, so those of the queue may import the workers of the kinds. */
const WORKERS = '[a-z]+/worker\\.ts$';

const restricted = (patterns: readonly Pattern[], paths: readonly (typeof ZOD)[] = [ZOD]) => ({
  'no-restricted-imports': ['error', { paths: [...paths], patterns: [...patterns] }] as const,
});

const imports = (files: readonly string[], ...patterns: readonly Pattern[]) => ({
  files: [...files],
  rules: restricted([onlyLambdas, noCdk, ...patterns]),
});

const layered = Object.entries(CONTEXTS).flatMap(([name, others]) => [
  imports([`lambdas/${name}/**`], ...others),
  ...Object.entries(LAYERS).map(([layer, patterns]) =>
    imports([`lambdas/${name}/**/${layer}/**`], ...others, ...patterns),
  ),
]);

/** Rules of a pure place: time, randomness and I/O come in as arguments. */
const PURE = {
  'no-restricted-globals': [
    'error',
    { name: 'setTimeout', message: 'time comes in through a port' },
    { name: 'setInterval', message: 'time comes in through a port' },
    { name: 'fetch', message: 'I/O belongs to adapters' },
  ],
  'no-restricted-properties': [
    'error',
    { object: 'Date', property: 'now', message: 'the clock comes in as an argument' },
    { object: 'Math', property: 'random', message: 'randomness comes in as an argument' },
  ],
} as const;

export default defineConfig({
  plugins: ['typescript', 'import', 'promise', 'node', 'unicorn', 'vitest'],
  categories: { correctness: 'error', suspicious: 'error' },
  ignorePatterns: ['node_modules', 'cdk.out', 'coverage', '.local'],
  rules: {
    'typescript/no-floating-promises': 'error',
    'typescript/no-misused-promises': 'error',
    'typescript/switch-exhaustiveness-check': 'error',
    'typescript/no-explicit-any': 'error',
    'import/no-cycle': 'error',
    'consistent-return': 'off',
    'typescript/consistent-return': 'off',
    'max-lines': ['error', { max: 250, skipBlankLines: true, skipComments: true }],
    'max-lines-per-function': ['error', { max: 60, skipBlankLines: true, skipComments: true }],
    'unicorn/require-post-message-target-origin': 'off',
    'vitest/no-standalone-expect': 'off',
    'vitest/no-focused-tests': 'error',
    'vitest/no-disabled-tests': 'error',
    'vitest/no-identical-title': 'error',
    ...restricted([]),
  },
  overrides: [
    ...layered,
    // Of the queue's handlers, only those of the workers reach into a kind.
    imports(
      ['lambdas/queue/handlers/*.handler.ts'],
      ...['slack', 'regions'].map((name) => forbid(context(name), leftOf)),
      forbid(but('actions', ...ACTION_CONTRACTS, WORKERS), onPurpose),
    ),
    { files: ['lambdas/**/domain/**', 'lambdas/regions/*/**'], rules: PURE },
    {
      files: ['lambdas/regions/{adapters,handlers}/**'],
      rules: { 'no-restricted-globals': 'off', 'no-restricted-properties': 'off' },
    },
    {
      files: ['lib/**'],
      rules: restricted([
        forbid('^(?:@aws-sdk|@slack)/', 'lib describes resources; it calls nothing'),
        forbid(`${UP}(?:tools|bench|test)/`, 'lib imports lib and contracts'),
        forbid(
          `${UP}lambdas/(?!actions/kinds\\.ts$|(?:[a-z-]+/)+contracts/)`,
          'lib and lambdas meet only in contracts',
        ),
      ]),
    },
    {
      files: ['tools/**'],
      rules: restricted([forbid(`${UP}(?:bench|test)/`, 'tools import neither bench nor test')]),
    },
    {
      files: ['tools/rig/**'],
      rules: restricted([
        forbid(`${UP}(?:bench|test)/`, 'tools import neither bench nor test'),
        forbid(
          `${UP}(?:cli|local|demo|drills|dashboard|doctor|dlq|generate|kpi|migrate|secrets|engines)/`,
          'the rig is below the commands',
        ),
      ]),
    },
    {
      files: ['tools/report/**'],
      rules: restricted([
        forbid(`${UP}(?:bench|test)/`, 'tools import neither bench nor test'),
        forbid(String.raw`${UP}(?!\.\./|cli/terminal/|lambdas/)`, 'reports need tables and nothing else'),
      ]),
    },
    { files: ['bench/**'], rules: restricted([forbid(`${UP}test/`, 'only tests import test')]) },
    { files: ['test/**'], rules: { 'max-lines-per-function': 'off' } },
  ],
});
