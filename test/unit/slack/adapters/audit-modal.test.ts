import { fc, test as property } from '@fast-check/vitest';
import { describe, expect, it } from 'vitest';
import { auditModal } from '../../../../lambdas/slack/adapters/audit-modal.ts';
import { ExecutionState, TransitionCause } from '../../../../lambdas/queue/contracts/lifecycle-states.ts';
import type { Transition } from '../../../../lambdas/queue/contracts/records.ts';
import { retryableTask } from '../../../helpers/builders.ts';
import { START_MS } from '../../../../tools/rig/fake-clock.ts';

const task = retryableTask();
const anyText = fc.string({ unit: 'binary', maxLength: 600 });
const anyTransition: fc.Arbitrary<Transition> = fc.record(
  {
    version: fc.integer({ min: 1, max: 999_999 }),
    from: fc.constantFrom(null, ...Object.values(ExecutionState)),
    to: fc.constantFrom(...Object.values(ExecutionState)),
    cause: fc.constantFrom(...Object.values(TransitionCause)),
    actor: fc.oneof(anyText, fc.constant(`<!channel>${'&'.repeat(2_000)}`)),
    reason: fc.oneof(anyText, fc.constant('<'.repeat(500))),
    attempt: fc.nat(),
    deferrals: fc.nat(),
    generation: fc.integer({ min: 1 }),
    atMs: fc.integer({ min: START_MS, max: START_MS * 2 }),
    attemptId: fc.constant('attempt'),
  },
  {
    requiredKeys: [
      'version',
      'from',
      'to',
      'cause',
      'actor',
      'attempt',
      'deferrals',
      'generation',
      'atMs',
      'attemptId',
    ],
  },
);

const textsOf = (modal: ReturnType<typeof auditModal>): string[] =>
  modal.blocks.flatMap((block) =>
    'text' in block && block.text !== undefined && typeof block.text === 'object' ? [block.text.text] : [],
  );

describe('auditModal', () => {
  it('shows the task, and each transition with its actor', () => {
    const text = textsOf(auditModal(task, task.history)).join('\n');

    expect(text).toContain('*crm.sync* of quote *Q-1001* is *retryable_failed* at version 3');
    expect(text).toContain('queued → *running* · claim by the queue (test)');
    expect(text).toContain('`PROVIDER_TIMEOUT`');
    expect(text).toContain('|2026-03-29 00:59:30 UTC>');
  });

  it('names an operator by name and shows the reason', () => {
    const [enqueued] = task.history;
    if (enqueued === undefined) throw new TypeError('history: expected one transition');
    const record: Transition = {
      ...enqueued,
      cause: 'operator_retry',
      actor: 'slack:T0QUOTEQ1/U0ADAOPS1 (ada <!here>)',
      reason: 'CRM is back & well',
    };

    const text = textsOf(auditModal(task, [record])).join('\n');

    expect(text).toContain('operator_retry by ada &lt;!here&gt;');
    expect(text).toContain('“CRM is back &amp; well”');
  });

  it('names each unreadable record below the others, without markup from it', () => {
    const damaged = [{ version: 2, detail: 'Audit item: <!here>: expected no such field' }];

    const lines = textsOf(auditModal(task, task.history, damaged))
      .join('\n')
      .split('\n');

    expect(lines.at(-1)).toBe(
      '`v2` is recorded and cannot be read: Audit item: &lt;!here&gt;: expected no such field',
    );
    expect(lines).toHaveLength(1 + task.history.length + 1);
  });

  it('tells when nothing has been recorded yet', () => {
    expect(textsOf(auditModal(task, []))).toContain('Nothing has been recorded yet.');
  });

  property.prop([fc.array(anyTransition, { maxLength: 400 })], { numRuns: 30 })(
    'stays within the limits of Block Kit and mentions nobody, whatever the trail holds',
    (records) => {
      const modal = auditModal(task, records);

      const texts = textsOf(modal);
      expect(modal.blocks.length).toBeLessThanOrEqual(50);
      expect(texts.filter((text) => text.length > 3_000 || text === '' || !text.isWellFormed())).toEqual([]);
      expect(
        texts.join('\n').replaceAll(/<!date\^\d+\^\{date_short_pretty\} \{time_secs\}\|[^<>]+>/g, ''),
      ).not.toMatch(/[<>]/);
    },
  );

  it('keeps the newest part of a too long trail', () => {
    const [enqueued] = task.history;
    if (enqueued === undefined) throw new TypeError('history: expected one transition');
    const records = Array.from({ length: 3_000 }, (_, index) => ({ ...enqueued, version: index + 1 }));

    const modal = auditModal(task, records);

    expect(JSON.stringify(modal)).toContain('`v3000`');
    expect(JSON.stringify(modal)).not.toContain('`v1`');
    expect(JSON.stringify(modal)).toContain('Older transitions');
  });
});
