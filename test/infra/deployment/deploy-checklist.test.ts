/** The checklist of the first deployment: its names match the templates, its figures the settings. */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { FUNCTION_NAMES } from '../../../lib/shared/functions.ts';
import { Metric, METRIC_NAMESPACE } from '../../../lambdas/shared/contracts/metric-names.ts';
import { Stage } from '../../../lib/config/queue-config.ts';
import { STAGE_SETTINGS } from '../../../lib/config/stage-settings.ts';
import { functionLogGroupName } from '../../../lib/shared/names.ts';
import { ALARMS } from '../../../lib/monitoring/alarm-registry.ts';
import { ApiMetricName } from '../../../lib/monitoring/api-metric-names.ts';
import { RELEASE_ALARM_MEANINGS } from '../../../lib/monitoring/release-alarm-meanings.ts';
import { observabilityIdOf, stackIdOf } from '../../../lib/queue-app.ts';
import { readQuoteAction } from '../../../statemachines/asl.ts';
import { reservedBy } from '../../../tools/doctor/aws/concurrency-check.ts';
import { REPOSITORY_ROOT } from '../../../tools/paths.ts';
import { synthesize } from '../synthesis.ts';

const page = readFileSync(join(REPOSITORY_ROOT, 'docs/deploy-checklist.md'), 'utf8');

interface Step {
  readonly number: number;
  readonly text: string;
}

const steps: readonly Step[] = [...page.matchAll(/^### (\d+)\. .+\n([^]*?)(?=^##)/gm)].map(
  ([, number, text = '']) => ({ number: Number(number), text }),
);
const fencesOf = (text: string, info: string): readonly string[] =>
  [...text.matchAll(new RegExp(`^\`\`\`${info}\\n([^]*?)\`\`\`$`, 'gm'))].map(([, body = '']) => body);
const commands = fencesOf(page, 'sh').join('\n');
const found = (pattern: RegExp): readonly string[] => [
  ...new Set([...commands.matchAll(pattern)].map(([, name = '']) => name)),
];
const unknownIn = (names: readonly string[], known: readonly string[]): readonly string[] =>
  names.filter((name) => !known.includes(name));

describe('the checklist of the first deployment', () => {
  it('numbers its steps, each with one command and its output', () => {
    expect(steps.length).toBeGreaterThan(30);
    expect(steps.map(({ number }) => number)).toEqual(steps.map((_step, index) => index + 1));
    const odd = steps.filter(
      ({ text }) => fencesOf(text, 'sh').length !== 1 || fencesOf(text, 'text').length !== 1,
    );
    expect(odd).toEqual([]);
  });

  it('tells the purpose of every step', () => {
    const ranges = [...page.matchAll(/^\| (\d+)(?:[–,] ?(\d+))? +\|/gm)].map(
      ([, from, to = from]) => [Number(from), Number(to)] as const,
    );
    const settled = ranges.flatMap(([from, to]) =>
      Array.from({ length: to - from + 1 }, (_, index) => from + index),
    );

    expect(settled).toEqual(steps.map(({ number }) => number));
  });

  it('reads existing outputs of the stack', () => {
    const outputs = Object.keys(synthesize(Stage.Prod).outputs);
    const read = found(/\$\(output (\w+)\)/g);

    expect(read.length).toBeGreaterThan(4);
    expect(unknownIn(read, outputs)).toEqual([]);
  });

  it('names existing functions, log groups, alarms and metrics', () => {
    const functions = found(/(?:--function-name |\(role )quoteq-(?:prod|dev)-([a-z-]+)/g);
    const logGroups = found(/--log-group-name (\S+)/g);
    const alarms = found(/--alarm-name quoteq-prod\/(\S+)/g);

    expect(functions.length).toBeGreaterThan(2);
    expect(unknownIn(functions, FUNCTION_NAMES)).toEqual([]);
    const groups = [Stage.Dev, Stage.Prod].flatMap((stage) =>
      FUNCTION_NAMES.map((name) => functionLogGroupName(`quoteq-${stage}`, name)),
    );
    expect(unknownIn(logGroups, groups)).toEqual([]);
    expect(
      unknownIn(alarms, [...ALARMS.map(({ slug }) => slug), ...Object.keys(RELEASE_ALARM_MEANINGS)]),
    ).toEqual([]);
    expect(found(/--namespace (\w+)/g)).toEqual([METRIC_NAMESPACE]);
    const metrics = [...Object.values(Metric), ...Object.values(ApiMetricName)];
    expect(unknownIn(found(/--metric-name (\S+)/g), metrics)).toEqual([]);
  });

  it('has the figures of the settings and of the machine', async () => {
    const { reservedConcurrency } = STAGE_SETTINGS.prod;
    const lines = Object.entries(reservedConcurrency).map(([name, count]) => `${name} ${count}\n`);
    const reserved = reservedBy(Stage.Prod);

    expect(page).toContain(lines.join(''));
    expect(page).toContain(`reserves ${reserved}, Lambda keeps 100 unreserved: ${reserved + 100} needed`);
    expect(page).toContain(`"TimeoutSeconds":${(await readQuoteAction()).TimeoutSeconds}\n`);
    expect(page).toContain(
      `--function-name quoteq-prod-run-action-slack --reserved-concurrent-executions ${reservedConcurrency['run-action-slack']}\n`,
    );
  });

  it('runs existing commands of quoteq', () => {
    const run = [...new Set(found(/quoteq -- ((?:[a-z]+ )*[a-z]+)(?= |$|\||\))/gm))];

    expect(run.length).toBeGreaterThan(3);
    for (const command of run) {
      const args = ['tools/quoteq.ts', ...command.split(' '), '--help'];
      const { stdout } = spawnSync(process.execPath, args, { cwd: REPOSITORY_ROOT, encoding: 'utf8' });
      expect(stdout.split('\n')[0]).toMatch(new RegExp(`^Usage: quoteq ${command} `));
    }
  });

  it('names the stacks like the app', () => {
    expect(page).toContain(`${stackIdOf('eu-central-1')} (quoteq-prod)`);
    expect(page).toContain(`${observabilityIdOf('eu-central-1')} (quoteq-prod-observability)`);
  });
});
