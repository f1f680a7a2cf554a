import { Validations } from 'aws-cdk-lib';
import type { Acknowledgment, App } from 'aws-cdk-lib';
import { AwsSolutionsChecks } from 'cdk-nag';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { Stage } from '../../lib/config/queue-config.ts';
import { queueApp } from './synthesis.ts';

const STAGES = Object.values(Stage);

const findingsOf = (app: App): readonly string[] =>
  new AwsSolutionsChecks(app)
    .validateScope(app)
    .violations.flatMap(({ ruleName, violatingResources }) =>
      violatingResources.map(({ constructPath }) => `${ruleName} at ${constructPath ?? 'nowhere'}`),
    );

/** The findings of a stage without acknowledgements, and the acknowledgements. */
const withoutAcknowledgements = (
  stage: Stage,
): { findings: readonly string[]; given: readonly Acknowledgment[] } => {
  const given: Acknowledgment[] = [];
  vi.spyOn(Validations.prototype, 'acknowledge').mockImplementation((...rules) => void given.push(...rules));
  return { findings: findingsOf(queueApp(stage).app), given };
};

const ruleOf = (finding: string): string => finding.slice(0, finding.indexOf(' at '));

const countOf = (list: readonly string[], wanted: string): number =>
  list.filter((item) => item === wanted).length;

describe.each(STAGES)('AwsSolutions rules on stage %s', (stage) => {
  afterEach(() => {
    vi.restoreAllMocks();
  });

  it('leaves no finding without an acknowledgement', () => {
    expect(findingsOf(queueApp(stage).app)).toEqual([]);
  });

  it('stays clean with a known account', () => {
    expect(findingsOf(queueApp(stage, {}, { CDK_DEFAULT_ACCOUNT: '111122223333' }).app)).toEqual([]);
  });

  it('has one acknowledgement per existing finding, with a reason', () => {
    const { findings, given } = withoutAcknowledgements(stage);

    const ids = given.map(({ id }) => id);
    const rules = findings.map(ruleOf);

    expect(new Set(ids)).toEqual(new Set(rules));
    // A bucket's acknowledgement also covers its policy; no other one covers two findings.
    for (const id of new Set(ids)) expect(countOf(ids, id)).toBeLessThanOrEqual(countOf(rules, id));
    for (const { reason } of given) expect(reason.length).toBeGreaterThan(20);
  });
});
