import { describe, expect, it } from 'vitest';
import { retryAfterSeconds } from '../../../../lambdas/adapters/http/provider-http.ts';
import { START_MS } from '../../../helpers/fake-clock.ts';

describe('retryAfterSeconds', () => {
  it.each([
    [null, undefined],
    ['', undefined],
    ['soon', undefined],
    ['0', 0],
    [' 12 ', 12],
    [new Date(START_MS - 5_000).toUTCString(), 0],
    [new Date(START_MS + 5_000).toUTCString(), 5],
  ])('reads %j as %j', (value, seconds) => {
    expect(retryAfterSeconds(value, START_MS)).toBe(seconds);
  });
});
