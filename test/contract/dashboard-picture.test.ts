import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { KPI_CONTRACT } from '../../lambdas/queue/contracts/kpi-contract.ts';
import { DASHBOARD } from '../../lib/monitoring/dashboard-definition.ts';
import { PICTURE_FILE, readRecording } from '../../tools/dashboard/dashboard.ts';
import { drawDashboard } from '../../tools/dashboard/draw.ts';

const widgets = DASHBOARD.flatMap((section) => section.widgets);
const picture = await readFile(PICTURE_FILE, 'utf8');

/** Texts of the picture, with decoded entities. */
const texts = [...picture.matchAll(/<text[^>]*>([^<]*)<\/text>/g)].map(([, text]) =>
  (text ?? '').replaceAll('&gt;', '>').replaceAll('&lt;', '<').replaceAll('&amp;', '&'),
);

describe('the picture of the dashboard', () => {
  it('is generated from the recording and the definition (npm run dashboard -- --committed)', async () => {
    expect(await drawDashboard(await readRecording())).toBe(picture);
  });

  it('has a panel for every widget of the CDK dashboard', () => {
    const titles = widgets.map(({ title, unit }) => (unit === 'count' ? title : `${title} (${unit})`));

    expect(titles.filter((title) => !texts.includes(title))).toEqual([]);
    expect(DASHBOARD.map(({ title }) => title).filter((title) => !texts.includes(title))).toEqual([]);
  });

  it('has the target line of every KPI', () => {
    const labels = widgets.flatMap(({ target }) => target?.label ?? []);

    expect(labels).toHaveLength(Object.keys(KPI_CONTRACT).length);
    expect(labels.filter((label) => !texts.includes(label))).toEqual([]);
  });
});
