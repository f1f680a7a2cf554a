/** The sweep's alarms with runs that could not read, by the documented rules of CloudWatch. */
import { fc, test } from '@fast-check/vitest';
import { describe, expect, it } from 'vitest';
import { ALARMS } from '../../../lib/monitoring/alarm-registry.ts';
import type { AlarmDefinition } from '../../../lib/monitoring/alarm-definition.ts';
import {
  type AlarmRule,
  type AlarmState,
  type Minute,
  stateAfter,
  statesOf,
} from '../../helpers/aws/alarm-states.ts';

const alarmOf = (slug: string): AlarmDefinition => {
  const found = ALARMS.find((definition) => definition.slug === slug);
  if (found === undefined) throw new RangeError(`slug: expected an alarm, got ${slug}`);
  return found;
};
const HOUR_MS = 3_600_000;

/** CloudWatch's own examples: `0` does not breach, `X` does, `-` is missing. */
const pointsOf = (text: string): readonly Minute[] =>
  text.split(' ').map((point) => (point === '-' ? undefined : Number(point === 'X')));

const RULE = { comparison: '>=', threshold: 1, periods: 3 } as const;
const KEEPS = 'retain';

describe('the evaluation of alarms in these tests', () => {
  it.each([
    ['0 - X - X', 3, 'OK', 'OK', 'OK'],
    ['0 - - - -', 3, 'OK', 'OK', 'OK'],
    ['- - - - -', 3, KEEPS, 'ALARM', 'OK'],
    ['0 X X - X', 3, 'ALARM', 'ALARM', 'ALARM'],
    ['- - - - X', 3, KEEPS, 'ALARM', 'OK'],
    ['X - - - -', 3, KEEPS, 'ALARM', 'OK'],
    ['0 - X - X', 2, 'ALARM', 'ALARM', 'ALARM'],
    ['0 0 X 0 X', 2, 'ALARM', 'ALARM', 'ALARM'],
    ['0 - X - -', 2, 'OK', 'ALARM', 'OK'],
    ['- - - - 0', 2, 'OK', 'ALARM', 'OK'],
    ['- - - - X', 2, KEEPS, 'ALARM', 'OK'],
  ] as const)(
    'matches CloudWatch for %s with %i of 3',
    (points, breachingPeriods, ignore, breaching, notBreaching) => {
      const after = (missingData: AlarmRule['missingData'], before: AlarmState) =>
        stateAfter(pointsOf(points), { ...RULE, breachingPeriods, missingData }, before);

      for (const before of ['OK', 'ALARM'] as const) {
        expect(after('ignore', before)).toBe(ignore === KEEPS ? before : ignore);
        expect(after('breaching', before)).toBe(breaching);
        expect(after('notBreaching', before)).toBe(notBreaching);
      }
    },
  );
});

/** Each alarm on a gauge of the sweep, with a value that rings it. */
const GAUGES = [
  ['stuck-tasks', 3],
  ['oldest-task', 30 * HOUR_MS],
  ['forgotten-pause', 30 * HOUR_MS],
] as const;

/** `count` minutes with the value; `blind` minutes have none, since a run that could not read publishes nothing. */
const minutesOf = (count: number, value: number, blind: ReadonlySet<number>): readonly Minute[] =>
  Array.from({ length: count }, (_, index) => (blind.has(index) ? undefined : value));

describe.each(GAUGES)('%s', (slug, value) => {
  const definition = alarmOf(slug);

  it('rings after its periods, and stops when a run that could read finds nothing', () => {
    const states = statesOf(definition, [...minutesOf(15, value, new Set()), ...minutesOf(15, 0, new Set())]);

    expect(states[2]).toBe('ALARM');
    expect(states.at(-1)).toBe('OK');
  });

  test.prop([fc.integer({ min: 15, max: 59 })])('is not silenced by one blind run', (blind) => {
    const states = statesOf(definition, minutesOf(60, value, new Set([blind])));

    expect(states.slice(2)).toEqual(states.slice(2).map(() => 'ALARM'));
  });

  test.prop([fc.uniqueArray(fc.integer({ min: 15, max: 119 }), { maxLength: 105 })])(
    'is not silenced by any number of blind runs',
    (blind) => {
      const states = statesOf(definition, minutesOf(120, value, new Set(blind)));

      expect(states.slice(2)).toEqual(states.slice(2).map(() => 'ALARM'));
    },
  );

  it('keeps ringing through two hours of blind runs', () => {
    const blind = Array.from({ length: 120 }, () => undefined);
    const states = statesOf(definition, [...minutesOf(15, value, new Set()), ...blind]);

    expect(states.slice(2)).toEqual(states.slice(2).map(() => 'ALARM'));
  });

  test.prop([fc.uniqueArray(fc.integer({ min: 0, max: 119 }))])(
    'does not ring because of blind runs only',
    (blind) => {
      expect(statesOf(definition, minutesOf(120, 0, new Set(blind)))).not.toContain('ALARM');
    },
  );

  it('would be silenced by a 0 that means "not read"', () => {
    const zeroes = Array.from({ length: 60 }, (_, minute) => (minute >= 30 && minute < 35 ? 0 : value));

    expect(statesOf(definition, zeroes).slice(2)).toContain('OK');
  });
});

describe('sweep-blind', () => {
  const definition = alarmOf('sweep-blind');

  it('rings for three blind runs of five, but not for two', () => {
    expect(statesOf(definition, [0, 0, 0, 0, 0, 1, 0, 1, 0, 0])).not.toContain('ALARM');
    expect(statesOf(definition, [0, 0, 0, 0, 0, 1, 0, 1, 0, 1]).at(-1)).toBe('ALARM');
  });

  it('rings before sweep-silence would ring without these runs', () => {
    const { periods, periodMinutes } = alarmOf('sweep-silence');
    const ringsAt = statesOf(definition, [0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1]).indexOf('ALARM') - 4;

    expect(ringsAt).toBeLessThan(periods * periodMinutes);
  });

  it('ends after five runs with fewer than three blind ones, but not when the sweep stops running', () => {
    const ringing = [0, 0, 0, 0, 0, 1, 1, 1];

    expect(statesOf(definition, [...ringing, 0, 0, 0]).at(-1)).toBe('OK');
    // CloudWatch reads more periods than it evaluates; only after these it has no data.
    const silence = Array.from({ length: 10 }, () => undefined);
    expect(statesOf(definition, [...ringing, ...silence]).at(-1)).toBe('ALARM');
  });
});
