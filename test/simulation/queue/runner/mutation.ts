/** A change of source while a module loads; the files stay unchanged. */
import { registerHooks } from 'node:module';

/** One replacement in one file. */
export interface Mutation {
  /** Path from the root of the repository. */
  readonly file: string;
  /** Text that it contains exactly once. */
  readonly find: string;
  readonly replace: string;
}

const ROOT = new URL('../../../../', import.meta.url);

/** URL of a file of the repository. */
export const urlOf = (file: string): string => new URL(file, ROOT).href;

/** @throws {Error} unless the file contains the text exactly once, so that an outdated patch fails */
export function mutated(source: string, { file, find, replace }: Mutation): string {
  const times = source.split(find).length - 1;
  if (times !== 1) throw new Error(`${file}: expected this text once, found it ${times} times:\n${find}`);
  return source.replace(find, () => replace);
}

/** Plants mutations into all modules that are loaded later. */
export function plant(mutations: readonly Mutation[]): void {
  registerHooks({
    load(url, context, nextLoad) {
      const loaded = nextLoad(url, context);
      const file = url.replace(/\?.*$/, '');
      const here = mutations.filter((mutation) => urlOf(mutation.file) === file);
      if (here.length === 0) return loaded;
      const { source: given } = loaded;
      if (given === undefined || given === null) throw new TypeError(`${file}: expected a source`);
      const text = typeof given === 'string' ? given : new TextDecoder().decode(given);
      const source = here.reduce(mutated, text);
      return { ...loaded, source };
    },
  });
}
