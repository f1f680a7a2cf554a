import { readFile } from 'node:fs/promises';
import * as z from 'zod/mini';

const place = z.object({ line: z.number(), column: z.number() });
const mutant = z.object({
  mutatorName: z.string(),
  status: z.string(),
  replacement: z.optional(z.string()),
  location: z.object({ start: place, end: place }),
});
const report = z.object({
  files: z.record(z.string(), z.object({ source: z.string(), mutants: z.array(mutant) })),
});

type Place = z.infer<typeof place>;

/** A mutant that no test noticed. */
export interface Survivor {
  /** Below `lambdas/regions`. */
  readonly file: string;
  /** From 1. */
  readonly line: number;
  /** The code before and after the change. */
  readonly change: string;
}

export interface Score {
  readonly folder: string;
  /** Mutants whose fate is known: killed, timed out, or survived. */
  readonly mutants: number;
  readonly killed: number;
  readonly survivors: readonly Survivor[];
}

const KILLED: readonly string[] = ['Killed', 'Timeout'];
const SURVIVED: readonly string[] = ['Survived', 'NoCoverage'];

/** Longest code that a change shows, in characters. */
const SHOWN = 90;

function cut(source: string, start: Place, end: Place): string {
  const lines = source.split('\n').slice(start.line - 1, end.line);
  const last = (lines.pop() ?? '').slice(0, end.column - 1);
  return [...lines, last].join('\n').slice(start.column - 1);
}

function shown(code: string): string {
  const line = code.replaceAll(/\s+/g, ' ').trim();
  return line.length > SHOWN ? `${line.slice(0, SHOWN)}…` : line;
}

/** Mutants killed of all, in percent; 100 if there is no mutant. */
export const percentOf = ({ killed, mutants }: Pick<Score, 'killed' | 'mutants'>): number =>
  mutants === 0 ? 100 : (100 * killed) / mutants;

/** Reads a report of Stryker about the folder. @throws {Error} If the file is absent or not a report. */
export async function readScore(folder: string, path: string): Promise<Score> {
  const files = Object.entries(report.parse(JSON.parse(await readFile(path, 'utf8'))).files);
  const all = files.flatMap(([file, { source, mutants }]) =>
    mutants.map((one) => ({ ...one, file: file.replace('lambdas/regions/', ''), source })),
  );
  const killed = all.filter(({ status }) => KILLED.includes(status)).length;
  const survivors = all
    .filter(({ status }) => SURVIVED.includes(status))
    .map(({ file, source, location: { start, end }, replacement = '' }) => ({
      file,
      line: start.line,
      change: `${shown(cut(source, start, end))} → ${shown(replacement)}`,
    }));
  return { folder, mutants: killed + survivors.length, killed, survivors };
}
