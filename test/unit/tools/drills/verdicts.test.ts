/** A drill must be able to fail: each guarantee is false for some evidence and true for good evidence. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { FAULTED_KINDS, KIND_NAMES, kindsOf } from '../../../../lambdas/actions/kinds.ts';
import { proofOf } from '../../../../tools/demo/proof.ts';
import { DRILLS, drillsNamed } from '../../../../tools/drills/catalogue.ts';
import type { Drill, DrillEvidence } from '../../../../tools/drills/drill.ts';
import { EVERY_DRILL, UNDER_LOAD } from '../../../../tools/drills/guarantees.ts';
import { checksOf, groupsOf, isHeld } from '../../../../tools/drills/run-drills.ts';
import { loadOf, mishapOf } from '../../../../tools/drills/scenarios/load.ts';
import { goodEvidence, withTrail, withTrails } from './evidence.ts';
import { noChange, pressed, swept, WRONGS } from './wrongs.ts';

const SIZE = 12;
const LOAD = loadOf(SIZE);
/** Most drills set off actions of so many quotes. */
const QUOTES = 4;

/** The counts of each successful drill. */
const COUNTS: Readonly<Record<string, DrillEvidence['counts']>> = {
  'worker-killed': { killed: QUOTES * FAULTED_KINDS.length },
  'execution-stopped': { stopped: 12 },
  'crm-storm': { answers: 32 },
  'reply-lost': { lost: QUOTES * FAULTED_KINDS.length },
  'poison-record': { parked: 3 },
  'duplicate-storm': { answered: 200, tasks: 1, redelivered: 15, clicked: 21 },
  'slack-down': {
    failed: 40,
    ended: QUOTES * (KIND_NAMES.length - kindsOf('slack').length),
    cardsMeanwhile: 0,
  },
  'dynamodb-throttled': { throttled: 5 * QUOTES * KIND_NAMES.length, lost: 2 * QUOTES * KIND_NAMES.length },
  'deploy-in-flight': { inFlight: 5, deployed: 13 },
  'clock-skew': { spreadMs: 4_000 },
  'clock-skew-beyond': { spreadMs: 80_000 },
  load: { faults: 4, killed: 2, stopped: 2 },
};

/** Evidence of a successful drill. */
function goodFor({ name }: Drill): DrillEvidence {
  const good = goodEvidence(SIZE, COUNTS[name]);
  if (name === 'execution-stopped') return withTrails(good, swept);
  return name === 'duplicate-storm' ? withTrail(good, 0, pressed) : good;
}

const failing = (drill: Drill, evidence: DrillEvidence): readonly string[] =>
  checksOf(drill, evidence)
    .filter(({ ok }) => !ok)
    .map(({ claim }) => claim);

const ALL = [...DRILLS, LOAD];

describe.each(ALL)('$name', (drill) => {
  it('holds for good evidence', () => {
    expect(failing(drill, goodFor(drill))).toEqual([]);
  });

  it('has no guarantee that is always true', () => {
    const broken = new Set(
      WRONGS.flatMap(([, wrong]) =>
        failing(drill, wrong === noChange ? goodEvidence(SIZE) : wrong(goodFor(drill))),
      ),
    );

    const unbroken = checksOf(drill, goodFor(drill)).filter(({ claim }) => !broken.has(claim));

    expect(unbroken).toEqual([]);
  });
});

describe('evidence of', () => {
  it.each(WRONGS)('%s makes its guarantees false', (_title, wrong, falsifies) => {
    const concerned = ALL.filter(({ common = EVERY_DRILL, guarantees }) =>
      [...common, ...guarantees].some(({ claim }) => falsifies.includes(claim)),
    );
    expect(concerned).not.toEqual([]);

    const found = concerned.flatMap((drill) =>
      failing(drill, wrong === noChange ? goodEvidence(SIZE) : wrong(goodFor(drill))),
    );

    expect(falsifies.filter((claim) => !found.includes(claim))).toEqual([]);
  });

  it.each<[string, (good: DrillEvidence) => DrillEvidence]>([
    [
      'a deal that belongs to nobody',
      (good) => ({
        ...good,
        after: { ...good.after, crm: new Map([...good.after.crm, ['crm.sync:other', 1]]) },
      }),
    ],
    [
      'a second root of a thread',
      (good) => ({
        ...good,
        after: { ...good.after, slack: new Map([...good.after.slack, ['slack.thread:C1:Q-1', 2]]) },
      }),
    ],
  ])('%s is found by the common guarantees of a group', (_title, wrong) => {
    const good = goodEvidence(SIZE);

    expect(proofOf(good).every(({ ok }) => ok)).toBe(true);
    expect(proofOf(wrong(good)).filter(({ ok }) => !ok)).toMatchObject([
      { claim: 'the providers hold nothing else' },
    ]);
  });
});

describe('the list of drills', () => {
  it('runs drills that do not disturb others concurrently, and every other one alone', () => {
    const groups = groupsOf(DRILLS).map((group) => group.map(({ alone }) => alone));

    expect(groups[0]).toEqual(groups[0]?.map(() => false));
    expect(groups.slice(1)).toEqual(groups.slice(1).map(() => [true]));
    expect(groups.flat()).toHaveLength(DRILLS.length);
  });

  it('names the existing drills if a name is unknown', () => {
    expect(() => drillsNamed('earthquake')).toThrow('expected list, all, load, or one of worker-killed');
    expect(drillsNamed('slack-down').map(({ name }) => name)).toEqual(['slack-down']);
  });

  it('is in the runbook, one row each', () => {
    const page = readFileSync('runbooks/drills/README.md', 'utf8');

    expect(ALL.map(({ name }) => name).filter((name) => !page.includes(`| \`${name}\``))).toEqual([]);
  });

  it('holds only if every check holds', () => {
    const ok = { claim: 'a', ok: true, found: '' };

    expect(isHeld({ checks: [ok, { ...ok, ok: false }] })).toBe(false);
    expect(isHeld({ checks: [ok] })).toBe(true);
  });
});

describe('the load', () => {
  it('causes 90 faults, 20 kills and 20 stops for 300 actions', () => {
    const mishaps = Array.from({ length: 300 }, (_, index) => mishapOf(index));
    const count = (wanted: string): number => mishaps.filter((mishap) => mishap === wanted).length;

    expect([count('fault'), count('killed'), count('stopped')]).toEqual([90, 20, 20]);
  });

  it('kills no worker of PDFs, which do not use the proxy', () => {
    const killed = Array.from({ length: 300 }, (_, index) => index).filter(
      (index) => mishapOf(index) === 'killed',
    );

    expect(killed.filter((index) => index % 3 === 0)).toEqual([]);
  });

  it('differs from a drill only in that an action may fail permanently', () => {
    const shared = EVERY_DRILL.filter((guarantee) => UNDER_LOAD.includes(guarantee)).map(
      ({ claim }) => claim,
    );

    expect(EVERY_DRILL.map(({ claim }) => claim).filter((claim) => !shared.includes(claim))).toEqual([
      'every action is completed',
      'every effect exists exactly once at its provider',
    ]);
  });
});
