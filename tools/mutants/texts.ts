import { PluginKind, declareValuePlugin } from '@stryker-mutator/api/plugin';
import type { Ignorer } from '@stryker-mutator/api/ignore';

/** Two words with a blank between them. Names and codes have no blank. */
const PROSE = /\S \S/;

/** The part of a syntax node that is read here. */
type Node =
  | { readonly type: 'StringLiteral'; readonly value: string }
  | {
      readonly type: 'TemplateLiteral';
      readonly quasis: readonly { readonly value: { readonly raw: string } }[];
    }
  | { readonly type: 'other' };

function textOf(node: Node): string {
  if (node.type === 'StringLiteral') return node.value;
  if (node.type === 'TemplateLiteral') return node.quasis.map(({ value }) => value.raw).join('x');
  return '';
}

/** Leaves out the texts for people: what a refusal expected, and the cells of the documented tables. Code decides nothing by them. */
const texts: Ignorer = {
  shouldIgnore(path) {
    const node: Node = Reflect.get(path, 'node');
    return PROSE.test(textOf(node)) ? 'a text for people' : undefined;
  },
};

export const strykerPlugins = [declareValuePlugin(PluginKind.Ignore, 'texts', texts)];
