import { describe, expect, it } from 'vitest';
import { parseSince } from '../../../../tools/kpi/since.ts';

const NOW_MS = Date.parse('2026-11-26T12:00:00.000Z');

describe('parseSince', () => {
  it.each([
    ['30m', '2026-11-26T11:30:00.000Z'],
    ['12h', '2026-11-26T00:00:00.000Z'],
    ['7d', '2026-11-19T12:00:00.000Z'],
    ['2w', '2026-11-12T12:00:00.000Z'],
    ['2026-11-20', '2026-11-20T00:00:00.000Z'],
    ['2024-02-29', '2024-02-29T00:00:00.000Z'],
    ['2026-11-20T08:00Z', '2026-11-20T08:00:00.000Z'],
    ['2026-11-20T08:00:00+02:00', '2026-11-20T06:00:00.000Z'],
    ['2026-11-26T12:00:00.000Z', '2026-11-26T12:00:00.000Z'],
  ])('reads %s', (text, expected) => {
    expect(new Date(parseSince(text, NOW_MS)).toISOString()).toBe(expected);
  });

  it.each([
    [
      '',
      'expected a span such as 30m, 12h, 7d or 2w, a date such as 2026-11-20 (UTC), or a time with its zone',
    ],
    ['yesterday', 'expected a span such as'],
    ['7', 'expected a span such as'],
    ['-7d', 'expected a span such as'],
    ['1.5d', 'expected a span such as'],
    ['7 d', 'expected a span such as'],
    ['0d', 'expected a span such as'],
    ['7D', 'expected a span such as'],
    ['2026-02-30', 'expected a span such as'],
    ['2026-13-01', 'expected a span such as'],
    ['2026-11-20T25:00:00Z', 'expected a span such as'],
    ['2026-11-20T08:00:00', 'expected a span such as'],
    ['1763625600000', 'expected a span such as'],
    ['2026-11-27', 'expected a time in the past'],
    ['99999d', 'expected at most 3660 days back'],
    ['1970-01-01', 'expected at most 3660 days back'],
  ])('refuses “%s” and tells the expected value', (text, message) => {
    expect(() => parseSince(text, NOW_MS)).toThrow(`--since: ${message}`);
    expect(() => parseSince(text, NOW_MS)).toThrow(JSON.stringify(text));
  });
});
