import { fc, test } from '@fast-check/vitest';
import { describe, expect, it } from 'vitest';
import { keyArrived } from '../../../../lambdas/regions/watermarks/holding.ts';
import { linkOf, shortOf } from '../../../../lambdas/regions/watermarks/links.ts';
import type { Link } from '../../../../lambdas/regions/watermarks/links.ts';
import { MAX_ISLANDS, markOf, sameHistory } from '../../../../lambdas/regions/watermarks/mark.ts';
import { LAW_RUNS } from '../laws.ts';
import { chainOfEvents, eventOf, refusalOf, valueOf } from '../log/lab.ts';
import {
  anyLinks,
  branch,
  disputeOf,
  fork,
  isPlain,
  KEY,
  main,
  naiveMark,
  Receiver,
  receiverOf,
  unique,
} from './naive.ts';

/** Steps of a receiver: a batch of links arrives, or it restarts. */
const anyDelivery = (links: readonly Link[]): fc.Arbitrary<(Link[] | 'restart')[]> =>
  fc
    .tuple(
      fc.shuffledSubarray([...links], { minLength: links.length }),
      fc.array(fc.oneof(fc.nat(LAST), fc.constant('restart' as const)), { maxLength: 6 }),
      fc.array(fc.nat(LAST), { maxLength: 4 }),
    )
    .map(([shuffled, cuts, again]) => {
      const sent = [...shuffled, ...again.flatMap((at) => shuffled[at] ?? [])];
      const sizes = cuts.map((cut) => (cut === 'restart' ? cut : cut % 9));
      return [...sizes.map((size) => (size === 'restart' ? size : sent.splice(0, size))), sent];
    });

const LAST = 30;

const delivered = (deliveries: readonly (Link[] | 'restart')[]): Receiver => {
  const receiver = new Receiver();
  for (const one of deliveries) {
    if (one === 'restart') receiver.restart();
    else receiver.take(one);
  }
  return receiver;
};

const withDeliveries = anyLinks.chain((links) => fc.tuple(fc.constant(links), anyDelivery(links)));

describe('hold', () => {
  test.prop([withDeliveries], { numRuns: LAW_RUNS })(
    'gives the mark of the whole set for every order, repetition, batching and restart',
    ([links, deliveries]) => {
      expect(delivered(deliveries).mark()).toEqual(naiveMark(links));
    },
  );

  test.prop([withDeliveries], { numRuns: LAW_RUNS })(
    'finds the lowest dispute and keeps two hashes that prove it',
    ([links, deliveries]) => {
      const { dispute } = delivered(deliveries).holding;

      expect(dispute?.seq).toBe(disputeOf(links));
      const seen = links.flatMap(({ seq, prev, hash }) => [[seq, hash] as const, [seq - 1, prev] as const]);
      const known = new Set(seen.filter(([seq]) => seq === dispute?.seq).map(([, hash]) => hash));
      const evidence = (dispute?.hashes ?? []).filter((hash) => known.has(hash) || dispute?.seq === 0);
      expect(evidence).toEqual(dispute?.hashes ?? []);
      expect(new Set(evidence).size >= 2).toBe(dispute !== undefined);
    },
  );

  test.prop([anyLinks, anyLinks], { numRuns: LAW_RUNS })(
    'gives equal marks if and only if the sets are equal',
    (one, other) => {
      const equal = isPlain(one) && isPlain(other) && sameSet(one, other);

      expect(sameHistory(receiverOf(one).mark(), receiverOf(other).mark())).toBe(equal);
    },
  );

  /** Changes of one event give the sets that are hardest to distinguish. */
  test.prop([anyLinks, fc.nat(LAST), fc.constantFrom('drop', 'fork', 'branch', 'add', 'swap')], {
    numRuns: LAW_RUNS,
  })(
    'distinguishes a set from one with a single event dropped, added, replaced or swapped',
    (links, at, change) => {
      const other = planted(links, at, change);
      const equal = isPlain(links) && isPlain(other) && sameSet(links, other);

      expect(sameHistory(receiverOf(links).mark(), receiverOf(other).mark())).toBe(equal);
    },
  );

  it('schedule 4: an event without its predecessor is an island, named in every comparison', () => {
    const [first, second] = [main(1), main(2)];

    expect(receiverOf([second]).mark()).toMatchObject({ frontier: 0, islands: [{ from: 2, to: 2 }] });
    expect(sameHistory(receiverOf([second]).mark(), receiverOf([]).mark())).toBe(false);
    expect(receiverOf([second]).take([first]).mark()).toMatchObject({ frontier: 2, islands: [] });
  });

  it('schedule 11: the frontier advances by the record, although the index does not show it yet', () => {
    const receiver = receiverOf([main(1)]);
    receiver.stored.length = 0;

    receiver.take([main(2)]);

    expect(receiver.mark()).toMatchObject({ frontier: 2, hash: main(2).hash });
  });

  it('keeps the frontier at event 4 of 9 if event 5 is missing', () => {
    const received = [1, 2, 3, 4, 6, 7, 8, 9].map(main);

    expect(receiverOf(received).mark()).toMatchObject({ frontier: 4, islands: [{ from: 6, to: 9 }] });
  });

  it('does not move the frontier over an event that names another predecessor', () => {
    const { holding } = receiverOf([main(1), main(2), branch(3)]);

    expect(holding.base.to).toBe(2);
    expect(holding.dispute).toEqual({ seq: 2, hashes: [main(2).hash, fork(2).hash] });
  });

  it('claims nothing of a chain whose first event names a predecessor', () => {
    expect(receiverOf([branch(1), main(2)]).mark()).toMatchObject({
      frontier: 0,
      islands: [],
      disputedAt: 0,
    });
  });

  it('keeps a bounded proof of a dispute', () => {
    const many = Array.from({ length: 9 }, (_, n) => ({
      seq: 1,
      prev: main(1).prev,
      hash: `${n}`.padStart(32, 'd'),
    }));

    expect(receiverOf(many).holding.dispute?.hashes).toHaveLength(4);
  });

  it('schedule 26: a backlog over 10 partitions fits into a mark and is claimed completely after it is drained', () => {
    const partitions = Array.from({ length: 10 }, (_, lane) =>
      Array.from({ length: 600 }, (__, n) => main(n * 10 + lane + 1)),
    );
    const receiver = receiverOf(partitions[1] ?? []);

    expect(receiver.mark().islands).toHaveLength(MAX_ISLANDS);
    expect(receiver.mark().more).toBe(true);
    for (const partition of partitions) {
      receiver.restart();
      receiver.take(partition);
    }
    expect(receiver.mark()).toEqual({ ...naiveMark([]), frontier: 6_000, hash: main(6_000).hash });
  });
});

const sameSet = (one: readonly Link[], other: readonly Link[]): boolean =>
  one.length === other.length && unique([...one, ...other]).length === one.length;

function planted(links: readonly Link[], at: number, change: string): Link[] {
  const link = links[at % links.length] ?? main(1);
  const rest = links.filter(({ hash }) => hash !== link.hash);
  if (change === 'drop') return rest;
  if (change === 'fork') return unique([...rest, fork(link.seq)]);
  if (change === 'branch') return unique([...rest, branch(link.seq)]);
  // Two events swap their numbers.
  if (change === 'swap')
    return links.map((one) => (one.seq === link.seq ? { ...one, hash: main(link.seq + 1).hash } : one));
  return unique([...links, main(at + 1)]);
}

const keyless = (seq: number): Link => ({ ...main(seq), missingKeys: [KEY, 'other'] });

describe('keys', () => {
  test.prop(
    [fc.subarray(Array.from({ length: LAST }, (_, at) => at + 1)), fc.integer({ min: 0, max: LAST })],
    {
      numRuns: LAW_RUNS,
    },
  )('are named by the lowest events that lack them, after restarts too', (numbers, restartAt) => {
    const links = Array.from({ length: LAST }, (_, at) =>
      numbers.includes(at + 1) ? keyless(at + 1) : main(at + 1),
    );

    const receiver = receiverOf(links.slice(0, restartAt));
    receiver.restart();
    receiver.take(links.slice(restartAt));
    receiver.restart();

    expect(receiver.mark()).toEqual(naiveMark(links));
  });

  it('are complete when all keys of an event have arrived', () => {
    const { holding, index } = receiverOf([keyless(1), keyless(2)]);

    const one = keyArrived(holding, KEY);
    expect(markOf(one, index).keyless).toEqual([1, 2]);
    expect(markOf(keyArrived(one, 'other'), index).keyless).toEqual([]);
  });

  it('are complete when the event is delivered again after its keys', () => {
    expect(
      receiverOf([keyless(1)])
        .take([main(1)])
        .mark().keyless,
    ).toEqual([]);
  });
});

describe('linkOf', () => {
  const here = { archivedIn: 'log/2026/11/30/1.jsonl', holdsKey: () => true };

  it('schedule 28: an event that is not in the S3 log does not move a frontier', () => {
    expect(refusalOf(linkOf(eventOf(), { ...here, archivedIn: undefined }))).toBe(
      'not_archived at archivedIn',
    );
  });

  it('has the parts of an event that a chain needs', () => {
    const [first, second] = chainOfEvents(2);

    expect(valueOf(linkOf(second ?? eventOf(), here))).toEqual({
      seq: 2,
      prev: shortOf(first?.hash ?? ''),
      hash: shortOf(second?.hash ?? ''),
    });
  });

  it('schedule 27: names the keys that this Region does not hold', () => {
    const link = linkOf(eventOf({ keys: ['k1', 'k2'] }), { ...here, holdsKey: (key) => key === 'k1' });

    expect(valueOf(link).missingKeys).toEqual(['k2']);
    expect(valueOf(linkOf(eventOf({ keys: ['k1'] }), here)).missingKeys).toBeUndefined();
  });

  it('makes one history from the events of an origin', () => {
    const links = chainOfEvents(20).map((event) => valueOf(linkOf(event, here)));

    expect(receiverOf(links.toReversed()).mark()).toMatchObject({ frontier: 20, islands: [] });
    expect(receiverOf(links).holding.dispute).toBeUndefined();
  });
});
