/** Wrong options, which must neither be ignored nor end in a stack trace. */
import { KIND_NAMES } from '../../../../lambdas/actions/kinds.ts';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';

const ROOT = resolve(import.meta.dirname, '../../../..');
const QUOTEQ = 'tools/quoteq.ts';
const SIM = 'test/simulation/sim.ts';

/** An environment where nothing runs. */
const empty = mkdtempSync(join(tmpdir(), 'quoteq-options-'));
afterAll(() => rmSync(empty, { recursive: true, force: true }));

function run(script: string, args: string) {
  const { QUOTEQ_API_URL: _api, QUOTEQ_STAGE: _stage, ...others } = process.env;
  const { status, stderr } = spawnSync(process.execPath, [script, ...args.split(' ')], {
    cwd: ROOT,
    env: { ...others, QUOTEQ_LOCAL_ROOT: empty, AWS_REGION: 'eu-central-1' },
    encoding: 'utf8',
  });
  return { status, lines: stderr.trimEnd().split('\n') };
}

describe('a wrong option', () => {
  it.each([
    [
      QUOTEQ,
      'drill all --actions 5',
      '--actions: expected `drill load`, which alone takes it; found drill all',
    ],
    [QUOTEQ, 'show task-1 --api-url http://127.0.0.1:1', '40 hexadecimal digits; found task-1'],
    [QUOTEQ, 'retry Q-1042 --api-url http://127.0.0.1:1', '40 hexadecimal digits; found Q-1042'],
    [QUOTEQ, 'dashboard --since 10m', '--since: expected only together with --record'],
    [QUOTEQ, 'dashboard --record --since soon', '--since: expected a span such as'],
    [
      QUOTEQ,
      'kpi --stage staging',
      '--stage: expected the stage of the deployment, local, dev or prod; found staging',
    ],
    [QUOTEQ, 'migrate status --stage staging', '--stage: expected the stage of the deployment'],
    [
      QUOTEQ,
      'migrate status',
      'Nothing to read: run `npm run quoteq -- local up`, or name a deployment by --stage',
    ],
    [SIM, '--seeds many', '--seeds: expected a whole number from 1 on, got many'],
    [SIM, '--seed --zoo', "Option '--seed' argument is ambiguous; expected --seeds"],
    [
      SIM,
      '--fast',
      "Unknown option '--fast'; expected --seeds, --from, --seed, --zoo, --exhaustive, --regions, --json, --help",
    ],
    [QUOTEQ, 'list', "unknown command 'list'; did you mean live? (see quoteq --help)"],
    [QUOTEQ, 'dlq shwo', "unknown command 'shwo'; did you mean show? (see quoteq dlq --help)"],
    [QUOTEQ, 'pause', "missing required argument 'kind' (see quoteq pause --help)"],
    [QUOTEQ, 'pause crm.sync', "required option '--reason <text>' not specified (see quoteq pause --help)"],
    [QUOTEQ, 'dlq discard', "missing required argument 'queue' (see quoteq dlq discard --help)"],
    [QUOTEQ, 'dlq discard card-dead-letters --task nonsense', '40 hexadecimal digits; found nonsense'],
    [QUOTEQ, 'dlq replay card-dead-letters --task nonsense', '40 hexadecimal digits; found nonsense'],
    [
      QUOTEQ,
      'doctor slack --stage nope',
      '--stage: expected the stage of the deployment, local, dev or prod; found nope',
    ],
    [QUOTEQ, 'dlq discard parked-records', 'Which messages? Give --task TASK, or --message ID'],
    [QUOTEQ, 'dlq discard parked-records --message a/b', '--message: expected an id as `dlq show` prints it'],
    [QUOTEQ, 'kpi --sinse 7d', "unknown option '--sinse'; did you mean --since? (see quoteq kpi --help)"],
  ])('%s %s is reported in one line with the expected value', (script, args, said) => {
    const { status, lines } = run(script, args);

    expect(status).toBe(1);
    expect(lines).toEqual([expect.stringContaining(said)]);
    expect(lines[0]).toMatch(/^error: /);
  });
});

describe('quoteq migrate', () => {
  it('uses the stage of QUOTEQ_STAGE, like every other command', () => {
    const { stderr } = spawnSync(process.execPath, [QUOTEQ, 'migrate', 'status'], {
      cwd: ROOT,
      env: { ...process.env, QUOTEQ_LOCAL_ROOT: empty, QUOTEQ_STAGE: 'prod', AWS_REGION: undefined },
      encoding: 'utf8',
    });

    expect(stderr).toBe('error: --region: expected a Region (or set AWS_REGION)\n');
  });
});

describe('--help', () => {
  it.each([
    [
      QUOTEQ,
      'pause --help',
      [KIND_NAMES.map((kind) => `"${kind}"`).join(', '), 'Example: npm run quoteq -- pause crm.sync'],
    ],
    [
      QUOTEQ,
      'dlq show --help',
      ['"card-dead-letters", "click-dead-letters", "parked-records", "missed-sweeps"'],
    ],
    [QUOTEQ, 'migrate down --help', ['"tasks", "ledger", "audit", "cards", "controls"']],
    [QUOTEQ, 'enqueue --help', ['docs/quote-file.md', 'files are checked before anything is sent']],
    [SIM, '--help', ['--seeds <count>', 'Example: npm run sim -- --seeds 20']],
  ])('of %s %s names the possible values', (script, args, parts) => {
    const { status, stdout } = spawnSync(process.execPath, [script, ...args.split(' ')], {
      cwd: ROOT,
      encoding: 'utf8',
    });

    const text = stdout.replaceAll(/\s+/g, ' ');
    expect(status).toBe(0);
    expect(parts.filter((part) => !text.includes(part))).toEqual([]);
  });
});
