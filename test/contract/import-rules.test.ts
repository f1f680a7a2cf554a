import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as z from 'zod/mini';

const REPOSITORY = resolve(import.meta.dirname, '../..');

/** An import that must be refused: the importing file, and the file or package that it imports. */
type Import = readonly [from: string, to: string];

const REFUSED: Readonly<Record<string, readonly Import[]>> = {
  'contracts import the schema library only': [
    ['lambdas/queue/contracts/a.ts', '@aws-sdk/client-sfn'],
    ['lambdas/slack/contracts/a.ts', '@slack/web-api'],
    ['lambdas/queue/contracts/a.ts', 'lambdas/queue/domain/task/b.ts'],
    ['lambdas/shared/contracts/a.ts', 'lambdas/shared/platform/b.ts'],
    ['lambdas/actions/crm/contracts/a.ts', 'lambdas/shared/adapters/b.ts'],
  ],
  'domain is pure': [
    ['lambdas/queue/domain/task/a.ts', '@aws-sdk/lib-dynamodb'],
    ['lambdas/slack/domain/a.ts', '@slack/web-api'],
    ['lambdas/shared/domain/a.ts', '@aws-lambda-powertools/idempotency'],
    ['lambdas/queue/domain/a.ts', 'zod/mini'],
    ['lambdas/queue/domain/a.ts', 'lambdas/queue/adapters/b.ts'],
    ['lambdas/queue/domain/sweep/a.ts', 'lambdas/queue/handlers/b.ts'],
    ['lambdas/shared/domain/a.ts', 'lambdas/shared/platform/b.ts'],
  ],
  'the rules of regions are pure': [
    ['lambdas/regions/log/a.ts', '@aws-sdk/lib-dynamodb'],
    ['lambdas/regions/cart/a.ts', 'lambdas/shared/adapters/b.ts'],
    ['lambdas/regions/order/a.ts', 'lambdas/regions/handlers/b.ts'],
  ],
  'adapters import domain ports, contracts and platform': [
    ['lambdas/queue/adapters/a.ts', 'lambdas/queue/handlers/b.ts'],
    ['lambdas/shared/adapters/slack-api/a.ts', 'lambdas/shared/handlers/b.ts'],
  ],
  'platform imports contracts only': [['lambdas/shared/platform/a.ts', 'lambdas/shared/adapters/b.ts']],
  'no context looks back': [
    ['lambdas/shared/domain/a.ts', 'lambdas/queue/contracts/b.ts'],
    ['lambdas/shared/adapters/a.ts', 'lambdas/actions/kinds.ts'],
    ['lambdas/shared/contracts/a.ts', 'lambdas/slack/contracts/b.ts'],
    ['lambdas/shared/domain/a.ts', 'lambdas/regions/log/b.ts'],
    ['lambdas/actions/crm/sync/a.ts', 'lambdas/queue/contracts/b.ts'],
    ['lambdas/actions/slack/notify/a.ts', 'lambdas/slack/domain/b.ts'],
    ['lambdas/actions/kinds.ts', 'lambdas/regions/contracts/b.ts'],
    ['lambdas/queue/domain/a.ts', 'lambdas/slack/contracts/b.ts'],
    ['lambdas/queue/handlers/a.handler.ts', 'lambdas/slack/adapters/b.ts'],
    ['lambdas/queue/adapters/a.ts', 'lambdas/regions/contracts/b.ts'],
    ['lambdas/slack/handlers/a.ts', 'lambdas/regions/contracts/b.ts'],
    ['lambdas/regions/log/a.ts', 'lambdas/slack/contracts/b.ts'],
    ['lambdas/regions/log/a.ts', 'lambdas/actions/kinds.ts'],
  ],
  'only what the other context exports': [
    ['lambdas/queue/domain/a.ts', 'lambdas/actions/crm/sync/b.ts'],
    ['lambdas/queue/handlers/a.ts', 'lambdas/actions/crm/worker.ts'],
    ['lambdas/queue/handlers/a.handler.ts', 'lambdas/actions/crm/sync/b.ts'],
    ['lambdas/slack/contracts/a.ts', 'lambdas/queue/exports/reading.ts'],
    ['lambdas/slack/domain/a.ts', 'lambdas/queue/exports/stores.ts'],
    ['lambdas/slack/handlers/a.ts', 'lambdas/queue/domain/task/b.ts'],
    ['lambdas/slack/adapters/a.ts', 'lambdas/queue/adapters/dynamodb/b.ts'],
    ['lambdas/slack/domain/a.ts', 'lambdas/queue/domain/b.ts'],
    ['lambdas/slack/adapters/a.ts', 'lambdas/actions/slack/notify/b.ts'],
    ['lambdas/regions/handlers/a.ts', 'lambdas/queue/adapters/b.ts'],
  ],
  'lambdas import lambdas only': [
    ['lambdas/queue/handlers/a.ts', 'lib/config/b.ts'],
    ['lambdas/actions/crm/a.ts', 'tools/rig/b.ts'],
    ['lambdas/slack/adapters/a.ts', 'test/helpers/b.ts'],
  ],
  'lambdas import no CDK': [['lambdas/queue/handlers/a.ts', 'aws-cdk-lib']],
  'lib and lambdas meet only in contracts': [
    ['lib/queue/a.ts', 'lambdas/queue/domain/b.ts'],
    ['lib/slack/a.ts', 'lambdas/slack/handlers/b.ts'],
    ['lib/shared/a.ts', 'lambdas/actions/crm/worker.ts'],
  ],
  'lib describes resources': [['lib/queue/a.ts', '@aws-sdk/client-sfn']],
  'lib imports lib and contracts': [['lib/queue/a.ts', 'tools/rig/b.ts']],
  'tools import neither bench nor test': [
    ['tools/cli/a.ts', 'bench/b.ts'],
    ['tools/generate/a.ts', 'test/helpers/b.ts'],
    ['tools/rig/aws/a.ts', 'test/helpers/b.ts'],
    ['tools/report/a.ts', 'bench/b.ts'],
  ],
  'the rig is below the commands': [
    ['tools/rig/aws/a.ts', 'tools/cli/b.ts'],
    ['tools/rig/a.ts', 'tools/local/b.ts'],
  ],
  'reports need tables and nothing else': [
    ['tools/report/a.ts', 'tools/cli/clients/b.ts'],
    ['tools/report/a.ts', 'tools/local/b.ts'],
  ],
  'only tests import test': [['bench/cost/a.ts', 'test/helpers/b.ts']],
  "import * as z from 'zod/mini'": [
    ['lambdas/queue/contracts/a.ts', 'zod'],
    ['tools/cli/a.ts', 'zod'],
    ['test/helpers/a.ts', 'zod'],
  ],
};

/** Imports next to the refused ones that must pass. */
const ALLOWED: readonly Import[] = [
  ['lambdas/actions/crm/sync/a.ts', 'lambdas/shared/domain/b.ts'],
  ['lambdas/queue/domain/a.ts', 'lambdas/actions/kinds.ts'],
  ['lambdas/queue/contracts/a.ts', 'lambdas/actions/crm/sync/contracts/b.ts'],
  ['lambdas/queue/handlers/a.handler.ts', 'lambdas/actions/crm/worker.ts'],
  ['lambdas/slack/domain/a.ts', 'lambdas/queue/domain/ports.ts'],
  ['lambdas/slack/domain/a.ts', 'lambdas/queue/exports/reading.ts'],
  ['lambdas/slack/adapters/a.ts', 'lambdas/queue/exports/stores.ts'],
  ['lambdas/slack/adapters/slack-blocks/a.ts', 'lambdas/shared/adapters/slack-api/b.ts'],
  ['lib/queue/a.ts', 'lambdas/queue/contracts/b.ts'],
  ['lib/shared/a.ts', 'lambdas/actions/kinds.ts'],
  ['lib/shared/a.ts', 'lambdas/actions/pdf/contracts/b.ts'],
  ['bench/a.ts', 'tools/rig/b.ts'],
  ['tools/report/a.ts', 'tools/cli/terminal/b.ts'],
  ['test/unit/a.ts', 'lambdas/queue/domain/b.ts'],
];

const isFile = (target: string): boolean => /^(?:lambdas|lib|tools|bench|test)\//.test(target);
const specifierOf = ([from, to]: Import): string => (isFile(to) ? relative(dirname(from), to) : to);

const findingsSchema = z.object({
  diagnostics: z.array(z.object({ filename: z.string(), help: z.nullish(z.string()), code: z.string() })),
});

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'quoteq-import-rules-'));
  symlinkSync(join(REPOSITORY, 'node_modules'), join(folder, 'node_modules'));
  symlinkSync(join(REPOSITORY, 'package.json'), join(folder, 'package.json'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Findings of the linter for files with one import each, by number of the import. */
function lint(imports: readonly Import[]): ReadonlyMap<number, readonly string[]> {
  const config = join(folder, 'oxlint.config.ts');
  rmSync(config, { force: true });
  symlinkSync(join(REPOSITORY, 'oxlint.config.ts'), config);
  const files = imports.map(([from, to], index) => {
    const file = from.replace(/a(?=[.\w]*\.ts$)/, `case-${index}-a`);
    mkdirSync(join(folder, dirname(file)), { recursive: true });
    writeFileSync(join(folder, file), `export * from '${specifierOf([from, to])}';\n`);
    return file;
  });
  const oxlint = join(REPOSITORY, 'node_modules/oxlint/bin/oxlint');
  const args = [oxlint, '--format', 'json', ...files];
  const output = runToEnd(args);
  for (const file of files) rmSync(join(folder, file));
  const { diagnostics } = findingsSchema.parse(JSON.parse(output));
  const imported = diagnostics.filter(({ code }) => code.includes('no-restricted-imports'));
  return new Map(
    files.map((file, index) => [
      index,
      imported.filter(({ filename }) => filename.endsWith(file)).map(({ help }) => help ?? ''),
    ]),
  );
}

/** Standard output, also when findings set the exit code. */
function runToEnd(args: readonly string[]): string {
  try {
    return execFileSync(process.execPath, args, { cwd: folder, encoding: 'utf8' });
  } catch (thrown) {
    return z.object({ stdout: z.string() }).parse(thrown).stdout;
  }
}

describe('an import that breaks a rule', () => {
  const cases = Object.entries(REFUSED).flatMap(([rule, imports]) =>
    imports.map((one) => [rule, one] as const),
  );

  it('is refused with the message of that rule', () => {
    const found = lint(cases.map(([, one]) => one));

    const silent = cases.filter(
      ([rule], index) => !(found.get(index) ?? []).some((help) => help.includes(rule)),
    );
    expect(silent).toEqual([]);
  });
});

describe('an import of an exported file', () => {
  it('is accepted', () => {
    const found = lint(ALLOWED);

    expect(ALLOWED.filter((_, index) => (found.get(index) ?? []).length > 0)).toEqual([]);
  });
});
