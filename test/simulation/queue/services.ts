/** The services that the functions call: AWS and the providers of one world. */
import {
  AUDIT_TABLE,
  CARDS_TABLE,
  CONTROLS_TABLE,
  LEDGER_TABLE,
  TASKS_TABLE,
} from '../../../lambdas/shared/contracts/environment.ts';
import type { AslMachine } from '../../../statemachines/asl.ts';
import { putEvents } from '../aws/bus.ts';
import { messageOf, taskReadBy } from '../aws/commands.ts';
import { type CarrierOptions, SimulatedQueue, SimulatedStream } from '../aws/deliveries.ts';
import { DynamoDbEngine } from '../aws/dynamodb.ts';
import { SimulatedMachine } from '../aws/machine.ts';
import { queueOf } from '../aws/queues.ts';
import type { Functions } from './functions.ts';
import type { God } from './invariants/god.ts';
import { Invariant } from './invariants/god-log.ts';
import { asNextRelease, runsNextRelease } from './next-release.ts';
import { ADDRESSES, type SimulatedFunction, TABLES } from './containers.ts';
import { type Plan, type PlanEntry, Port } from '../kernel/faults.ts';
import type { Kernel, Process } from '../kernel/kernel.ts';
import { integer } from '../kernel/random.ts';
import type { Service } from '../kernel/sandbox.ts';
import { SimulatedCrm } from './providers/crm.ts';
import type { HttpRequest, Reply } from './providers/replies.ts';
import { SimulatedS3 } from './providers/s3.ts';
import { SimulatedSlack } from './providers/slack.ts';

/** Options of the services. */
export interface ServicesOptions {
  readonly kernel: Kernel;
  readonly plan: Plan;
  readonly god: God;
  readonly functions: Functions;
  readonly machine: AslMachine;
}

type Redelivery = Extract<PlanEntry, { kind: 'redeliver' }>;
type Lag = Extract<PlanEntry, { kind: 'index-lag' }>;

/** Default lag of indexes. */
const USUAL_LAG_MS = 50;

const SHAPES = {
  [TABLES.TASKS_TABLE]: {
    partitionKey: TASKS_TABLE.partitionKey,
    indexes: [TASKS_TABLE.byQuote, TASKS_TABLE.byDeadline],
  },
  [TABLES.LEDGER_TABLE]: { partitionKey: LEDGER_TABLE.partitionKey },
  [TABLES.AUDIT_TABLE]: { partitionKey: AUDIT_TABLE.partitionKey, sortKey: AUDIT_TABLE.sortKey },
  [TABLES.CARDS_TABLE]: { partitionKey: CARDS_TABLE.partitionKey, indexes: [CARDS_TABLE.byShownDay] },
  [TABLES.CONTROLS_TABLE]: { partitionKey: CONTROLS_TABLE.partitionKey },
};

/** The services of one world. */
export class Services {
  readonly engine: DynamoDbEngine;
  readonly machine: SimulatedMachine;
  readonly slack: SimulatedSlack;
  readonly cards: SimulatedQueue;
  readonly clicks: SimulatedQueue;
  readonly #options: ServicesOptions;
  readonly #stream: SimulatedStream;
  readonly #crm: SimulatedCrm;
  readonly #s3: SimulatedS3;
  readonly #lags: readonly Lag[];
  #writer: Process | undefined;
  #writes = 0;

  constructor(options: ServicesOptions) {
    const { kernel, plan, god, functions } = options;
    this.#options = options;
    this.#lags = plan.entries.filter((entry) => entry.kind === 'index-lag');
    this.engine = this.#newEngine();
    this.machine = new SimulatedMachine(kernel, options.machine, plan.seed, (name, payload, settle) =>
      functions.invokeFromMachine(name, payload, settle),
    );
    const effect = (key: string, id: string, hash: string): void =>
      god.effects.add(key, id, hash, god.violate);
    this.#crm = new SimulatedCrm(() => kernel.nowMs, effect);
    this.#s3 = new SimulatedS3((key) => effect(key, key, ''));
    this.slack = new SimulatedSlack(() => kernel.nowMs, {
      onPost: ({ effectKey, ts, contentHash = '' }) =>
        effectKey !== undefined && effect(effectKey, ts, contentHash),
      onOlder: (text) => god.violate(Invariant.ShownNeverDown, text),
    });
    this.#stream = new SimulatedStream(this.#carrier('stream', 'publish-transitions'));
    this.cards = queueOf('cards', this.#carrier('queue', 'update-card'));
    this.clicks = queueOf('clicks', this.#carrier('queue', 'operate-click'));
  }

  #newEngine(): DynamoDbEngine {
    const { kernel, god } = this.#options;
    return new DynamoDbEngine(SHAPES, {
      nowMs: () => kernel.nowMs,
      indexLagMs: () => this.#indexLagMs(),
      onWrite: (write) => {
        if (this.#writer === undefined) throw new Error('A write by nobody');
        god.onWrite(write, this.#writer);
        if (write.table === TABLES.TASKS_TABLE) this.#stream.add(write);
      },
    });
  }

  #carrier(source: Redelivery['source'], name: SimulatedFunction): CarrierOptions {
    const { kernel, plan, functions } = this.#options;
    const again = plan.entries.filter((entry) => entry.kind === 'redeliver');
    return {
      kernel,
      seed: plan.seed,
      redeliverAfterMs: (nth) => again.find((entry) => entry.source === source && entry.nth === nth)?.afterMs,
      consume: (event, settle) => functions.invoke(name, event, settle),
    };
  }

  #indexLagMs(): number {
    const { kernel, plan } = this.#options;
    this.#writes += 1;
    const atMs = kernel.nowMs - kernel.startMs;
    const lag = this.#lags.find(({ fromMs, forMs }) => atMs >= fromMs && atMs < fromMs + forMs);
    return integer(plan.seed, 'index', 1, lag?.lagMs ?? USUAL_LAG_MS, this.#writes);
  }

  /** Executes a command of an SDK client. @throws the service's own errors */
  execute(service: Exclude<Service, 'secrets'>, command: unknown, sender: Process): object {
    switch (service) {
      case 'dynamodb':
        this.#writer = sender;
        this.#noteRead(command, sender);
        return this.engine.execute(this.#asStored(command));
      case 's3':
        return this.#s3.execute(command);
      case 'states':
        return this.machine.execute(command);
      case 'sqs':
        return this.#sendMessage(command);
      case 'events':
        return putEvents(command, (body) => this.cards.send(body, 0));
    }
  }

  #asStored(command: unknown): unknown {
    const { kernel, plan } = this.#options;
    return runsNextRelease(plan.entries, kernel.nowMs - kernel.startMs) ? asNextRelease(command) : command;
  }

  #noteRead(command: unknown, sender: Process): void {
    const taskId = taskReadBy(command, TABLES.TASKS_TABLE);
    if (taskId !== undefined) this.#options.god.onRead(taskId, sender);
  }

  #sendMessage(command: unknown): object {
    const { QueueUrl, MessageBody = '', DelaySeconds = 0 } = messageOf(command);
    if (QueueUrl === ADDRESSES.cardQueue) this.cards.send(MessageBody, DelaySeconds * 1_000);
    else if (QueueUrl === ADDRESSES.clickQueue) this.clicks.send(MessageBody, DelaySeconds * 1_000);
    // All records here are readable, so no record may be parked.
    else this.#options.god.violate(Invariant.NoRejection, `parked: ${MessageBody.slice(0, 200)}`);
    return { MessageId: 'message' };
  }

  /** The port of a host. */
  portOf(host: string): typeof Port.Crm | typeof Port.Slack {
    if (host.startsWith('crm.')) return Port.Crm;
    if (host.startsWith('slack.')) return Port.Slack;
    throw new Error(`Nobody answers at ${host}`);
  }

  /** Answers a request over HTTP. `isLate`: its sender has given up on it */
  answer(http: HttpRequest, isLate: boolean): Reply {
    const port = this.portOf(http.url.host);
    return port === Port.Crm ? this.#crm.answer(http) : this.slack.answer(http, isLate);
  }
}
