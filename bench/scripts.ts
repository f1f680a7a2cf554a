/** Finds the benchmarks in package.json and runs them. */
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod/mini';
import type { Figure } from '../tools/report/report.ts';

const ROOT = join(import.meta.dirname, '..');

/** One npm script that prints figures. */
export interface BenchScript {
  readonly name: string;
  /** Arguments in addition to `--json`. */
  readonly args: readonly string[];
}

/** The figures of one script. */
export interface ScriptFigures {
  readonly script: BenchScript;
  readonly figures: readonly Figure[];
}

/** Scripts that print figures but are not named `bench:…`. */
const OTHERS: Readonly<Record<string, readonly string[]>> = { size: [], sim: ['--seeds', '50'] };

const packageSchema = z.object({ scripts: z.record(z.string(), z.string()) });

const readScripts = (): readonly string[] =>
  Object.keys(packageSchema.parse(JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'))).scripts);

/** All benchmarks, by name. @param scripts names in package.json; @default this repository's */
export const benchScripts = (scripts: readonly string[] = readScripts()): readonly BenchScript[] =>
  scripts
    .filter((name) => name.startsWith('bench:') || Object.hasOwn(OTHERS, name))
    .toSorted()
    .map((name) => ({ name, args: OTHERS[name] ?? [] }));

const figureSchema = z.object({
  name: z.string(),
  value: z.number(),
  unit: z.string(),
  goal: z.optional(z.union([z.string(), z.pipe(z.number(), z.transform(String))])),
  ok: z.optional(z.boolean()),
  samples: z.number(),
});
const outputSchema = z.union([
  z.array(figureSchema),
  z.pipe(
    figureSchema,
    z.transform((one) => [one]),
  ),
]);

/** The figures in the last line of a benchmark's output. @throws {Error} if there are none */
export function figuresIn(output: string): readonly Figure[] {
  const lastLine = output.trim().split('\n').at(-1) ?? '';
  const parsed = outputSchema.safeParse(jsonOf(lastLine));
  if (!parsed.success)
    throw new Error(`Expected figures as JSON in the last line, got ${lastLine.slice(0, 200)}`);
  return parsed.data.map(({ goal, ok, ...figure }) => ({
    ...figure,
    ...(goal === undefined ? {} : { goal }),
    ...(ok === undefined ? {} : { ok }),
  }));
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/**
 * Runs one benchmark to its end; its progress goes to stderr.
 * @throws {Error} if it ends without figures; a missed goal is not an error
 */
export async function runScript({ name, args }: BenchScript): Promise<readonly Figure[]> {
  const child = spawn('npm', ['run', '--silent', name, '--', ...args, '--json'], {
    cwd: ROOT,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const chunks: Buffer[] = [];
  for await (const chunk of child.stdout) chunks.push(Buffer.from(chunk));
  try {
    return figuresIn(Buffer.concat(chunks).toString('utf8'));
  } catch (cause) {
    throw new Error(`npm run ${name} gave no figures`, { cause });
  }
}
