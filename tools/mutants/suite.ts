import { globSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { Script } from 'node:vm';
import { build } from 'esbuild';
import type { Plugin } from 'esbuild';
import { Collector } from './collect.ts';
import type { Case } from './collect.ts';

type Bundle = (require: (name: string) => unknown, file: Collector['file']) => void;

/** A bundle has one address, but a module finds its files from its own. */
const ownAddress: Plugin = {
  name: 'own-address',
  setup(bundler) {
    bundler.onLoad({ filter: /\/tools\/.*\.ts$/ }, async ({ path }) => ({
      contents: (await readFile(path, 'utf8'))
        .replaceAll('import.meta.url', JSON.stringify(pathToFileURL(path).href))
        .replaceAll('import.meta.dirname', JSON.stringify(dirname(path))),
      loader: 'ts',
    }));
  },
};

/** Test files of lambdas/regions in these folders of `root`, in the order of the folders. */
const testFiles = (root: string, folders: readonly string[]): readonly string[] =>
  folders.flatMap((folder) => globSync(`test/unit/regions/${folder}/**/*.test.ts`, { cwd: root }).toSorted());

/** Evaluates the wanted test files with the rules that they test, as a new process would, and lists their tests; files with laws come
 * last. The order within a file stays, because a test may ask what the laws before it have met. */
export type Load = (isWanted: (fileName: string) => boolean) => readonly Case[];

/** Bundles the test files of these folders of `root`. */
export async function loadSuite(root: string, folders: readonly string[]): Promise<Load> {
  const contents = testFiles(root, folders)
    .map((file) => `file(${JSON.stringify(file)}, () => require(${JSON.stringify(`./${file}`)}));`)
    .join('\n');
  const { outputFiles } = await build({
    stdin: { contents, resolveDir: root, loader: 'js' },
    bundle: true,
    write: false,
    platform: 'node',
    format: 'cjs',
    external: ['vitest', 'fast-check', '@fast-check/vitest', 'prettier', 'zod'],
    target: 'node24',
    logLevel: 'error',
    plugins: [ownAddress],
  });
  const script = new Script(`(function (require, file) {${outputFiles[0]?.text ?? ''}\n})`);
  const packages = createRequire(join(root, 'package.json'));
  return (isWanted) => {
    const collector = new Collector(isWanted);
    const bundle: Bundle = script.runInThisContext();
    bundle((name) => collector.modules[name] ?? packages(name), collector.file);
    const { cases } = collector;
    const slow = new Set(cases.filter(({ isLaw }) => isLaw).map(({ fileName }) => fileName));
    const isSlow = (one: Case): boolean => slow.has(one.fileName);
    return [...cases.filter((one) => !isSlow(one)), ...cases.filter(isSlow)];
  };
}
