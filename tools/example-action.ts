/** One action of a kind on the quote of an example file. */
import { join } from 'node:path';
import { type ActionKind, KINDS } from '../lambdas/actions/kinds.ts';
import { CliError } from './cli/cli-error.ts';
import { type QuoteAction, readQuoteFile } from './cli/quote-file.ts';
import { REPOSITORY_ROOT } from './paths.ts';

/**
 * The action of this kind in the file. If the file has none, the example of the kind on the file's quote.
 * @throws {CliError} when the file is not a quote file
 */
export function exampleAction(file: `examples/${string}.json`, kind: ActionKind): QuoteAction {
  const actions = readQuoteFile(join(REPOSITORY_ROOT, file));
  const found = actions.find((action) => action.kind === kind);
  if (found !== undefined) return found;
  const [first] = actions;
  if (first === undefined) throw new CliError(`${file}: expected an action`);
  const { quoteId, body } = first;
  const payload = { ...KINDS[kind].exampleOf(quoteId), snapshot: body.payload['snapshot'] };
  return { quoteId, idempotencyKey: `${quoteId}-${kind}`, kind, body: { kind, payload } };
}
