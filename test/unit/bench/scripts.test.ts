import { describe, expect, it } from 'vitest';
import { renderPerformancePage } from '../../../bench/performance-page.ts';
import { benchScripts, figuresIn } from '../../../bench/scripts.ts';

const FIGURE = { name: 'a ÷ b', value: 1.25, unit: '×', goal: '≤ 1.2', ok: false, samples: 9 };

describe('benchScripts', () => {
  it('finds exactly the benchmarks, by name', () => {
    const found = benchScripts(['test', 'size', 'sim', 'bench', 'bench:sweep', 'bench:action']);

    expect(found).toEqual([
      { name: 'bench:action', args: [] },
      { name: 'bench:sweep', args: [] },
      { name: 'sim', args: ['--seeds', '50'] },
      { name: 'size', args: [] },
    ]);
  });

  it('finds the benchmarks of this repository', () => {
    expect(benchScripts().map(({ name }) => name)).toEqual(
      expect.arrayContaining(['bench:action', 'bench:cost', 'bench:import', 'bench:status', 'size']),
    );
  });
});

describe('figuresIn', () => {
  it('reads a list or one figure from the last line and ignores earlier lines', () => {
    expect(figuresIn(`a table\n${JSON.stringify([FIGURE])}\n`)).toEqual([FIGURE]);
    expect(figuresIn(JSON.stringify(FIGURE))).toEqual([FIGURE]);
    expect(figuresIn(JSON.stringify({ ...FIGURE, goal: 5 }))).toEqual([{ ...FIGURE, goal: '5' }]);
  });

  it.each([
    ['nothing', ''],
    ['no JSON', 'done'],
    ['no figure', '{"name":"a"}'],
  ])('refuses %s', (_name, output) => {
    expect(() => figuresIn(output)).toThrow(/Expected figures/);
  });
});

describe('the page', () => {
  it('names the command, the machine, the day and the missed goals', () => {
    const machine = { cpu: 'A processor', cores: 2, memoryGb: 4, node: 'v24.1.0' };
    const results = [{ script: { name: 'sim', args: ['--seeds', '50'] }, figures: [FIGURE] }];

    const page = renderPerformancePage(results, new Date('2026-11-26T10:00:00Z'), machine);

    expect(page).toContain('on 2026-11-26: A processor, 2 cores, 4 GB, Node v24.1.0');
    expect(page).toContain('## `npm run sim -- --seeds 50`');
    expect(page).toContain('| a ÷ b | 1.25 | × | ≤ 1.2 | **no** | 9 |');
  });
});
