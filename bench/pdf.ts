/**
 * What a quote's PDF costs: the first and the next one, the memory of both processes, the size of the bundle. Goals are what the
 * engine before it (pdfmake with line breaking of our own) took in the same measurement: see
 * docs/decisions/2026-12-01-typst-sets-the-quote.md.
 */
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { performance } from 'node:perf_hooks';
import process from 'node:process';
import { spawnSync } from 'node:child_process';
import { QuoteRenderer } from '../lambdas/actions/pdf/engine/index.ts';
import { quoteSnapshotSchema, type QuoteSnapshot } from '../lambdas/shared/contracts/quote-snapshot.ts';
import { makeTypesetterFolder } from '../lib/shared/typesetter-folder.ts';
import { type Figure, median, report } from '../tools/report/report.ts';

/** Quotes of 60 lines that are rendered after the first. */
const SAMPLES = 40;
/** New renderers, each with a new process. */
const STARTS = 5;

const EXAMPLE = path.join(import.meta.dirname, '../examples/q-1043.json');

/** The example with as many lines, each with a text of its own. */
function quoteOf(lineCount: number, index: number): QuoteSnapshot {
  const { snapshot }: { snapshot: unknown } = JSON.parse(readFileSync(EXAMPLE, 'utf8'));
  const quote = quoteSnapshotSchema.parse(snapshot);
  const [line] = quote.lines;
  if (line === undefined) throw new Error(`${EXAMPLE}: expected a line`);
  const lines = Array.from({ length: lineCount }, (_, number) => ({
    ...line,
    sku: `SKU-${number}`,
    description: `Conveyor belt module ${index}-${number}`,
  }));
  return { ...quote, quoteId: `Q-${index}`, lines };
}

async function msOf(work: () => Promise<unknown>): Promise<number> {
  const startedMs = performance.now();
  await work();
  return performance.now() - startedMs;
}

async function firstMs(dir: string): Promise<number> {
  let renderer: QuoteRenderer | undefined;
  const elapsedMs = await msOf(async () => {
    renderer = new QuoteRenderer(dir);
    await renderer.render(quoteOf(60, 0));
  });
  renderer?.stop();
  return elapsedMs;
}

const residentMb = (pid: number): number =>
  Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) / 1_000;

/** Processes that this one has started. */
const childrenMb = (): number =>
  spawnSync('ps', ['--ppid', String(process.pid), '-o', 'pid='], { encoding: 'utf8' })
    .stdout.split('\n')
    .map(Number)
    .filter((pid) => pid > 0)
    .reduce((sum, pid) => sum + (pidExists(pid) ? residentMb(pid) : 0), 0);

function pidExists(pid: number): boolean {
  return readdirSync('/proc').includes(String(pid));
}

const folderMb = (dir: string): number =>
  readdirSync(dir, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .reduce((sum, entry) => sum + statSync(path.join(entry.parentPath, entry.name)).size, 0) / 1e6;

const rounded = (value: number): number => Math.round(value * 10) / 10;

async function figures(dir: string): Promise<readonly Figure[]> {
  const starts: number[] = [];
  for (let start = 0; start < STARTS; start += 1) starts.push(await firstMs(dir));
  const renderer = new QuoteRenderer(dir);
  await renderer.render(quoteOf(60, 0));
  const next: number[] = [];
  for (let index = 1; index <= SAMPLES; index += 1)
    next.push(await msOf(() => renderer.render(quoteOf(60, index))));
  const largest = await msOf(() => renderer.render(quoteOf(500, 0)));
  const memoryMb = residentMb(process.pid) + childrenMb();
  renderer.stop();
  return [
    {
      name: 'first quote, 60 lines, with start',
      value: rounded(median(starts)),
      unit: 'ms',
      samples: STARTS,
      goal: '≤ 600',
      ok: median(starts) <= 600,
    },
    {
      name: 'next quote, 60 lines',
      value: rounded(median(next)),
      unit: 'ms',
      samples: SAMPLES,
      goal: '≤ 50',
      ok: median(next) <= 50,
    },
    { name: 'quote of 500 lines', value: rounded(largest), unit: 'ms', samples: 1 },
    { name: 'memory of worker and compiler', value: rounded(memoryMb), unit: 'MB', samples: 1 },
    {
      name: 'compiler, fonts and template',
      value: rounded(folderMb(dir)),
      unit: 'MB',
      samples: 1,
      goal: '≤ 200',
      ok: folderMb(dir) <= 200,
    },
  ];
}

const dir = mkdtempSync(path.join(tmpdir(), 'quoteq-bench-pdf-'));
try {
  makeTypesetterFolder(dir);
  report(await figures(dir));
} finally {
  rmSync(dir, { recursive: true, force: true });
}
