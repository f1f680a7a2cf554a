import { describe, expect, it } from 'vitest';
import { figureTable } from '../../../../tools/report/report.ts';

const cellsOf = (table: string) => table.split('\n').map((line) => line.trim().split(/ {2,}/));

describe('figureTable', () => {
  it('shows that a figure has no sample instead of a value', () => {
    const figures = [
      { name: 'recovery', value: null, unit: '%', goal: '≥ 95', samples: 0 },
      { name: 'failed', value: 0, unit: '%', goal: '≤ 2', ok: true, samples: 9 },
    ];

    expect(cellsOf(figureTable(figures))).toEqual([
      expect.arrayContaining(['name', 'value']),
      ['recovery', 'no sample', '%', '≥ 95', '0'],
      ['failed', '0', '%', '≤ 2', 'yes', '9'],
    ]);
  });
});
