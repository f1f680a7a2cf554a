import { describe, expect, it } from 'vitest';
import { retryAfterSeconds } from '../../../../lambdas/shared/adapters/provider-http.ts';

const NOW_MS = Date.parse('2026-11-30T12:00:00Z');

describe('retryAfterSeconds', () => {
  it.each([
    ['7', 7],
    [' 0.2 ', 1],
    ['0', 0],
    [' 12 ', 12],
    ['5, 30', 30],
    ['30,5', 30],
    ['Mon, 30 Nov 2026 12:01:30 GMT', 90],
    ['Monday, 30-Nov-26 12:01:30 GMT', 90],
    ['2026-11-30T12:01:30Z', 90],
    ['Mon, 30 Nov 2026 11:00:00 GMT', 0],
  ])('reads %j as %i', (value, seconds) => {
    expect(retryAfterSeconds(value, NOW_MS)).toBe(seconds);
  });

  // `Date.parse` accepts most of these as a date.
  it.each([
    null,
    '',
    ' ',
    '-5',
    '+3',
    '30 s',
    '5, soon',
    '5,',
    '1e3',
    'in 2050',
    'soon',
    'Mon, 99 Nov 2026 12:00:00 GMT',
  ])('ignores %j', (value) => {
    expect(retryAfterSeconds(value, NOW_MS)).toBeUndefined();
  });
});
