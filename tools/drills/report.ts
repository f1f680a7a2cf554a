/** The output of a drill: lines for people, figures for programs, a dated page. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Figure } from '../report/report.ts';
import { coloured } from '../cli/terminal/terminal-text.ts';
import type { Check } from '../demo/proof.ts';
import { sampledText } from './kpis.ts';
import { type DrillResult, isHeld } from './run-drills.ts';

const checkLine = ({ claim, ok, found }: Check): string =>
  `  ${ok ? coloured('green', '✔') : coloured('red', '✘')} ${claim}: ${found}`;

/** The verdict for people, one line for each guarantee. */
export function verdictText(result: DrillResult): string {
  const verdict = isHeld(result) ? coloured('green', 'held') : coloured('red', 'FAILED');
  const head = `${coloured('bold', result.name)} ${verdict} (${result.actions} actions, ${result.seconds} s)`;
  return [head, ...result.checks.map(checkLine)].join('\n');
}

const heldFigure = (result: DrillResult): Figure => ({
  name: `drill ${result.name}`,
  value: result.checks.filter(({ ok }) => ok).length,
  unit: 'guarantees held',
  goal: `= ${result.checks.length}`,
  ok: isHeld(result),
  samples: result.actions,
});

/** KPIs of a drill are reported but not required: the outage that a drill causes may exceed a target. */
const told = (result: DrillResult, when: string, kpis: readonly Figure[]): readonly Figure[] =>
  kpis.map(({ ok: _told, ...kpi }) => ({ ...kpi, name: `${result.name}, ${when}: ${kpi.name}` }));

/** The figures of a result. */
export const figuresOf = (result: DrillResult): readonly Figure[] => [
  heldFigure(result),
  ...told(result, 'before', result.kpisBefore),
  ...told(result, 'in the drill', result.kpisAfter),
];

const cell = (text: string): string => text.replaceAll('|', '\\|').replaceAll('\n', ' ');
const row = (cells: readonly string[]): string => `| ${cells.map(cell).join(' | ')} |`;
const table = (head: readonly string[], rows: readonly (readonly string[])[]): readonly string[] => [
  row(head),
  row(head.map(() => '---')),
  ...rows.map(row),
];

function kpiTable({ kpisBefore, kpisAfter }: DrillResult): readonly string[] {
  if (kpisAfter.length === 0) return [];
  const rows = kpisAfter.map((after) => {
    const before = kpisBefore.find(({ name }) => name === after.name);
    return [
      after.name,
      before === undefined ? '' : sampledText(before),
      sampledText(after),
      after.goal ?? '',
    ];
  });
  return [
    '',
    '## KPIs',
    '',
    ...table(['KPI', 'in a round without faults before the drill', 'since the drill began', 'target'], rows),
  ];
}

const dayOf = (atMs: number): string => new Date(atMs).toISOString().slice(0, '2026-11-21'.length);

/** File name of a result's page. */
export const pageNameOf = ({ name, startedAtMs }: Pick<DrillResult, 'name' | 'startedAtMs'>): string =>
  `${dayOf(startedAtMs)}-${name}.md`;

/** The page, in Markdown. @param command command that produced the result */
export function pageOf(result: DrillResult, command: string): string {
  const checks = result.checks.map(({ claim, ok, found }) => [claim, found, ok ? 'held' : '**failed**']);
  const counts = Object.entries(result.counts).map(([name, count]) => [name, String(count)]);
  const verdict = isHeld(result) ? 'Held' : '**Failed**';
  const at = new Date(result.startedAtMs).toISOString().slice(0, 16).replace('T', ' ');
  return [
    `# ${result.name}, ${dayOf(result.startedAtMs)}`,
    '',
    `${result.story[0]?.toUpperCase() ?? ''}${result.story.slice(1)}.`,
    '',
    `${verdict}: ${result.actions} actions in ${result.seconds} s, from ${at} UTC, on the local AWS, by \`${command}\`.`,
    '',
    '## What had to hold',
    '',
    ...table(['guarantee', 'found', 'verdict'], checks),
    ...kpiTable(result),
    ...(counts.length === 0 ? [] : ['', '## Counted', '', ...table(['what', 'how many'], counts)]),
    '',
  ].join('\n');
}

/** Writes the page; returns its path. A second run of a drill on one day overwrites the page. */
export function writePage(result: DrillResult, command: string, dir: string): string {
  mkdirSync(dir, { recursive: true });
  const file = join(dir, pageNameOf(result));
  writeFileSync(file, pageOf(result, command));
  return file;
}
