import { describe, expect, it } from 'vitest';
import { storedFormOf } from '../../../../lambdas/regions/log/body.ts';
import type { StoredEvent } from '../../../../lambdas/regions/log/body.ts';
import type { LogEvent } from '../../../../lambdas/regions/log/event.ts';
import { linkOf } from '../../../../lambdas/regions/watermarks/links.ts';
import type { Surroundings } from '../../../../lambdas/regions/watermarks/links.ts';
import type { ChainMark } from '../../../../lambdas/regions/watermarks/mark.ts';
import { scrubChain } from '../../../../lambdas/regions/watermarks/scrub.ts';
import type { ScrubResult } from '../../../../lambdas/regions/watermarks/scrub.ts';
import { CART, chainOfEvents, valueOf } from '../log/lab.ts';
import { markFrom } from './lab.ts';

const here: Surroundings = { archivedIn: 'log/1.jsonl', holdsKey: () => true };
const events = chainOfEvents(9);
const items = events.map(storedFormOf);
const markOfEvents = (some: readonly LogEvent[]): ChainMark =>
  markFrom(some.map((event) => valueOf(linkOf(event, here))));
const scrub = (published: ChainMark, stored: readonly StoredEvent[], surroundings = here): ScrubResult =>
  scrubChain(published, stored, () => surroundings);

describe('scrubChain', () => {
  it('finds nothing if the mark matches the log', () => {
    expect(scrub(markOfEvents(events), items.toReversed())).toEqual({
      damaged: [],
      rebuilt: markOfEvents(events),
      overclaimed: [],
      sound: true,
    });
  });

  it("detects a mark that was overwritten with a peer's mark, and rebuilds it from the log", () => {
    const held = items.filter(({ chainSeq }) => chainSeq !== 5);

    expect(scrub(markOfEvents(events), held)).toEqual({
      damaged: [],
      rebuilt: markOfEvents(events.filter(({ chainSeq }) => chainSeq !== 5)),
      overclaimed: [{ from: 5, to: 5 }],
      sound: false,
    });
  });

  it('schedule 6: detects a copy that was changed in place', () => {
    const body = items[3]?.body.replace('"quantity":2', '"quantity":9') ?? '';
    const damaged = items.map((item) => (item.chainSeq === 4 ? { ...item, body } : item));

    expect(scrub(markOfEvents(events), damaged)).toMatchObject({
      damaged: [{ entity: CART, id: events[3]?.id, reason: 'body_hash' }],
      overclaimed: [{ from: 4, to: 4 }],
      sound: false,
    });
  });

  it('is not sound with a damaged copy, also if the mark does not claim it', () => {
    const others = events.filter(({ chainSeq }) => chainSeq !== 4);
    const damaged = items.map((item) => (item.chainSeq === 4 ? { ...item, hash: 'x' } : item));

    expect(scrub(markOfEvents(others), damaged)).toMatchObject({ overclaimed: [], sound: false });
  });

  it('schedule 6: detects another history under the same numbers', () => {
    const others = chainOfEvents(9, 'other-');

    const { rebuilt, sound } = scrub(markOfEvents(events), others.map(storedFormOf));

    expect(sound).toBe(false);
    expect(rebuilt.frontier).toBe(9);
    expect(rebuilt.hash).not.toBe(markOfEvents(events).hash);
  });

  it('schedule 28: ignores events that are not in the S3 log', () => {
    const { rebuilt, overclaimed } = scrub(markOfEvents(events), items, { ...here, archivedIn: undefined });

    expect(rebuilt.frontier).toBe(0);
    expect(overclaimed).toEqual([{ from: 1, to: 9 }]);
  });
});
