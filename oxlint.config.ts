/**
 * Lint rules. Imports obey two axes:
 * - layers: contracts ← domain ← adapters ← handlers, in every context;
 * - contexts: shared ← actions ← queue ← slack, and shared ← regions. A context imports another one only through what that one
 *   exports on purpose, and never one that is to its right.
 * `test/contract/import-rules.test.ts` shows that each rule fires.
 */
import { defineConfig } from 'oxlint';

/** A pattern of module names, and what is said when one matches. */
type Pattern = { readonly message: string } & ({ readonly regex: string } | { readonly group: string[] });

const forbid = (regex: string, message: string): Pattern => ({ regex, message });
/** Forbids a folder but for some of it. The linter's regular expressions have no lookahead, and it says nothing about one. */
const forbidBut = (folder: string, open: readonly string[], message: string): Pattern => ({
  group: [`**/${folder}/**`, ...open.map((path) => `!**/${folder}/${path}`)],
  message,
});

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
    forbid(folders('domain', 'adapters', 'handlers', 'platform'), 'contracts import the schema library only'),
  ],
  domain: [
    forbid(PACKAGES, 'domain is pure: it imports contracts only'),
    forbid('^zod', 'domain is pure: schemas belong to contracts'),
    forbid(folders('adapters', 'handlers', 'platform'), 'domain is pure: it imports contracts only'),
  ],
  adapters: [forbid(folders('handlers'), 'adapters import domain ports, contracts and platform')],
  handlers: [],
  platform: [forbid(folders('domain', 'adapters', 'handlers'), 'platform imports contracts only')],
};

const leftOf = 'no context looks back: shared ← actions ← queue ← slack, and shared ← regions';
const onPurpose = 'only what the other context exports: its contracts, its ports and its exports';
const context = (name: string): string => `${UP}${name}/`;

const CONTRACTS_ALONE = ['contracts/**'];
/** Stores of the queue come to the domain of another context through ports. */
const RULES_OF_QUEUE = [...CONTRACTS_ALONE, 'domain/ports.ts', 'exports/reading.ts', 'exports/operating.ts'];
const ALL_OF_QUEUE = [...RULES_OF_QUEUE, 'exports/stores.ts'];
/** What a layer of another context may import of the queue. */
const QUEUE_EXPORTS: Readonly<Record<string, readonly string[]>> = {
  contracts: CONTRACTS_ALONE,
  domain: RULES_OF_QUEUE,
};
const ACTION_CONTRACTS = ['kinds.ts', '**/contracts/**'];

const neverLeft = (...names: readonly string[]): readonly Pattern[] =>
  names.map((name) => forbid(context(name), leftOf));
const queueFor = (layer: string): Pattern =>
  forbidBut('queue', QUEUE_EXPORTS[layer] ?? ALL_OF_QUEUE, onPurpose);

/** What each context must not import of the others, by its layer. */
const CONTEXTS: Readonly<Record<string, (layer: string) => readonly Pattern[]>> = {
  shared: () => neverLeft('actions', 'queue', 'slack', 'regions'),
  actions: () => neverLeft('queue', 'slack', 'regions'),
  queue: () => [...neverLeft('slack', 'regions'), forbidBut('actions', ACTION_CONTRACTS, onPurpose)],
  slack: (layer) => [
    ...neverLeft('regions'),
    queueFor(layer),
    forbidBut('actions', [...ACTION_CONTRACTS, 'task-payload.ts'], onPurpose),
  ],
  regions: (layer) => [...neverLeft('slack', 'actions'), queueFor(layer)],
};

/** Handlers put their functions together, so those of the queue may import the workers of the kinds. */
const WORKERS = '*/worker.ts';

const restricted = (patterns: readonly Pattern[]) => ({
  'no-restricted-imports': ['error', { paths: [ZOD], patterns: [...patterns] }] as const,
});

const imports = (files: readonly string[], ...patterns: readonly Pattern[]) => ({
  files: [...files],
  rules: restricted([onlyLambdas, noCdk, ...patterns]),
});

/** What files outside of the four layers must not import: the rules of regions are pure, wherever they are. */
const UNLAYERED: Readonly<Record<string, readonly Pattern[]>> = {
  regions: [
    forbid(PACKAGES, 'the rules of regions are pure'),
    forbid(folders('adapters', 'handlers', 'platform'), 'the rules of regions are pure'),
  ],
};

const layered = Object.entries(CONTEXTS).flatMap(([name, others]) => [
  imports([`lambdas/${name}/**`], ...others(''), ...(UNLAYERED[name] ?? [])),
  ...Object.entries(LAYERS).map(([layer, patterns]) =>
    imports([`lambdas/${name}/**/${layer}/**`], ...others(layer), ...patterns),
  ),
]);

/** Folders of tools that build on the rig. */
const COMMANDS = 'local|demo|drills|dashboard|doctor|dlq|generate|kpi|migrate|secrets|engines';

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
      ...neverLeft('slack', 'regions'),
      forbidBut('actions', [...ACTION_CONTRACTS, WORKERS], onPurpose),
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
        forbidBut(
          'lambdas',
          ['actions/kinds.ts', '**/contracts/**'],
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
        forbid(`${UP}(?:cli|${COMMANDS})/`, 'the rig is below the commands'),
      ]),
    },
    {
      files: ['tools/report/**'],
      rules: restricted([
        forbid(`${UP}(?:bench|test)/`, 'tools import neither bench nor test'),
        forbid(`${UP}(?:${COMMANDS})/`, 'reports need tables and nothing else'),
        forbidBut('cli', ['terminal/**'], 'reports need tables and nothing else'),
      ]),
    },
    { files: ['bench/**'], rules: restricted([forbid(`${UP}test/`, 'only tests import test')]) },
    { files: ['test/**'], rules: { 'max-lines-per-function': 'off' } },
  ],
});
