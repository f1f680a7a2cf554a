/** Canonical bytes of a state, its digest, and snapshots. Equal sets of events give equal bytes in every Region. */
import * as z from 'zod/mini';
import { canonicalJson, sha256Hex } from '../../shared/domain/hashing.ts';
import { compareText } from '../log/event.ts';
import { seenSchema } from './facts.ts';
import type { Held } from './held.ts';
import type { Fact, FoldRules, Kept } from './kept.ts';

type RulesName = Pick<FoldRules<Fact>, 'kind' | 'foldVersion'>;

/** Canonical JSON (RFC 8785) of a state with the kind and the version of its rules. */
export const stateBytes = ({ kind, foldVersion }: RulesName, state: object): string =>
  canonicalJson({ kind, foldVersion, state });

/** SHA-256 of {@link stateBytes}, 64 hex digits. States of other rules never have an equal digest. */
export const stateDigest = (rules: RulesName, state: object): string => sha256Hex(stateBytes(rules, state));

const byName = ([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number =>
  compareText(a, b);
const sorted = <V>(map: ReadonlyMap<string, V>): [string, V][] => [...map].toSorted(byName);

const heldForm = ({ upTo, beyond }: Held): z.output<typeof heldSchema> => ({
  upTo: sorted(upTo),
  beyond: sorted(beyond).map(([scope, seqs]) => [scope, [...seqs].toSorted((a, b) => a - b)]),
});

/** What a fold keeps, as text. Equal sets of events give equal texts. */
export const snapshotOf = <F extends Fact>({ kind, foldVersion }: RulesName, kept: Kept<F>): string =>
  canonicalJson({
    kind,
    foldVersion,
    held: heldForm(kept.held),
    clock: kept.clock,
    heldElsewhere: heldForm(kept.heldElsewhere),
    commands: sorted(kept.commands),
    unread: sorted(kept.unread),
  });

const hlcSchema = z.object({ wallMs: z.number(), counter: z.number() });

const heldSchema = z.object({
  upTo: z.array(z.tuple([z.string(), z.number()])),
  beyond: z.array(z.tuple([z.string(), z.array(z.number())])),
});

const copySchema = <F>(fact: z.ZodMiniType<F>) =>
  z.object({
    id: z.string(),
    origin: z.string(),
    entitySeq: z.number(),
    hlc: hlcSchema,
    chain: z.string(),
    chainSeq: z.number(),
    commandId: z.string(),
    seen: seenSchema,
    deadlineAtMs: z.exactOptional(z.number()),
    fact,
  });

const snapshotSchema = <F extends Fact>({ kind, foldVersion, schema }: FoldRules<F>) => {
  const copy = copySchema(schema);
  return z.object({
    kind: z.literal(kind),
    foldVersion: z.literal(foldVersion),
    held: heldSchema,
    clock: z.object({ latest: z.exactOptional(hlcSchema) }),
    heldElsewhere: heldSchema,
    commands: z.array(z.tuple([z.string(), z.tuple([copy], copy)])),
    unread: z.array(z.tuple([z.string(), z.string()])),
  });
};

const heldFrom = ({ upTo, beyond }: z.output<typeof heldSchema>): Held => ({
  upTo: new Map(upTo),
  beyond: new Map(beyond.map(([scope, seqs]) => [scope, new Set(seqs)])),
});

/**
 * Makes the reader of snapshots of some rules; make it once, since it compiles a schema. The reader gives what the fold kept when
 * the snapshot was taken, or undefined if other rules took it or if it is damaged: then everything is folded again. Any events
 * can be absorbed afterwards, also ones from before the snapshot.
 */
export function snapshotReader<F extends Fact>(rules: FoldRules<F>): (value: unknown) => Kept<F> | undefined {
  const schema = snapshotSchema(rules);
  return (value) => {
    const parsed = z.safeParse(schema, value);
    if (!parsed.success) return undefined;
    const { held, heldElsewhere, commands, unread, clock } = parsed.data;
    return {
      held: heldFrom(held),
      heldElsewhere: heldFrom(heldElsewhere),
      clock,
      commands: new Map(commands),
      unread: new Map(unread),
    };
  };
}
