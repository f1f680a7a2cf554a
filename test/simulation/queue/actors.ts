/** External actors: clients that retry until they are answered, people at buttons and in the console, and the scheduler. */
import type { ActionKind, ActionRequest } from '../../../lambdas/actions/kinds.ts';
import { parseClick } from '../../../lambdas/slack/adapters/click-payload.ts';
import { deriveTaskId } from '../../../lambdas/queue/domain/task/identity.ts';
import { actionOf, snapshotOf } from '../../helpers/builders.ts';
import { httpAnswer, httpEvent } from '../../helpers/http-event.ts';
import type { Invocation } from '../aws/machine.ts';
import { Invariant, numberOf, textOf } from './invariants/god-log.ts';
import { ADDRESSES, TABLES } from './containers.ts';
import type { PlanEntry } from '../kernel/faults.ts';
import { integer } from '../kernel/random.ts';
import { buttonsIn } from './providers/slack.ts';
import { type World, WORLD_STARTS_MS } from './world.ts';

/** A requested action. */
export interface Asked {
  readonly taskId: string;
  readonly quoteId: string;
  readonly key: string;
  readonly action: ActionRequest;
  /** Whether the client got the answer that it is accepted. */
  isAccepted: boolean;
}

type Entry<Kind extends PlanEntry['kind']> = Extract<PlanEntry, { kind: Kind }>;

const SWEEP_EVERY_MS = 60_000;

/** Statuses after which a client retries. */
const isPassing = (status: number): boolean => status >= 500 || status === 429;

const answerOf = (end: Invocation): { readonly status: number; readonly body: unknown } =>
  // API Gateway answers 500 for a function that failed.
  end.kind === 'failed' ? { status: 500, body: undefined } : httpAnswer(Object(end.payload));

const quoteIdOf = (quote: number): string => `Q-${1_000 + quote}`;

/** The external actors of one world. */
export class Actors {
  readonly asked: Asked[] = [];
  readonly #world: World;
  #requests = 0;

  constructor(world: World) {
    this.#world = world;
  }

  /** Schedules all entries of the plan. */
  begin(untilMs: number): void {
    const { plan, kernel } = this.#world;
    for (const entry of plan.entries) this.#take(entry);
    const offsetMs = integer(plan.seed, 'sweep offset', 0, SWEEP_EVERY_MS);
    const silences = plan.entries.filter((entry) => entry.kind === 'no-sweep');
    for (let atMs = offsetMs; atMs <= untilMs; atMs += SWEEP_EVERY_MS) {
      const isSilent = silences.some(({ fromMs, forMs }) => atMs >= fromMs && atMs < fromMs + forMs);
      if (!isSilent) kernel.at(WORLD_STARTS_MS + atMs, () => this.#sweep());
    }
  }

  #take(entry: PlanEntry): void {
    const at = (atMs: number, run: () => void): void => this.#world.kernel.at(WORLD_STARTS_MS + atMs, run);
    switch (entry.kind) {
      case 'enqueue': {
        const asked = this.#askedFor(entry);
        return at(entry.atMs, () => this.#ask(asked));
      }
      case 'enqueue-again':
        return at(entry.atMs, () => this.#withTask(entry, (asked) => this.#ask(asked)));
      case 'reuse-key':
        return at(entry.atMs, () => this.#withTask(entry, (asked) => this.#reuseKey(asked)));
      case 'press':
        return at(entry.atMs, () => this.#withTask(entry, (asked) => this.#press(asked, entry)));
      case 'control':
        return at(entry.atMs, () => this.#withTask(entry, (asked) => this.#control(asked, entry)));
      case 'pause':
        return at(entry.fromMs, () => this.#pause(entry));
      case 'stop':
      case 'redrive':
        return at(entry.atMs, () => this.#inConsole(entry));
      case 'sweep':
        return at(entry.atMs, () => this.#sweep());
      case 'call':
      case 'outage':
      case 'no-sweep':
      case 'slow':
      case 'index-lag':
      case 'skew':
      case 'next-release':
      case 'redeliver':
        return undefined;
    }
  }

  #sweep(): void {
    this.#world.functions.invoke('sweep', {}, () => undefined);
  }

  #askedFor({ action, quote, key }: Entry<'enqueue'>): Asked {
    const snapshot = snapshotOf({ quoteId: quoteIdOf(quote) });
    const idempotencyKey = `key-${key}`;
    const asked: Asked = {
      taskId: deriveTaskId(snapshot.quoteId, idempotencyKey),
      quoteId: snapshot.quoteId,
      key: idempotencyKey,
      action: actionOf(action, snapshot),
      isAccepted: false,
    };
    this.asked.push(asked);
    return asked;
  }

  #withTask({ task }: { readonly task: number }, run: (asked: Asked) => void): void {
    const asked = this.asked[task % Math.max(1, this.asked.length)];
    if (asked !== undefined) run(asked);
  }

  #post(asked: Asked, action: ActionRequest, settle: (status: number) => void): void {
    const event = httpEvent({
      method: 'POST',
      path: `/quotes/${asked.quoteId}/actions`,
      headers: { 'idempotency-key': asked.key, 'content-type': 'application/json' },
      body: JSON.stringify(action),
    });
    this.#world.functions.invoke('enqueue-action', event, (end) => settle(answerOf(end).status));
  }

  #ask(asked: Asked): void {
    const { kernel, god, plan } = this.#world;
    this.#post(asked, asked.action, (status) => {
      this.#requests += 1;
      if (status === 202 || status === 200) asked.isAccepted = true;
      else if (isPassing(status)) {
        kernel.after(integer(plan.seed, 'ask again', 500, 8_000, this.#requests), () => this.#ask(asked));
      } else god.violate(Invariant.NoRejection, `enqueue answered ${status}`);
    });
  }

  /** Sends another payload under a used key, which is refused, or accepted if it is stored first. */
  #reuseKey(asked: Asked): void {
    const { god, services } = this.#world;
    const { engine } = services;
    if (!engine.items(TABLES.TASKS_TABLE).has(asked.taskId)) return;
    const snapshot = snapshotOf({ quoteId: asked.quoteId, title: 'Something else' });
    const kind: ActionKind = asked.action.kind;
    this.#post(asked, actionOf(kind, snapshot), (status) => {
      god.reached.add(`key reuse answered ${status}`);
      if (status < 400)
        god.violate(Invariant.KeyReuseRefused, `another payload under ${asked.key} was answered ${status}`);
    });
  }

  /** A verified click of Slack: the button's value, by the production reader. */
  #press({ taskId }: Asked, { button }: Entry<'press'>): void {
    const { services, god, kernel } = this.#world;
    const { slack, clicks } = services;
    const card = slack.messages.findLast(
      ({ effectKey }) => effectKey?.endsWith(`:${taskId}`) === true && effectKey.startsWith('slack.card:'),
    );
    const buttons =
      card === undefined ? [] : buttonsIn(card).filter(({ parsed }) => parsed.action !== 'audit');
    const pressed = buttons[button % Math.max(1, buttons.length)];
    if (card === undefined || pressed === undefined) return;
    god.reached.add(`pressed ${pressed.parsed.action}`);
    kernel.trace(
      `somebody presses ${pressed.parsed.action} of ${taskId.slice(5, 11)} at v${pressed.parsed.version}`,
    );
    const payload = {
      type: 'block_actions',
      team: { id: 'T0SIM' },
      user: { id: 'U0SIM', username: 'sim' },
      trigger_id: 'trigger',
      container: { message_ts: card.ts, channel_id: ADDRESSES.channel },
      message: { thread_ts: card.threadTs },
      actions: [{ action_id: pressed.actionId, action_ts: `${kernel.nowMs / 1_000}`, value: pressed.value }],
    };
    const request = parseClick(new URLSearchParams({ payload: JSON.stringify(payload) }));
    if (request.kind === 'click') clicks.send(JSON.stringify(request.click), 0);
  }

  #control({ taskId }: Asked, { action }: Entry<'control'>): void {
    const { god, services } = this.#world;
    const { engine } = services;
    const task = engine.items(TABLES.TASKS_TABLE).get(taskId);
    if (task === undefined) return;
    const event = httpEvent({
      method: 'POST',
      path: `/actions/${taskId}/${action}`,
      headers: { 'if-match': `"${numberOf(task, 'version')}"` },
    });
    this.#world.functions.invoke('control-action', event, (end) => {
      god.reached.add(`${action} of ${textOf(task, 'state')} answered ${answerOf(end).status}`);
    });
  }

  #pause({ action, fromMs, forMs }: Entry<'pause'>): void {
    const { kernel } = this.#world;
    const resume = (): void => this.#controlKind(action, 'resume', () => undefined);
    // Resume only after the pause was answered, because a retried pause would stay.
    this.#controlKind(action, 'pause', () => kernel.at(WORLD_STARTS_MS + fromMs + forMs, resume));
  }

  #controlKind(kind: ActionKind, to: 'pause' | 'resume', settle: () => void): void {
    const { kernel, god, plan, functions } = this.#world;
    const event = httpEvent({
      method: 'POST',
      path: `/kinds/${kind}/${to}`,
      headers: { 'content-type': 'application/json' },
      ...(to === 'pause' ? { body: JSON.stringify({ reason: 'Down' }) } : {}),
    });
    functions.invoke('control-action', event, (end) => {
      const { status } = answerOf(end);
      this.#requests += 1;
      if (status === 200) settle();
      else if (isPassing(status)) {
        const againMs = integer(plan.seed, `${to} again`, 500, 8_000, this.#requests);
        kernel.after(againMs, () => this.#controlKind(kind, to, settle));
      } else god.violate(Invariant.NoRejection, `${to} answered ${status}`);
    });
  }

  #inConsole({ kind, execution }: Entry<'stop'> | Entry<'redrive'>): void {
    const { services, god, kernel } = this.#world;
    const { machine } = services;
    const isOpen = kind === 'stop';
    const candidates = [...machine.executions.values()].filter(({ status }) =>
      isOpen ? status === 'RUNNING' : status !== 'RUNNING' && status !== 'SUCCEEDED',
    );
    const chosen = candidates[execution % Math.max(1, candidates.length)];
    if (chosen === undefined) return;
    god.reached.add(`${kind} in ${chosen.state}`);
    kernel.trace(`somebody ${kind}s ${chosen.name} in ${chosen.state}`);
    if (isOpen) machine.stop(chosen);
    else machine.redrive(chosen);
  }
}
