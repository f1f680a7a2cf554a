/** The dashboard as a picture. */
import * as vega from 'vega';
import { compile, type TopLevelSpec } from 'vega-lite';
import type { WidgetDefinition } from '../../lib/monitoring/widget-definition.ts';
import { type Panel, type PanelRow, panelsOf } from './panels.ts';
import type { Recording } from './recording.ts';

/** Width of one of the 24 columns, in pixels of the picture, and the space in a panel for axis and padding. */
const COLUMN = 56;
const MARGIN = 84;
const HEIGHT = 120;
const COLOURS = ['#1f77b4', '#2ca02c', '#d62728', '#ff7f0e', '#9467bd', '#8c564b'];
const TARGET_COLOUR = '#c62828';

/** Only the Vega-Lite forms that every panel uses. */
type PanelSpec = Extract<TopLevelSpec, { hconcat: unknown }>['hconcat'][number];

const sizeOf = ({ width }: WidgetDefinition) => ({ width: width * COLUMN - MARGIN, height: HEIGHT });

const titleOf = ({ title, unit }: WidgetDefinition) => ({
  text: unit === 'count' ? title : `${title} (${unit})`,
  fontSize: 12,
  anchor: 'start' as const,
});

/** A panel without data, with the note that the recording does not have its metric. */
function emptyPanel(widget: WidgetDefinition): PanelSpec {
  return {
    ...sizeOf(widget),
    title: titleOf(widget),
    data: { values: [{ text: 'not in this recording' }] },
    mark: { type: 'text', color: '#888', fontSize: 11 },
    encoding: { text: { field: 'text', type: 'nominal' } },
  };
}

const targetLayers = ({ target }: WidgetDefinition): PanelSpec[] =>
  target === undefined
    ? []
    : [
        {
          data: { values: [{ target: target.value }] },
          mark: { type: 'rule', color: TARGET_COLOUR, strokeDash: [5, 3] },
          encoding: { y: { field: 'target', type: 'quantitative' } },
        },
        {
          data: { values: [{ target: target.value, label: target.label }] },
          // Placed away from the line with which it is compared.
          mark: {
            type: 'text',
            color: TARGET_COLOUR,
            align: 'left',
            baseline: target.label.includes('≥') ? 'top' : 'bottom',
            dx: 4,
            dy: target.label.includes('≥') ? 3 : -2,
            x: 0,
          },
          encoding: {
            y: { field: 'target', type: 'quantitative' },
            text: { field: 'label', type: 'nominal' },
          },
        },
      ];

/** Upper end of the vertical axis: leaves room above line and target, and is positive even if all values are 0. */
const topOf = ({ widget, points }: Panel): number => {
  const highest = Math.max(0, widget.target?.value ?? 0, ...points.map(({ value }) => value));
  return highest === 0 ? 1 : highest * 1.15;
};

function panelSpec(panel: Panel): PanelSpec {
  const { widget, points } = panel;
  if (points.length === 0 && widget.kpi === undefined) return emptyPanel(widget);
  const labels = widget.series
    .map(({ label }) => label)
    .filter((label) => points.some((p) => p.series === label));
  const legend =
    labels.length < 2
      ? null
      : { title: null, orient: 'bottom' as const, columns: widget.width > 8 ? 3 : 2, labelLimit: 180 };
  const lines = {
    data: { values: points.map(({ atMs, value, series }) => ({ atMs, value, series })) },
    mark: {
      type: 'line' as const,
      interpolate: widget.kpi === undefined ? ('step' as const) : ('linear' as const),
      strokeWidth: 1.6,
    },
    encoding: {
      x: {
        field: 'atMs',
        type: 'temporal' as const,
        scale: { type: 'utc' as const },
        axis: { title: null, format: '%H:%M:%S', tickCount: 5, grid: false },
      },
      y: {
        field: 'value',
        type: 'quantitative' as const,
        scale: { domain: [0, topOf(panel)], nice: false },
        axis: { title: null, tickCount: 4 },
      },
      color: {
        field: 'series',
        type: 'nominal' as const,
        scale: { domain: labels, range: COLOURS },
        legend,
      },
    },
  };
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- Vega-Lite's union type does not accept this layer
  return { ...sizeOf(widget), title: titleOf(widget), layer: [lines, ...targetLayers(widget)] } as PanelSpec;
}

const rowSpec = ({ title, panels }: PanelRow) => ({
  title: { text: title, fontSize: 15, anchor: 'start' as const, offset: 12 },
  hconcat: panels.map(panelSpec),
  bounds: 'flush' as const,
  spacing: MARGIN,
  resolve: { scale: { color: 'independent' as const, x: 'independent' as const, y: 'independent' as const } },
});

/** The picture as a Vega-Lite specification. */
export function dashboardSpec(recording: Recording): TopLevelSpec {
  const until = new Date(recording.untilMs).toISOString().slice(0, 10);
  const spec = {
    $schema: 'https://vega.github.io/schema/vega-lite/v6.json',
    background: 'white',
    padding: 16,
    title: {
      text: 'Quote Execution Queue',
      subtitle: `${recording.source}, ${until} (UTC)`,
      fontSize: 18,
      anchor: 'start' as const,
      offset: 16,
    },
    vconcat: panelsOf(recording).map(rowSpec),
    resolve: { scale: { color: 'independent' as const } },
    config: { view: { stroke: '#ddd' }, font: 'sans-serif' },
  };
  return spec;
}

/** Draws the picture as SVG. The same recording gives the same text in a process that has drawn nothing else. */
export async function drawDashboard(recording: Recording): Promise<string> {
  const { spec } = compile(dashboardSpec(recording));
  const view = new vega.View(vega.parse(spec), { renderer: 'none', logLevel: vega.Error });
  const svg = await view.toSVG();
  view.finalize();
  return `${svg}\n`;
}
