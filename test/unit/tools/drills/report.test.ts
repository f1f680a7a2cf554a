/** The report of a drill. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { describe, expect, it } from 'vitest';
import { figuresOf, pageOf, verdictText, writePage } from '../../../../tools/drills/report.ts';
import type { DrillResult } from '../../../../tools/drills/run-drills.ts';

const latency = { name: 'mean_status_latency', unit: 'ms', goal: '≤ 1500', samples: 27 };
const result = (change: Partial<DrillResult> = {}): DrillResult => ({
  name: 'slack-down',
  story: 'Slack answers 503 | to everything',
  startedAtMs: Date.parse('2026-11-26T23:59:30Z'),
  seconds: 41,
  checks: [
    { claim: 'every action is completed', ok: true, found: '12 of 12' },
    { claim: 'no card was posted during the outage', ok: true, found: '0 of 0' },
  ],
  counts: { failed: 90 },
  actions: 12,
  kpisBefore: [{ ...latency, value: 210, ok: true }],
  kpisAfter: [{ ...latency, value: 9_000, ok: false }],
  ...change,
});
const failed = result({ checks: [{ claim: 'every action is completed', ok: false, found: '11 of 12' }] });

describe('the figures of a drill', () => {
  it('tell how many guarantees held, and show the KPIs without a goal', () => {
    expect(figuresOf(result())).toEqual([
      { name: 'drill slack-down', value: 2, unit: 'guarantees held', goal: '= 2', ok: true, samples: 12 },
      { ...latency, name: 'slack-down, before: mean_status_latency', value: 210 },
      { ...latency, name: 'slack-down, in the drill: mean_status_latency', value: 9_000 },
    ]);
  });

  it('miss their goal if a guarantee does not hold', () => {
    expect(figuresOf(failed)[0]).toMatchObject({ value: 0, goal: '= 1', ok: false });
  });
});

describe('the verdict', () => {
  it.each([
    ['held', result()],
    ['FAILED', failed],
  ])('says %s', (word, drill) => {
    expect(stripVTControlCharacters(verdictText(drill))).toContain(`slack-down ${word} (12 actions, 41 s)`);
  });
});

describe('the page', () => {
  it('has the date of the start in UTC, and names the command', () => {
    const page = pageOf(result(), 'npm run quoteq -- drill all');

    expect(page).toContain('# slack-down, 2026-11-26');
    expect(page).toContain('by `npm run quoteq -- drill all`');
    expect(page).toContain('| every action is completed | 12 of 12 | held |');
    expect(page).toContain('| mean_status_latency | 210 ms of 27 | 9000 ms of 27 | ≤ 1500 |');
    expect(pageOf(failed, '')).toContain('| every action is completed | 11 of 12 | **failed** |');
  });

  it('tells that a KPI has no sample', () => {
    const none = { ...latency, value: null, samples: 0 };

    expect(pageOf(result({ kpisBefore: [none], kpisAfter: [none] }), '')).toContain(
      '| mean_status_latency | no sample | no sample | ≤ 1500 |',
    );
  });

  it('is written under day and name, and overwritten by a later one of the same day', () => {
    const dir = mkdtempSync(join(tmpdir(), 'quoteq-pages-'));
    try {
      writePage(failed, 'once', join(dir, 'new'));
      const file = writePage(result(), 'again', join(dir, 'new'));

      expect(file).toBe(join(dir, 'new', '2026-11-26-slack-down.md'));
      expect(readFileSync(file, 'utf8')).toContain('by `again`');
    } finally {
      rmSync(dir, { recursive: true, force: true });
    }
  });
});
