/** Quote files: one snapshot and the actions it sets off. The API judges their content; here they only must be such files. */
import { readFileSync } from 'node:fs';
import * as z from 'zod/mini';
import { CliError } from './cli-error.ts';

const text = z.string('expected text');
const fileSchema = z.object(
  {
    snapshot: z.looseObject({ quoteId: text }, 'expected a quote snapshot'),
    actions: z
      .array(
        z.looseObject({ idempotencyKey: text, kind: text }, 'expected an action'),
        'expected a list of actions',
      )
      .check(z.minLength(1, 'expected at least one action')),
  },
  'expected an object with snapshot and actions',
);

/** One request to enqueue. */
export interface QuoteAction {
  readonly quoteId: string;
  readonly idempotencyKey: string;
  readonly kind: string;
  /** Its place in `actions` of its quote file; absent when it is of none. */
  readonly index?: number;
  /** Body of `POST /quotes/{quoteId}/actions`. */
  readonly body: { readonly kind: string; readonly payload: Readonly<Record<string, unknown>> };
}

const SNAPSHOT = '/snapshot';
const PAYLOAD = '/payload';

/**
 * A field of the request as the quote file has it.
 * @param field JSON Pointer into the body, or the name of a parameter
 */
export function placeInFile({ index }: Pick<QuoteAction, 'index'>, field: string): string {
  if (index === undefined) return field;
  if (field === 'quoteId') return `${SNAPSHOT}/quoteId`;
  if (field === 'Idempotency-Key') return `/actions/${index}/idempotencyKey`;
  const inPayload = field.startsWith(PAYLOAD) ? field.slice(PAYLOAD.length) : field;
  const isOfSnapshot = inPayload === SNAPSHOT || inPayload.startsWith(`${SNAPSHOT}/`);
  return isOfSnapshot ? inPayload : `/actions/${index}${inPayload}`;
}

function parse(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : 'unreadable';
    throw new CliError(`${file}: expected a JSON file (${reason})`, { cause });
  }
}

/** The actions of a quote file. @throws {CliError} naming the file and each field that is not as expected */
export function readQuoteFile(file: string): readonly QuoteAction[] {
  const read = fileSchema.safeParse(parse(file));
  if (!read.success) {
    const fields = read.error.issues.map((issue) => `/${issue.path.join('/')}: ${issue.message}`).join('; ');
    throw new CliError(`${file}: ${fields}`);
  }
  const { snapshot, actions } = read.data;
  return actions.map(({ idempotencyKey, kind, ...rest }, index) => ({
    quoteId: snapshot.quoteId,
    idempotencyKey,
    kind,
    index,
    body: { kind, payload: { snapshot, ...rest } },
  }));
}
