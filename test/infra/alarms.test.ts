import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { METRIC_DIMENSIONS } from '../../lambdas/contracts/metric-names.ts';
import { SERVICE_NAME } from '../../lambdas/platform/observability.ts';
import { Stage } from '../../lib/config/queue-config.ts';
import { synthesize } from './synthesis.ts';

const RUNBOOKS = path.resolve(import.meta.dirname, '../../runbooks');
const HEADINGS = ['## Description', '## Investigation', '## Resolution', '## What it does not show'];

const prod = synthesize(Stage.Prod);
const alarms = prod.ofType('AWS::CloudWatch::Alarm').map(([, { Properties }]) => Properties);
const slugs = alarms.map(({ AlarmName }) => String(AlarmName).replace('quoteq-prod/', ''));

const pageOf = (slug: string): string => path.join(RUNBOOKS, 'alarms', `${slug}.md`);

describe('alarms', () => {
  it('have one runbook page each, and no page is without its alarm', () => {
    const pages = readdirSync(path.join(RUNBOOKS, 'alarms')).map((file) => file.replace(/\.md$/, ''));

    expect(pages.toSorted()).toEqual(slugs.toSorted());
  });

  it.each(slugs)('%s names its page, which has every heading, and stands in the index', (slug) => {
    const alarm = alarms.find(({ AlarmName }) => AlarmName === `quoteq-prod/${slug}`);

    expect(alarm?.['AlarmDescription']).toContain(`runbooks/alarms/${slug}.md`);
    expect(existsSync(pageOf(slug))).toBe(true);
    const page = readFileSync(pageOf(slug), 'utf8');
    expect(HEADINGS.filter((heading) => !page.includes(`\n${heading}\n`))).toEqual([]);
    expect(readFileSync(path.join(RUNBOOKS, 'README.md'), 'utf8')).toContain(`\`${slug}\``);
  });

  it('watch every queue that nobody consumes', () => {
    const watched = alarms.flatMap(({ Dimensions }) => JSON.stringify(Dimensions ?? []));
    const consumed = prod
      .ofType('AWS::Lambda::EventSourceMapping')
      .map(([, { Properties }]) => JSON.stringify(Properties['EventSourceArn']));
    const idle = prod
      .ofType('AWS::SQS::Queue')
      .map(([logicalId]) => logicalId)
      .filter((logicalId) => !consumed.some((source) => source.includes(`"${logicalId}"`)));

    expect(idle).toHaveLength(3);
    expect(idle.filter((logicalId) => !watched.some((text) => text.includes(`"${logicalId}"`)))).toEqual([]);
  });

  it('look for our metrics under the dimension that the functions write', () => {
    expect(METRIC_DIMENSIONS.service).toBe(SERVICE_NAME);
    expect(
      prod.having('AWS::CloudWatch::Alarm', {
        MetricName: 'slack_terminal_errors',
        Namespace: 'QuoteExecutionQueue',
        Dimensions: [{ Name: 'service', Value: SERVICE_NAME }],
        TreatMissingData: 'notBreaching',
      }),
    ).not.toThrow();
  });
});
