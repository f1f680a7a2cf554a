/** Requests to the Slack routes that must be refused: each kind is a change of a valid request. */
import { randomBytes } from 'node:crypto';
import { double, sample } from 'fast-check';
import {
  blockActionsOf,
  commandForm,
  clickForm,
  type Press,
  signedHeaders,
  STRANGER,
} from '../../helpers/slack/slack-request.ts';
import type { SlackRoute } from './slack.ts';

/** A request that must be refused. */
export interface BadRequest {
  readonly kind: string;
  readonly route: SlackRoute;
  readonly body: string | Uint8Array;
  readonly headers: Readonly<Record<string, string>>;
}

/** Parts of valid requests. */
export interface Ingredients {
  readonly signingSecret: string;
  readonly taskId: string;
  readonly version: number;
  /** Contained in every body; must not be stored or logged. */
  readonly canary: string;
}

/** Input of a change of a request. */
interface Draft {
  readonly route: SlackRoute;
  readonly body: string;
  readonly headers: Record<string, string>;
  readonly ingredients: Ingredients;
  /** 0 to 1; the same for the same seed. */
  readonly chance: number;
}
type Spoil = (draft: Draft) => Partial<Pick<BadRequest, 'body' | 'headers'>>;

const NOW = () => Date.now();
const SECOND_MS = 1_000;

const formOf = (
  route: SlackRoute,
  { taskId, version, canary }: Ingredients,
  person?: Press['person'],
): string =>
  route === 'commands'
    ? commandForm(`Q-${canary}`, person)
    : clickForm({
        ...blockActionsOf({ taskId, version, action: 'cancel', ...(person && { person }) }),
        canary,
      });

const resigned = (draft: Draft, body: string | Uint8Array, shiftSeconds = 0) => ({
  body,
  headers: signedHeaders(body, NOW() + shiftSeconds * SECOND_MS, draft.ingredients.signingSecret),
});

const without = (headers: Record<string, string>, name: string): Record<string, string> =>
  Object.fromEntries(Object.entries(headers).filter(([candidate]) => candidate !== name));

/** Between `low` and `high`, both included. */
const between = ({ chance }: Draft, low: number, high: number): number =>
  low + Math.floor(chance * (high - low + 1));

function flipped(draft: Draft): Uint8Array {
  const bytes = Buffer.from(draft.body);
  const at = between(draft, 0, bytes.length - 1);
  bytes[at] = (bytes[at] ?? 0) ^ 1;
  return bytes;
}

/** Every kind except `replayed`, which needs a valid request first. */
const SPOILS: Readonly<Record<string, Spoil>> = {
  'one bit of the body tampered with': (draft) => ({ body: flipped(draft) }),
  'another version in the body': ({ body }) => ({ body: `${body}1` }),
  'one digit of the signature tampered with': ({ headers }) => {
    const signature = headers['x-slack-signature'] ?? '';
    const digit = signature.endsWith('0') ? '1' : '0';
    return { headers: { ...headers, 'x-slack-signature': `${signature.slice(0, -1)}${digit}` } };
  },
  'another timestamp than the signed one': ({ headers }) => ({
    headers: {
      ...headers,
      'x-slack-request-timestamp': String(Number(headers['x-slack-request-timestamp']) - 1),
    },
  }),
  'signed with another secret': ({ body }) => ({
    headers: signedHeaders(body, NOW(), randomBytes(16).toString('hex')),
  }),
  'too old': (draft) => resigned(draft, draft.body, -between(draft, 305, 100_000)),
  'from the future': (draft) => resigned(draft, draft.body, between(draft, 305, 100_000)),
  unsigned: ({ headers }) => ({ headers: without(headers, 'x-slack-signature') }),
  'without a timestamp': ({ headers }) => ({ headers: without(headers, 'x-slack-request-timestamp') }),
  'with an empty signature': ({ headers }) => ({ headers: { ...headers, 'x-slack-signature': 'v0=' } }),
  'of an unknown scheme': ({ headers }) => ({
    headers: { ...headers, 'x-slack-signature': (headers['x-slack-signature'] ?? '').replace('v0', 'v1') },
  }),
  truncated: (draft) => ({ body: draft.body.slice(0, between(draft, 1, draft.body.length - 1)) }),
  'signed but cut off within its JSON': (draft) =>
    resigned(draft, 'payload=%7B%22type%22%3A%22block_act&team_id='),
  'signed but empty': (draft) => resigned(draft, ''),
  'in another charset': (draft) => {
    const { body, headers } = resigned(draft, Buffer.from(draft.body, 'utf16le'));
    return {
      body,
      headers: { ...headers, 'content-type': 'application/x-www-form-urlencoded; charset=utf-16' },
    };
  },
  'signed but not UTF-8': (draft) =>
    resigned(draft, Buffer.concat([Buffer.from(draft.body), Buffer.from([0xc3, 0x28])])),
  'signed but not UTF-8 behind percent signs': (draft) => resigned(draft, `${draft.body}&more=%C3%28`),
  'signed but sent as JSON': (draft) => {
    const { body, headers } = resigned(
      draft,
      JSON.stringify(Object.fromEntries(new URLSearchParams(draft.body))),
    );
    return { body, headers: { ...headers, 'content-type': 'application/json' } };
  },
  'signed but with every field twice': (draft) => resigned(draft, `${draft.body}&${draft.body}`),
  huge: (draft) => resigned(draft, `${draft.body}&more=${'x'.repeat(between(draft, 262_144, 1_000_000))}`),
  'of somebody who is no operator': (draft) =>
    resigned(draft, formOf(draft.route, draft.ingredients, STRANGER)),
  'of an operator’s id in another team': (draft) =>
    resigned(
      draft,
      formOf(draft.route, draft.ingredients, { teamId: 'T0STRANGE', userId: 'U0ADAOPS1', name: 'ada' }),
    ),
};

const ROUTES: readonly SlackRoute[] = ['interactions', 'commands'];

/**
 * `count` bad requests, signed now: every kind on both routes in turn, each with another random value. The same seed gives the same
 * requests.
 */
export function badRequests(count: number, ingredients: Ingredients, seed: number): readonly BadRequest[] {
  const chances = sample(double({ min: 0, max: 0.999_999, noNaN: true }), { numRuns: count, seed });
  const kinds = Object.entries(SPOILS);
  return chances.map((chance, index) => {
    const [kind, spoil] = kinds[Math.floor(index / ROUTES.length) % kinds.length] ?? ['', () => ({})];
    const route = ROUTES[index % ROUTES.length] ?? 'interactions';
    const body = formOf(route, ingredients);
    const headers = signedHeaders(body, NOW(), ingredients.signingSecret);
    const draft: Draft = { route, body, headers, ingredients, chance };
    return { kind, route, body, headers, ...spoil(draft) };
  });
}
