/** The files of this repository that each function's handler imports, at any depth. */
import { globSync } from 'node:fs';
import path from 'node:path';
import { build } from 'esbuild';
import { expect, it } from 'vitest';
import { KIND_NAMES } from '../../lambdas/actions/kinds.ts';

const HANDLERS = globSync('lambdas/*/handlers/*.handler.ts').toSorted();

/** Each kind beyond the first three adds the schema of its payload. */
const FURTHER_KINDS = KIND_NAMES.length - 3;

/** Maximum number of files of some handlers; the numbers of the others are only printed. */
const LIMITS: Readonly<Record<string, number>> = { 'enqueue-action': 45 + FURTHER_KINDS };

const nameOf = (handler: string): string => path.basename(handler, '.handler.ts');

/** The files, without packages. */
async function filesOf(handler: string): Promise<readonly string[]> {
  const { metafile } = await build({
    entryPoints: [handler],
    bundle: true,
    write: false,
    metafile: true,
    platform: 'node',
    format: 'esm',
    packages: 'external',
    logLevel: 'silent',
  });
  return Object.keys(metafile.inputs).filter((input) => !input.includes('node_modules'));
}

const graphs = new Map(
  await Promise.all(HANDLERS.map(async (handler) => [nameOf(handler), await filesOf(handler)] as const)),
);
console.info([...graphs].map(([name, files]) => `${String(files.length).padStart(4)} ${name}`).join('\n'));

it.each(Object.entries(LIMITS))('%s imports at most %i files', (name, limit) => {
  expect(graphs.get(name)?.length).toBeLessThanOrEqual(limit);
});

it('enqueue-action imports neither the sweep nor a stored shape other than the task', () => {
  const foreign = /\/recovery\/|\/pauses\/|\/migrations\/(?!task-)/;

  expect(graphs.get('enqueue-action')).toContain('lambdas/queue/domain/enqueue/enqueue.ts');
  expect(graphs.get('enqueue-action')?.filter((file) => foreign.test(file))).toEqual([]);
});
