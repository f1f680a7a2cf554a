import { describe, expect, it } from 'vitest';
import { lostWorkersText } from '../../../../tools/demo/scenario.ts';
import { trailOf } from '../drills/evidence.ts';

describe('lostWorkersText', () => {
  it('counts the worker that is killed on purpose, without an explanation', () => {
    expect(lostWorkersText([trailOf(1)])).toBe('Workers lost: 1, of which 1 announced.');
  });

  it('explains further lost workers', () => {
    const text = lostWorkersText([trailOf(1), trailOf(2), trailOf(3)]);

    expect(text).toMatch(/^Workers lost: 3, of which 1 announced\. The others ran out of their time/);
  });
});
