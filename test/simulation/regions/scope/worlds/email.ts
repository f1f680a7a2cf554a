/**
 * Two accounts want one address, each in its Region. Claims, decisions and copies are real events; the agreement `email#` is read and
 * written from what was read; every Region writes the decided events that it does not find in its log, so that some are written twice. The
 * owner may give the address up.
 *
 * At most one account owns the address: in the agreement, and in what each Region folds.
 */
import { type AccountState, foldAccount } from '../../../../../lambdas/regions/account/account-fold.ts';
import { owedEvents } from '../../../../../lambdas/regions/agreements/decided.ts';
import {
  claimEmail,
  type EmailItem,
  emailKeyOf,
  freeEmail,
} from '../../../../../lambdas/regions/agreements/email.ts';
import { planEmailClaim } from '../../../../../lambdas/regions/commands/account-commands.ts';
import { planDecided } from '../../../../../lambdas/regions/commands/decided-commands.ts';
import type { Step, World } from '../explore.ts';
import { remembered } from '../parts.ts';
import { after } from '../writes.ts';
import { acceptedInto, copies, eventsIn, type Log, stateOfEntity } from './logs.ts';

const ORIGINS = { a: 'eu-central-1.a1', b: 'eu-west-1.b1' } as const;
type Name = keyof typeof ORIGINS;
/** The account of each Region. */
const ACCOUNTS = { a: 'p', b: 'q' } as const;
const HMAC = 'f00d';
const KEY = emailKeyOf(HMAC);
const NOW_MS = 1_000_000;

/** What may happen. */
export interface EmailBudget {
  /** The owner may give the address up once. */
  readonly frees: boolean;
  /** Regions that write decided events. */
  readonly writers: readonly Name[];
}

interface EmailWorldState {
  readonly a: Log;
  readonly b: Log;
  readonly item: EmailItem | undefined;
  readonly readByA: EmailItem | undefined | 'unread';
  readonly readByB: EmailItem | undefined | 'unread';
}

const accountAt = remembered((log: Log, accountId: string): AccountState =>
  foldAccount(
    accountId,
    eventsIn(log).filter(({ entity }) => entity === `account#${accountId}` || entity === KEY),
  ),
);

const claimed = remembered((log: Log, name: Name): Log | undefined => {
  const accountId = ACCOUNTS[name];
  const view = { accountId, state: accountAt(log, accountId) };
  const envelope = { commandId: `claim-${accountId}`, nowMs: NOW_MS };
  return acceptedInto(log, ORIGINS[name], NOW_MS, planEmailClaim(envelope, view, KEY, 'ciphertext'));
});

/** The log with one owed event that it lacks. */
const decidedInto = remembered((log: Log, item: EmailItem, name: Name): Log | undefined => {
  const known = new Set(eventsIn(log).map(({ commandId }) => commandId));
  const content = owedEvents(item).find(({ commandId }) => !known.has(commandId));
  if (content === undefined) return undefined;
  return acceptedInto(log, ORIGINS[name], NOW_MS, planDecided(NOW_MS, stateOfEntity(log, KEY), content));
});

const claimIdOf = remembered(
  (log: Log, name: Name): string | undefined =>
    eventsIn(log).find(({ commandId }) => commandId === `claim-${ACCOUNTS[name]}`)?.id,
);

const settled = remembered(
  (
    item: EmailItem | undefined,
    read: EmailItem | undefined,
    name: Name,
    eventId: string,
    isSecured: boolean,
  ) =>
    after(
      item,
      claimEmail(
        { addressHmac: HMAC, read, attempt: { attemptId: `claim-${name}`, generation: 1 } },
        { accountId: ACCOUNTS[name], eventId, isSecured },
      ),
    ),
);
const freed = remembered((item: EmailItem | undefined, read: EmailItem | undefined) =>
  after(
    item,
    freeEmail(
      { addressHmac: HMAC, read, attempt: { attemptId: 'free', generation: 1 } },
      ACCOUNTS.a,
      `${ORIGINS.a}#2`,
    ),
  ),
);

const FIELDS = { a: { read: 'readByA', other: 'b' }, b: { read: 'readByB', other: 'a' } } as const;

function* agreementSteps(
  state: EmailWorldState,
  name: Name,
  { frees }: EmailBudget,
): Generator<Step<EmailWorldState>> {
  const { item } = state;
  const { read: field, other } = FIELDS[name];
  yield { says: `${name} reads`, to: { ...state, [field]: item } };
  const read = state[field];
  if (read === 'unread') return;
  const eventId = claimIdOf(state[name], name);
  if (eventId !== undefined) {
    const isSecured = claimIdOf(state[other], name) === eventId;
    yield {
      says: `${name} settles its claim`,
      to: { ...state, item: settled(item, read, name, eventId, isSecured) },
    };
  }
  if (frees && name === 'a' && item?.decided === 1)
    yield { says: 'p gives the address up', to: { ...state, item: freed(item, read) }, isFault: true };
}

function* regionSteps(
  state: EmailWorldState,
  name: Name,
  budget: EmailBudget,
): Generator<Step<EmailWorldState>> {
  const log = state[name];
  const withLog = (next: Log): EmailWorldState => ({ ...state, [name]: next });
  if (claimIdOf(log, name) === undefined) {
    const next = claimed(log, name);
    if (next !== undefined) yield { says: `${ACCOUNTS[name]} claims the address`, to: withLog(next) };
  }
  yield* agreementSteps(state, name, budget);
  const next =
    state.item === undefined || !budget.writers.includes(name)
      ? undefined
      : decidedInto(log, state.item, name);
  if (next !== undefined) yield { says: `${name} writes a decided event`, to: withLog(next) };
  yield* copies(name, log, [state[FIELDS[name].other]], withLog);
}

const statusAt = (log: Log, name: Name) => accountAt(log, ACCOUNTS[name]).email?.status;

/** In the order of the decisions, the address is free whenever somebody gets it. */
const wrongHistory = remembered((item: EmailItem | undefined): boolean => {
  const kinds = (item?.pending ?? []).map(({ decision }) => decision.kind);
  return kinds.some((kind, at) => (kind === 'owned') !== (at % 2 === 0));
});

function violationsIn({ a, b, item }: EmailWorldState): readonly string[] {
  const isTwice = [a, b].some((log) => statusAt(log, 'a') === 'owned' && statusAt(log, 'b') === 'owned');
  const contradicts = [a, b].some((log) => accountAt(log, 'p').contradictions.length > 0);
  return [
    ...(isTwice ? ['two accounts own one address'] : []),
    ...(wrongHistory(item) ? ['an address is given away that somebody owns'] : []),
    ...(contradicts ? ['two decided events of one decision differ'] : []),
  ];
}

/** Both logs have everything, and every claim is answered. */
function isOver({ a, b, item }: EmailWorldState): boolean {
  const decisions = eventsIn(a).filter(({ entity }) => entity === KEY);
  const numbers = new Set(decisions.map(({ commandId }) => commandId)).size;
  if (a.join() !== b.join() || numbers < (item?.decided ?? 0) || item?.state.owner === undefined)
    return false;
  return [statusAt(a, 'a'), statusAt(a, 'b')].every((status) => status !== 'pending');
}

/** The world with what may happen in it. */
export const emailWorld = (budget: EmailBudget): World<EmailWorldState> => ({
  start: { a: [], b: [], item: undefined, readByA: 'unread', readByB: 'unread' },
  *steps(state) {
    yield* regionSteps(state, 'a', budget);
    yield* regionSteps(state, 'b', budget);
  },
  violations: violationsIn,
  isOver,
});
