/**
 * One row per action kind: all that the rest of the project knows of a kind. Requests, CLI choices, pages, drills, the simulation
 * and the cost scenarios are derived from the rows. A new kind starts here; see CONTRIBUTING, "A new action kind".
 */
import * as z from 'zod/mini';
import type { QuoteSnapshot } from '../shared/contracts/quote-snapshot.ts';
import { type Provider, recordOf } from '../shared/contracts/providers.ts';
import { crmSyncPayload } from './crm/sync/contracts/payload.ts';
import { pdfRenderPayload } from './pdf/render/contracts/payload.ts';
import { slackNotifyPayload } from './slack/notify/contracts/payload.ts';

/** The actions that an accepted quote sets off. */
export const ActionKind = {
  PdfRender: 'pdf.render',
  CrmSync: 'crm.sync',
  SlackNotify: 'slack.notify',
} as const;
/** One of {@link ActionKind}. */
export type ActionKind = (typeof ActionKind)[keyof typeof ActionKind];
/** Every kind, in the order in which kinds are listed. */
export const KIND_NAMES: readonly ActionKind[] = Object.values(ActionKind);

/** The kinds of a provider. */
export type KindOf<P extends Provider> = {
  [K in ActionKind]: (typeof KINDS)[K]['provider'] extends P ? K : never;
}[ActionKind];

/** The request that carries an effect out, as the fault proxy sees it. */
export interface EffectRequest {
  readonly method: 'POST' | 'PUT' | 'PATCH';
  readonly path: `/${string}`;
  /** Text that its body has for the example of a quote, and no other request about that quote. */
  readonly textOf: (quoteId: string) => string;
}

/** Why the effect of a kind is there exactly once, in words for `docs/kinds.md`. */
interface Proof {
  /** How the provider keeps the effect key. */
  readonly keptAs: string;
  /** What a second application would be. */
  readonly appliedTwice: string;
  /** How the provider is asked for the effect. */
  readonly probe: string;
}

/** All that is fixed about a kind. */
interface KindRow<P extends Provider, Payload> {
  /** The provider that the effect is at; its worker carries the kind out. */
  readonly provider: P;
  /** Schema of the payload: `snapshot` and what else the kind takes. */
  readonly payload: Payload;
  /** Fields of the payload beside `snapshot`, for tests, drills and the page of the API. */
  readonly exampleOf: (quoteId: string) => Omit<z.infer<Payload>, 'snapshot'>;
  /** What the provider knows the effect by: its effect key, or the id that it has there. */
  readonly countedBy: 'effectKey' | 'externalId';
  /** Whether the provider carries out once what reaches it twice under one key. */
  readonly deduplicates: boolean;
  readonly proof: Proof;
  /** Absent: the fault proxy is not in front of the provider. */
  readonly request?: EffectRequest;
}

const row = <P extends Provider, Payload extends z.ZodMiniType<{ snapshot: QuoteSnapshot }>>(
  fields: KindRow<P, Payload>,
): KindRow<P, Payload> => fields;

const accepted = (quoteId: string): string => `Accepted: ${quoteId}`;

/** The rows. */
export const KINDS = {
  'pdf.render': row({
    provider: 'pdf',
    payload: pdfRenderPayload,
    exampleOf: () => ({}),
    // The key of the document.
    countedBy: 'externalId',
    deduplicates: true,
    proof: {
      keptAs: "the object's key: a hash of snapshot and renderer version, put with `If-None-Match: *`",
      appliedTwice: 'refused by S3 (412)',
      probe: 'HeadObject',
    },
  }),
  'crm.sync': row({
    provider: 'crm',
    payload: crmSyncPayload,
    exampleOf: () => ({}),
    countedBy: 'effectKey',
    deduplicates: true,
    proof: {
      keptAs: 'the unique deal property `quoteq_effect_key`, by upsert',
      appliedTwice: 'the same deal with the same values',
      probe: 'read the deal by that property',
    },
    request: {
      method: 'POST',
      path: '/crm/v3/objects/deals/batch/upsert',
      textOf: (quoteId) => quoteId,
    },
  }),
  'slack.notify': row({
    provider: 'slack',
    payload: slackNotifyPayload,
    exampleOf: (quoteId) => ({ message: accepted(quoteId) }),
    countedBy: 'effectKey',
    deduplicates: false,
    proof: {
      keptAs: 'message metadata',
      appliedTwice: 'a second message',
      probe: "look through the metadata of the quote's threads, and of the channel if a root was deleted",
    },
    // Neither the thread's root nor a card has the words of the message.
    request: { method: 'POST', path: '/api/chat.postMessage', textOf: accepted },
  }),
} as const satisfies Record<ActionKind, unknown>;

/** One of the providers: a worker function `run-action-<worker>` belongs to each. */
export type Worker = Provider;
/** The worker of each kind. */
export const WORKER_BY_KIND = recordOf(
  KIND_NAMES.map((kind): [ActionKind, Worker] => [kind, KINDS[kind].provider]),
);

/** A row as one type for all kinds, without the schema of its payload. */
export const kindRow = (
  kind: ActionKind,
): Omit<KindRow<Provider, z.ZodMiniType>, 'payload' | 'exampleOf' | 'proof'> => KINDS[kind];

/** The kinds whose effect the fault proxy sees, so that faults can be scripted for it. */
export const FAULTED_KINDS: readonly ActionKind[] = KIND_NAMES.filter(
  (kind) => kindRow(kind).request !== undefined,
);

/** The kinds whose provider is this one. */
export const kindsOf = (provider: Provider): readonly ActionKind[] =>
  KIND_NAMES.filter((kind) => KINDS[kind].provider === provider);

type RequestSchema<K extends ActionKind> = z.ZodMiniObject<
  { kind: z.ZodMiniLiteral<K>; payload: (typeof KINDS)[K]['payload'] },
  z.core.$strict
>;
type AnyRequestSchema = { [K in ActionKind]: RequestSchema<K> }[ActionKind];

const requestSchemas = KIND_NAMES.map((kind) =>
  z.strictObject({ kind: z.literal(kind), payload: KINDS[kind].payload }),
);

/** Body of `POST /quotes/{quoteId}/actions`: the kind selects the payload's shape. */
export const enqueueBodySchema = z.discriminatedUnion(
  'kind',
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- TypeScript does not relate a kind to the payload of its row
  requestSchemas as unknown as readonly [AnyRequestSchema, ...AnyRequestSchema[]],
);

/** A quote action as asked for: kind and typed payload. */
export type ActionRequest = z.infer<typeof enqueueBodySchema>;
