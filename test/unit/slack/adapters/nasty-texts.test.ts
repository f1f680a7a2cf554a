/** All messages to Slack, with a nasty text in every field from people and providers. */
import type { KnownBlock, ModalView } from '@slack/types';
import { fc, test } from '@fast-check/vitest';
import { describe, expect, it } from 'vitest';
import { auditModal } from '../../../../lambdas/slack/adapters/audit-modal.ts';
import { recoveryText, renderCard } from '../../../../lambdas/slack/adapters/card-blocks.ts';
import { overdueAnswer, quoteAnswer } from '../../../../lambdas/slack/adapters/command-answer.ts';
import { noticeText } from '../../../../lambdas/slack/adapters/ephemeral.ts';
import { type SentMessage, sentMessage } from '../../../../lambdas/actions/slack/notify/message-parts.ts';
import {
  clipped,
  escapeLine,
  escapeText,
} from '../../../../lambdas/shared/adapters/slack-api/message-text.ts';
import { rootText } from '../../../../lambdas/shared/adapters/slack-api/quote-thread.ts';
import type { ExecutionTask } from '../../../../lambdas/queue/contracts/records.ts';
import { ELLIPSIS, graphemesOf } from '../../../../lambdas/shared/contracts/text.ts';
import { recoveriesOf } from '../../../../lambdas/slack/domain/card.ts';
import { completed, held, redriven } from '../../../../lambdas/queue/domain/task/transitions.ts';
import { contextAt, resultOf, retryableTask, runningTask, snapshotOf } from '../../../helpers/builders.ts';
import { START_MS } from '../../../../tools/rig/fake-clock.ts';
import { FORGED, ILL_FORMED, NASTY_TEXTS, textsAcross } from '../../../helpers/nasty-texts.ts';

/** Slack splits a message with a longer text (4,046 by public measurements); its reference documents 4,000. */
const MAX_TEXT = 4_000;
const MAX_SECTION = 3_000;
const MAX_FIELD = 2_000;
/** Slack refused blocks with more than about 11,300 characters in total as `msg_blocks_too_long`. */
const MAX_BLOCKS_TEXT = 11_000;

const ALL = Object.entries({ ...NASTY_TEXTS, ...ILL_FORMED });
const ANY = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 600 }),
  fc.string({ unit: 'grapheme', maxLength: 600 }),
  fc.constantFrom(...ALL.map(([, text]) => text)),
);

/** A task with `text` in every possible field: many presses and holds, and a provider's error. */
function taskWith(text: string): ExecutionTask {
  let task = retryableTask();
  for (let presses = 0; presses < 12; presses += 1) {
    task = redriven(
      task,
      'operator_retry',
      contextAt(START_MS, { actor: `slack:T1/U1 (${text})`, reason: text }),
    );
  }
  task = held(task, { reason: text, actor: text }, contextAt(START_MS, { actor: text, reason: text }));
  return { ...task, quoteId: text, error: { code: 'PROVIDER_REFUSED', detail: text } };
}

const completedWith = (text: string): ExecutionTask =>
  completed(
    runningTask(retryableTask()),
    { result: resultOf({ externalId: text, location: text }), proof: 'applied' },
    contextAt(START_MS, { actor: text }),
  );

const linkedTo = (text: string): ExecutionTask =>
  completed(
    runningTask(retryableTask()),
    { result: resultOf({ externalId: text, location: `https://crm.example/${text}` }), proof: 'applied' },
    contextAt(),
  );

interface Sent {
  readonly text?: string;
  readonly blocks: readonly KnownBlock[];
}

const isKnown = (block: ModalView['blocks'][number]): block is KnownBlock => 'type' in block;
const modal = (view: ModalView): Sent => ({ blocks: view.blocks.filter(isKnown) });
const plain = (text: string): Sent => ({ text, blocks: [] });

/** All messages to Slack for `text`. */
function sentOf(text: string): readonly Sent[] {
  const task = taskWith(text);
  const click = { taskId: task.taskId, version: task.version, action: 'retry' } as const;
  const snapshot = snapshotOf({ title: text, customer: { name: text }, seller: { name: text } });
  return [
    renderCard(task),
    renderCard(completedWith(text.toWellFormed())),
    renderCard(linkedTo(text.toWellFormed())),
    ...recoveriesOf(task, 0).map((recovery) => plain(recoveryText(task, recovery))),
    modal(auditModal(task, task.history)),
    quoteAnswer(
      text,
      Array.from({ length: 50 }, () => task),
      true,
    ),
    overdueAnswer(
      Array.from({ length: 24 }, () => task),
      true,
    ),
    plain(noticeText({ ...click, version: task.version - 1 }, { kind: 'lost', task })),
    plain(noticeText(click, { kind: 'trail', task })),
    plain(rootText(snapshot)),
  ];
}

interface Text {
  readonly text: string;
  readonly limit: number;
}

const textOf = (object: { readonly text: string } | undefined, limit: number): readonly Text[] =>
  object === undefined ? [] : [{ text: object.text, limit }];

function textsOf(block: KnownBlock): readonly Text[] {
  if (block.type === 'section')
    return [
      ...textOf(block.text, MAX_SECTION),
      ...(block.fields ?? []).flatMap((field) => textOf(field, MAX_FIELD)),
    ];
  if (block.type !== 'context') return [];
  return block.elements.flatMap((element) => ('text' in element ? textOf(element, MAX_SECTION) : []));
}

const everyText = ({ text = '', blocks }: Sent): readonly Text[] => [
  { text, limit: MAX_TEXT },
  ...blocks.flatMap(textsOf),
];

/** Active markup, except the dates and links that we write ourselves. */
const ACTS = /<(?!!date\^|https:\/\/crm\.example\/)/;
const BROKEN_ESCAPE = /&(?!amp;|lt;|gt;)/;

function expectHarmless(text: string): void {
  expect(text).not.toMatch(/(?![\n\t])\p{Cc}|[\u2028\u2029\u202A-\u202E]/u);
  expect(text.isWellFormed()).toBe(true);
  expect(text).not.toMatch(ACTS);
  expect(text).not.toMatch(BROKEN_ESCAPE);
}

/** Number of lines of each sent text. */
const linesOf = (text: string): readonly number[] =>
  sentOf(text).flatMap((sent) => everyText(sent).map(({ text: shown }) => shown.split('\n').length));

describe('every message to Slack', () => {
  it.each(ALL)('has no active markup and no forged line, and stays within the limits: %s', (_name, nasty) => {
    for (const sent of sentOf(nasty)) {
      expect(sent.blocks.length).toBeLessThanOrEqual(50);
      for (const { text, limit } of everyText(sent)) {
        expectHarmless(text);
        expect(text.length).toBeLessThanOrEqual(limit);
        expect(text.split('\n').filter((line) => line.startsWith(FORGED))).toEqual([]);
      }
    }
  });

  test.prop([ANY])('has no active markup and stays within the limits, for any text', (text) => {
    for (const sent of sentOf(text)) {
      for (const { text: shown, limit } of everyText(sent)) {
        expectHarmless(shown);
        expect(shown.length).toBeLessThanOrEqual(limit);
      }
    }
  });

  it.each(ALL)('has blocks of a permitted size: the card with %s', (_name, nasty) => {
    for (const card of [taskWith, completedWith, linkedTo].map((holding) =>
      renderCard(holding(nasty.toWellFormed())),
    )) {
      const length = card.blocks.flatMap(textsOf).reduce((sum, { text }) => sum + text.length, 0);
      expect(length).toBeLessThanOrEqual(MAX_BLOCKS_TEXT);
    }
  });

  it('has as many lines as without line breaks in its data', () => {
    expect(linesOf('x\ny\r\nz')).toEqual(linesOf('x y z'));
  });
});

describe('clipped', () => {
  it('keeps 299 of 301 characters and marks the cut', () => {
    expect(clipped('x'.repeat(301), 300)).toBe(`${'x'.repeat(299)}…`);
  });

  it('counts visible characters: an escape counts as one', () => {
    expect(clipped('&'.repeat(300), 300)).toBe('&amp;'.repeat(300));
    expect(clipped('&'.repeat(301), 300)).toBe(`${'&amp;'.repeat(299)}…`);
  });

  it('stays within the limit, with whole characters', () => {
    expect(clipped('<'.repeat(300), 300, 10)).toBe('&lt;&lt;…');
  });

  it.each(textsAcross(20))('splits no grapheme: %s', (_name, text) => {
    const head = clipped(text, 20).replace(ELLIPSIS, '');
    const whole = new Set(graphemesOf(escapeLine(text)));

    expect([...graphemesOf(head)].filter((character) => !whole.has(character))).toEqual([]);
  });
});

/** The joined text of a message's sections. */
const together = ({ blocks = [] }: SentMessage): string =>
  blocks
    .flatMap(textsOf)
    .map(({ text }) => text)
    .join('');

const partsOf = (message: string): readonly string[] =>
  (sentMessage(message).blocks ?? []).flatMap(textsOf).map(({ text }) => text);

describe('a message of slack.notify', () => {
  it('is a single text while Slack does not split it', () => {
    expect(sentMessage('&'.repeat(800))).toEqual({ text: '&amp;'.repeat(800) });
  });

  it('of 3,000 characters (5,400 escaped) is one complete message', () => {
    const message = 'R&D, '.repeat(600);
    const sent = sentMessage(message);

    expect(together(sent)).toBe(escapeText(message));
    expect(sent.text.length).toBeLessThanOrEqual(MAX_TEXT);
  });

  it('has one form of line breaks', () => {
    expect(sentMessage('a\r\nb\u2028c\rd').text).toBe('a\nb\nc\nd');
  });

  it('is cut, with a mark, if Slack would refuse the whole text', () => {
    expect(together(sentMessage('&'.repeat(3_000)))).toMatch(/^(&amp;)+…$/);
  });

  it('is divided at line breaks, otherwise at blanks', () => {
    expect(partsOf(`${'&'.repeat(500)}\n${'&'.repeat(400)}`)).toEqual([
      `${'&amp;'.repeat(500)}\n`,
      '&amp;'.repeat(400),
    ]);
    expect(partsOf(`${'&'.repeat(500)} ${'&'.repeat(400)}`)).toEqual([
      `${'&amp;'.repeat(500)} `,
      '&amp;'.repeat(400),
    ]);
  });

  test.prop([
    fc.oneof(
      ANY,
      fc
        .tuple(ANY, fc.constantFrom('&', '&\n', '🦆&', '<x> '))
        .map(([text, fill]) => text + fill.repeat(900)),
    ),
  ])('stays within the limits, splits no grapheme and loses nothing that fits', (text) => {
    const message = text.toWellFormed().slice(0, 3_000).toWellFormed();
    const sent = sentMessage(message);
    const parts = (sent.blocks ?? []).flatMap(textsOf);

    expect(sent.text.length).toBeLessThanOrEqual(MAX_TEXT);
    expect(parts.reduce((sum, { text: part }) => sum + part.length, 0)).toBeLessThanOrEqual(MAX_BLOCKS_TEXT);
    for (const { text: part } of [...parts, { text: sent.text }]) expectHarmless(part);
    for (const { text: part } of parts) expect(part.length).toBeLessThanOrEqual(MAX_SECTION);
    const whole = escapeText(message).replaceAll(/\s/g, '');
    const shown = (parts.length > 0 ? together(sent) : sent.text).replaceAll(/\s/g, '');
    expect(shown.endsWith(ELLIPSIS) ? whole.startsWith(shown.slice(0, -1)) : shown === whole).toBe(true);
  });
});
