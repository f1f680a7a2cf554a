/** The page about failed deployments, compared with the doctor's findings and the existing names. */
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { fixedNamesOf } from '../../tools/doctor/aws/leftovers.ts';
import { RECOVERY_PAGE, STATUSES_TO_RECOVER } from '../../tools/doctor/aws/stack-checks.ts';
import { commandsOf } from '../local/support/runbook-commands.ts';

const page = readFileSync(join(resolve(import.meta.dirname, '../..'), RECOVERY_PAGE), 'utf8');
const scripts = commandsOf(page).map(({ script }) => script);
const argumentsOf = (option: string): readonly string[] =>
  scripts.flatMap((script) =>
    [...script.matchAll(new RegExp(`${option} (\\S+)`, 'g'))].map(([, value = '']) => value),
  );
const names = fixedNamesOf('quoteq-prod');

describe('the page about failed deployments', () => {
  it('has a row for each status that the doctor reports as an error', () => {
    const rows = page.split('\n').filter((line) => line.startsWith('| `'));

    expect(
      STATUSES_TO_RECOVER.filter((status) => !rows.some((row) => row.includes(`\`${status}\``))),
    ).toEqual([]);
  });

  it.each([
    ['--secret-id', names.secrets],
    ['--log-group-name', names.logGroups],
    ['ssm delete-parameter --name', names.parameters],
    ['--alias-name', names.keyAliases],
  ])('names with %s only possible leftovers', (option, known) => {
    const named = argumentsOf(option);

    expect(named).not.toEqual([]);
    expect(named.filter((name) => !known.includes(name))).toEqual([]);
  });

  it('deletes only queues that may be leftovers', () => {
    const named = argumentsOf('--queue-url').map((url) => url.split('/').at(-1) ?? '');

    expect(named).not.toEqual([]);
    expect(named.filter((name) => !names.queues.includes(name))).toEqual([]);
  });

  it('deletes stacks by their real names', () => {
    expect(new Set(argumentsOf('--stack-name'))).toEqual(
      new Set(['quoteq-prod', 'quoteq-prod-observability']),
    );
  });

  it('tells where each command works', () => {
    const ofAws = scripts.flatMap((script) => script.split('\n')).filter((line) => line.startsWith('aws '));
    const withoutRegion = ofAws.filter(
      (line) => !line.endsWith('\\') && !line.includes('--region eu-central-1'),
    );

    expect(withoutRegion).toEqual([]);
  });
});
