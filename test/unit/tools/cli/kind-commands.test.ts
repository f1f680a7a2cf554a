import { execFile } from 'node:child_process';
import { resolve } from 'node:path';
import { promisify } from 'node:util';
import { KIND_NAMES } from '../../../../lambdas/actions/kinds.ts';
import { describe, expect, it } from 'vitest';
import { kindChangeView, kindView } from '../../../../lambdas/queue/handlers/api/kinds.ts';
import { pausedWith, resumedFrom } from '../../../../lambdas/queue/domain/pauses/pauses.ts';
import { changeText, kindsTable } from '../../../../tools/cli/commands/kind-commands.ts';
import { readKind } from '../../../../tools/cli/clients/kind-client.ts';
import { contextAt } from '../../../helpers/builders.ts';
import { json, startServer } from '../../../../tools/rig/http/http-server.ts';
import { START_MS } from '../../../../tools/rig/fake-clock.ts';

const record = pausedWith(undefined, 'crm.sync', 'The CRM\nis down', contextAt(START_MS, { actor: 'ada' }));
const whyPaused = pausedWith(undefined, 'crm.sync', 'why', contextAt(START_MS, { actor: 'ada' }));
const resumed = resumedFrom(record, contextAt(START_MS + 60_000, { actor: 'lin' }));

const QUOTEQ = resolve(import.meta.dirname, '../../../../tools/quoteq.ts');

describe('readKind', () => {
  it.each(['crm', '', 'constructor', 'CRM.SYNC'])('names the existing kinds for "%s"', (text) => {
    expect(() => readKind(text)).toThrow(
      `kind: expected one of ${KIND_NAMES.join(', ')}, all; found ${text}`,
    );
  });
});

describe('kindsTable', () => {
  it('shows one line per kind, with operator and reason of a pause', () => {
    const lines = kindsTable([
      kindView('pdf.render', undefined),
      kindView('crm.sync', record),
      kindView('slack.notify', resumed),
    ])
      .split('\n')
      .map((line) => line.trim().split(/ {2,}/));

    expect(lines).toEqual([
      ['kind', 'state', 'since', 'by', 'reason'],
      ['pdf.render', 'runs'],
      ['crm.sync', 'paused', '2026-03-29T00:59:30.000Z', 'ada', 'The CRM is down'],
      ['slack.notify', 'runs', '2026-03-29T01:00:30.000Z', 'lin'],
    ]);
  });
});

const textOf = (result: Parameters<typeof kindChangeView>[1]): string =>
  changeText(kindChangeView('crm.sync', result));

describe('changeText', () => {
  it('tells what was changed and what was unchanged', () => {
    expect(textOf({ record, changed: true })).toContain('crm.sync is paused: The CRM is down');
    expect(textOf({ record, changed: false })).toContain('crm.sync was already paused');
    expect(textOf({ record: resumed, changed: true })).toContain('crm.sync runs again');
    expect(textOf({ record: undefined, changed: false })).toBe('crm.sync is not paused; nothing was changed');
  });
});

describe('quoteq pause all', () => {
  it.each([
    ['pause all --reason why', 'is paused: why'],
    ['resume all', 'runs again'],
  ])('changes every kind, one after the other: %s', async (args, said) => {
    const asked: string[] = [];
    const api = await startServer(({ path }) => {
      asked.push(path);
      const [, kind = '', verb] = /^\/kinds\/([^/]+)\/(pause|resume)$/.exec(path) ?? [];
      const change = { record: verb === 'pause' ? whyPaused : resumed, changed: true };
      return Promise.resolve(json(200, { ...kindChangeView('crm.sync', change), kind }));
    });
    const [verb = ''] = args.split(' ');

    const printed = await quoteq(`${args} --api-url ${api.url}`);
    const document: unknown = JSON.parse(await quoteq(`${args} --json --api-url ${api.url}`));
    await api.stop();

    const paths = KIND_NAMES.map((kind) => `/kinds/${kind}/${verb}`);
    expect(asked).toEqual([...paths, ...paths]);
    for (const kind of KIND_NAMES) expect(printed).toContain(`${kind} ${said}`);
    expect(document).toMatchObject(KIND_NAMES.map((kind) => ({ kind, changed: true })));
  });
});

async function quoteq(args: string): Promise<string> {
  const env = {
    ...process.env,
    AWS_REGION: 'eu-central-1',
    AWS_ACCESS_KEY_ID: 'AKIAEXAMPLE',
    AWS_SECRET_ACCESS_KEY: 'secret',
  };
  const { stdout } = await promisify(execFile)(process.execPath, [QUOTEQ, ...args.split(' ')], { env });
  return stdout;
}
