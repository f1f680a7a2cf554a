/** Deliveries of AWS between functions: the stream of a table, and queues. At least once, late and out of order. */
import { marshall } from '@aws-sdk/util-dynamodb';
import type { DynamoDBRecord, SQSRecord } from 'aws-lambda';
import * as z from 'zod/mini';
import type { Kernel } from '../kernel/kernel.ts';
import { integer } from '../kernel/random.ts';
import type { Write } from './dynamodb.ts';
import type { Invocation } from './machine.ts';

/** Calls the consumer; `settle` is called once. */
export type Consume = (event: object, settle: (end: Invocation) => void) => void;

/** Options of every stream and queue. */
export interface CarrierOptions {
  readonly kernel: Kernel;
  readonly seed: number;
  readonly consume: Consume;
  /** Delay after which the n-th batch or message is delivered again, in ms. */
  readonly redeliverAfterMs: (nth: number) => number | undefined;
}

const failuresSchema = z.object({ batchItemFailures: z.array(z.object({ itemIdentifier: z.string() })) });

/** Identifiers that a consumer reported as failed; undefined if the whole invocation failed. */
function failuresOf(end: Invocation): ReadonlySet<string> | undefined {
  if (end.kind === 'failed') return undefined;
  const answer = failuresSchema.parse(end.payload);
  return new Set(answer.batchItemFailures.map(({ itemIdentifier }) => itemIdentifier));
}

const STREAM_BATCH = 10;
const STREAM_RETRY_MS = 1_000;

/** One shard of a stream: in order, one batch at a time, again from the first record that failed. */
class Shard {
  readonly #options: CarrierOptions;
  readonly #words: string;
  readonly #countBatch: () => number;
  readonly #records: DynamoDBRecord[] = [];
  #busy = false;
  #polls = 0;

  constructor(options: CarrierOptions, words: string, countBatch: () => number) {
    this.#options = options;
    this.#words = words;
    this.#countBatch = countBatch;
  }

  add(record: DynamoDBRecord): void {
    this.#records.push(record);
    this.#poll(0);
  }

  #poll(extraMs: number): void {
    if (this.#busy || this.#records.length === 0) return;
    this.#busy = true;
    this.#polls += 1;
    const { kernel, seed } = this.#options;
    kernel.after(extraMs + integer(seed, this.#words, 50, 900, this.#polls), () => this.#deliver());
  }

  #deliver(): void {
    const { kernel, consume, redeliverAfterMs } = this.#options;
    const batch = this.#records.slice(0, STREAM_BATCH);
    const againAfterMs = redeliverAfterMs(this.#countBatch());
    if (againAfterMs !== undefined) {
      kernel.after(againAfterMs, () => consume({ Records: batch }, () => undefined));
    }
    consume({ Records: batch }, (end) => {
      this.#busy = false;
      const done = this.#doneOf(batch, failuresOf(end));
      this.#records.splice(0, done);
      this.#poll(done === batch.length ? 0 : STREAM_RETRY_MS);
    });
  }

  /** Lambda continues from the earliest failed record, regardless of later ones. */
  #doneOf(batch: readonly DynamoDBRecord[], failures: ReadonlySet<string> | undefined): number {
    if (failures === undefined) return 0;
    const first = batch.findIndex(({ dynamodb }) => failures.has(dynamodb?.SequenceNumber ?? ''));
    return first === -1 ? batch.length : first;
  }
}

const SHARDS = 2;

/** The stream of a table: each item in one shard. */
export class SimulatedStream {
  readonly #shards: readonly Shard[];
  #sequence = 0;
  #batches = 0;

  constructor(options: CarrierOptions) {
    const countBatch = (): number => (this.#batches += 1);
    this.#shards = Array.from({ length: SHARDS }, (_, n) => new Shard(options, `shard ${n}`, countBatch));
  }

  /** Accepts a write of the table. */
  add({ key, before, after }: Write): void {
    if (after === undefined) return;
    this.#sequence += 1;
    this.#shards[Number.parseInt(key.slice(-2), 16) % SHARDS]?.add({
      eventID: `event-${this.#sequence}`,
      eventName: before === undefined ? 'INSERT' : 'MODIFY',
      dynamodb: {
        SequenceNumber: String(this.#sequence).padStart(12, '0'),
        // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- two packages describe the same wire form
        NewImage: marshall(after) as NonNullable<NonNullable<DynamoDBRecord['dynamodb']>['NewImage']>,
      },
    });
  }
}

/** How a queue is read. */
export interface QueueShape {
  readonly name: string;
  readonly batchSize: number;
  /** Maximum of concurrent consumers. */
  readonly maxConcurrency: number;
  readonly visibilityMs: number;
  /** Deliveries before a message is a dead letter. */
  readonly maxReceives: number;
}

interface Message {
  readonly id: string;
  readonly body: string;
  visibleAtMs: number;
  receives: number;
}

/** A queue and its event source mapping. */
export class SimulatedQueue {
  readonly deadLetters: string[] = [];
  readonly #shape: QueueShape;
  readonly #options: CarrierOptions;
  readonly #messages = new Set<Message>();
  #sent = 0;
  #active = 0;

  constructor(shape: QueueShape, options: CarrierOptions) {
    this.#shape = shape;
    this.#options = options;
  }

  /** Accepts a message, which is visible after `delayMs`. */
  send(body: string, delayMs: number): void {
    this.#sent += 1;
    this.#put(body, delayMs + this.#transitMs());
    const againAfterMs = this.#options.redeliverAfterMs(this.#sent);
    if (againAfterMs !== undefined) this.#put(body, delayMs + againAfterMs);
  }

  #transitMs(): number {
    return integer(this.#options.seed, `queue ${this.#shape.name}`, 5, 400, this.#sent);
  }

  #put(body: string, delayMs: number): void {
    const { kernel } = this.#options;
    const id = `${this.#shape.name}-${this.#sent}-${this.#messages.size}`;
    this.#messages.add({ id, body, visibleAtMs: kernel.nowMs + delayMs, receives: 0 });
    kernel.after(delayMs, () => this.#receive());
  }

  #receive(): void {
    const { kernel, consume } = this.#options;
    if (this.#active >= this.#shape.maxConcurrency) return;
    const batch = [...this.#messages]
      .filter(({ visibleAtMs }) => visibleAtMs <= kernel.nowMs)
      .slice(0, this.#shape.batchSize);
    if (batch.length === 0) return;
    this.#active += 1;
    for (const message of batch) this.#hide(message);
    const records = batch.map(({ id, body }): Pick<SQSRecord, 'messageId' | 'body' | 'eventSource'> => ({
      messageId: id,
      body,
      eventSource: 'aws:sqs',
    }));
    consume({ Records: records }, (end) => {
      this.#active -= 1;
      this.#finish(batch, failuresOf(end));
      kernel.after(0, () => this.#receive());
    });
  }

  #hide(message: Message): void {
    message.receives += 1;
    message.visibleAtMs = this.#options.kernel.nowMs + this.#shape.visibilityMs;
    this.#options.kernel.at(message.visibleAtMs, () => this.#receive());
  }

  #finish(batch: readonly Message[], failures: ReadonlySet<string> | undefined): void {
    for (const message of batch) {
      if (failures !== undefined && !failures.has(message.id)) this.#messages.delete(message);
      else if (message.receives >= this.#shape.maxReceives) {
        this.#messages.delete(message);
        this.deadLetters.push(message.body);
      }
    }
  }
}
