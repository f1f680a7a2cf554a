/**
 * Quote files: one snapshot and the actions for it (docs/quote-file.md). A file is checked completely, with the API's own
 * schemas, before any part of it is sent. Only the API can check what depends on the deployment (engines, earlier use of a
 * key).
 */
import { readFileSync } from 'node:fs';
import { isDeepStrictEqual } from 'node:util';
import * as z from 'zod/mini';
import { enqueueBodySchema } from '../../lambdas/actions/kinds.ts';
import { idempotencyKeySchema, MAX_BODY_BYTES } from '../../lambdas/queue/contracts/api.ts';
import { type QuoteSnapshot, quoteSnapshotSchema } from '../../lambdas/shared/contracts/quote-snapshot.ts';
import type { FieldViolation } from '../../lambdas/shared/domain/errors.ts';
import { snapshotViolations } from '../../lambdas/queue/domain/enqueue/snapshot-guard.ts';
import { fieldViolations } from '../../lambdas/shared/contracts/field-issues.ts';
import { CliError } from './cli-error.ts';
import { shownLine } from './terminal/terminal-text.ts';
import { utf8TextOf } from './utf8-text.ts';

const actionSchema = z.looseObject(
  {
    idempotencyKey: idempotencyKeySchema,
    kind: z.string(),
    /** The file has one snapshot for all of its actions. */
    snapshot: z.optional(z.never('expected no such field')),
  },
  'expected an action',
);
const fileSchema = z.strictObject(
  {
    snapshot: quoteSnapshotSchema,
    actions: z
      .array(actionSchema, 'expected a list of actions')
      .check(z.minLength(1, 'expected at least one action')),
  },
  {
    error: ({ code }) =>
      code === 'invalid_type' ? 'expected an object with snapshot and actions' : undefined,
  },
);
type QuoteFile = z.infer<typeof fileSchema>;

/** One request to enqueue. */
export interface QuoteAction {
  readonly quoteId: string;
  readonly idempotencyKey: string;
  readonly kind: string;
  /** Index in `actions` of its quote file; absent if it does not come from a file. */
  readonly index?: number;
  /** Body of `POST /quotes/{quoteId}/actions`. */
  readonly body: { readonly kind: string; readonly payload: Readonly<Record<string, unknown>> };
}

const SNAPSHOT = '/snapshot';
const PAYLOAD = '/payload';

/**
 * A field of the request, named by its path in the quote file.
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

function reasonOf(cause: unknown): string {
  if (!(cause instanceof Error)) return 'unreadable';
  return 'code' in cause && cause.code === 'EISDIR' ? 'it is a directory' : cause.message;
}

/** What a JSON file holds. @throws {CliError} when it cannot be read or parsed */
export function readJsonFile(file: string): unknown {
  try {
    return JSON.parse(utf8TextOf(readFileSync(file)));
  } catch (cause) {
    // The parser quotes the text that it cannot parse.
    const reason = shownLine(reasonOf(cause));
    throw new CliError(`${file}: expected a JSON file (${reason})`, { cause });
  }
}

const actionsOf = ({ snapshot, actions }: QuoteFile): readonly QuoteAction[] =>
  actions.map(({ idempotencyKey, kind, snapshot: _none, ...rest }, index) => ({
    quoteId: snapshot.quoteId,
    idempotencyKey,
    kind,
    index,
    body: { kind, payload: { snapshot, ...rest } },
  }));

/** Violations that the queue refuses in every deployment; allowed engines differ by deployment. */
function guardViolations(snapshot: QuoteSnapshot): readonly FieldViolation[] {
  const { name, version } = snapshot.engine;
  return snapshotViolations(snapshot, snapshot.quoteId, new Set([`${name}@${version}`]));
}

function bodyViolations({ body }: QuoteAction): readonly FieldViolation[] {
  const parsed = enqueueBodySchema.safeParse(body);
  if (!parsed.success) return fieldViolations(parsed.error);
  if (Buffer.byteLength(JSON.stringify(body)) <= MAX_BODY_BYTES) return [];
  const expected = `expected at most ${MAX_BODY_BYTES} bytes, including the snapshot`;
  return [{ pointer: '', expected }];
}

/** A field and what was expected of it, as one line. */
export const said = (pointer: string, expected: string): string =>
  shownLine(`${pointer === '' ? '/' : pointer}: ${expected}`);

/** The first use of each key of a quote, by quote id and key. */
type KeyOwners = Map<string, { readonly file: string; readonly action: QuoteAction }>;

/**
 * Keys that are already used for another action, in this file or an earlier one. The same action twice is allowed: it is
 * replayed.
 */
function keyViolations(file: string, actions: readonly QuoteAction[], owners: KeyOwners): readonly string[] {
  return actions.flatMap((action) => {
    const key = JSON.stringify([action.quoteId, action.idempotencyKey]);
    const owner = owners.get(key) ?? { file, action };
    owners.set(key, owner);
    if (isDeepStrictEqual(owner.action.body, action.body)) return [];
    const place = `/actions/${owner.action.index}${owner.file === file ? '' : ` of ${owner.file}`}`;
    return [said(placeInFile(action, 'Idempotency-Key'), `expected a unique key; ${place} has the same`)];
  });
}

/** The errors in the requests of a well-formed file, with fields named by their path in the file. */
function requestViolations(file: QuoteFile): readonly string[] {
  const ofActions = actionsOf(file).flatMap((action) =>
    bodyViolations(action).map(({ pointer, expected }) => said(placeInFile(action, pointer), expected)),
  );
  const ofSnapshot = guardViolations(file.snapshot).map(({ pointer, expected }) =>
    said(placeInFile({ index: 0 }, pointer), expected),
  );
  return [...ofSnapshot, ...ofActions];
}

/** Maximum fields that a refusal names; the rest are counted. */
const MAX_NAMED = 20;

/** The error that names the wrong fields of a file. */
export function refusal(file: string, wrong: readonly string[]): CliError {
  if (wrong.length === 1) return new CliError(`${file}: ${wrong.join('')}`);
  const more = wrong.length > MAX_NAMED ? [`and ${wrong.length - MAX_NAMED} more`] : [];
  const lines = [...wrong.slice(0, MAX_NAMED), ...more].map((line) => `\n  ${line}`);
  return new CliError(`${file}: ${wrong.length} fields are not as documented${lines.join('')}`);
}

function readChecked(file: string, owners: KeyOwners): readonly QuoteAction[] {
  const read = fileSchema.safeParse(readJsonFile(file));
  if (!read.success) {
    throw refusal(
      file,
      fieldViolations(read.error).map(({ pointer, expected }) => said(pointer, expected)),
    );
  }
  const actions = actionsOf(read.data);
  const wrong = [...requestViolations(read.data), ...keyViolations(file, actions, owners)];
  if (wrong.length > 0) throw refusal(file, wrong);
  return actions;
}

/** The actions of a quote file. @throws {CliError} with the file and each field that can never be accepted */
export const readQuoteFile = (file: string): readonly QuoteAction[] => readChecked(file, new Map());

/** The actions of quote files that are sent together. @throws {CliError} as {@link readQuoteFile}, on the first such file */
export function readQuoteFiles(files: readonly string[]): readonly QuoteAction[] {
  const owners: KeyOwners = new Map();
  return files.flatMap((file) => readChecked(file, owners));
}
