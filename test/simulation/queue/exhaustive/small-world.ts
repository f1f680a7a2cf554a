/**
 * A world without a scheduler: one task, and a few processes of production code that wait at a request. The caller chooses the next step,
 * so that every choice can be tried.
 */
import {
  AUDIT_TABLE,
  LEDGER_TABLE,
  TASKS_TABLE,
  CONTROLS_TABLE,
} from '../../../../lambdas/shared/contracts/environment.ts';
import { DescribeExecutionCommand, ExecutionDoesNotExist, StartExecutionCommand } from '@aws-sdk/client-sfn';
import { DynamoDbEngine } from '../../aws/dynamodb.ts';
import { targetOf } from '../../aws/commands.ts';
import { God } from '../invariants/god.ts';
import { isEffect } from '../clients.ts';
import { TABLES } from '../containers.ts';
import { Kernel, type Process } from '../../kernel/kernel.ts';
import { TraceHash } from '../../kernel/random.ts';
import type { Sandbox, Service } from '../../kernel/sandbox.ts';
import { SimulatedCrm } from '../providers/crm.ts';
import { type HttpRequest, responseOf } from '../providers/replies.ts';

/** A request for which a process waits. */
interface Pending {
  readonly text: string;
  readonly isWrite: boolean;
  /** Carries it out and lets the process continue; `isLost`: it is carried out, but the process does not get the answer. */
  readonly go: (isLost: boolean) => void;
}

/** A process at its present request. */
export interface Standing {
  readonly process: Process;
  /** Hash of all its answers so far, which determine its next step. */
  readonly told: TraceHash;
  readonly pending: Pending[];
}

const STARTS_MS = Date.UTC(2026, 2, 29, 0, 59, 30);

/** The small world. */
export class SmallWorld implements Sandbox {
  readonly kernel = new Kernel(STARTS_MS, false);
  readonly standing = new Map<string, Standing>();
  readonly engine: DynamoDbEngine;
  readonly god: God;
  readonly #crm: SimulatedCrm;
  readonly #generations = new Map<string, number>();
  readonly #executions = new Set<string>();
  readonly #deals = new Set<string>();
  readonly #isDriverAlive: boolean;
  #writer: Process | undefined;

  constructor(isDriverAlive: boolean) {
    this.#isDriverAlive = isDriverAlive;
    this.god = new God(this.kernel, (name) => this.#generations.get(name));
    this.engine = new DynamoDbEngine(
      {
        [TABLES.TASKS_TABLE]: { partitionKey: TASKS_TABLE.partitionKey },
        [TABLES.LEDGER_TABLE]: { partitionKey: LEDGER_TABLE.partitionKey },
        [TABLES.AUDIT_TABLE]: { partitionKey: AUDIT_TABLE.partitionKey, sortKey: AUDIT_TABLE.sortKey },
        [TABLES.CONTROLS_TABLE]: { partitionKey: CONTROLS_TABLE.partitionKey },
      },
      {
        nowMs: () => this.kernel.nowMs,
        indexLagMs: () => 0,
        onWrite: (write) => this.god.onWrite(write, this.#writer ?? this.#nobody()),
      },
    );
    this.#crm = new SimulatedCrm(
      () => this.kernel.nowMs,
      (key, id, hash) => {
        this.#deals.add(`${key} ${id}`);
        this.god.effects.add(key, id, hash, this.god.violate);
      },
    );
  }

  #nobody(): Process {
    return { name: 'enqueue-action#0', skewMs: 0, deadlineMs: 0, alive: true, waiting: 0, ids: 0 };
  }

  /** Starts a process and runs it to its first request. */
  async begin(name: string, generation: number | undefined, run: () => Promise<unknown>): Promise<void> {
    const process: Process = { name, skewMs: 0, deadlineMs: 0, alive: true, waiting: 0, ids: 0 };
    if (generation !== undefined) this.#generations.set(name, generation);
    const standing: Standing = { process, told: new TraceHash(), pending: [] };
    this.standing.set(name, standing);
    this.kernel.current = process;
    const end = (): void => this.drop(name);
    run().then(end, end);
    await this.kernel.settle();
  }

  /** Ends a process at its present request. */
  drop(name: string): void {
    const standing = this.standing.get(name);
    if (standing === undefined) return;
    standing.process.alive = false;
    standing.pending.length = 0;
    this.standing.delete(name);
  }

  /** Carries out the first request of a process and runs it to the next one. */
  async step(name: string, isLost: boolean): Promise<void> {
    const standing = this.standing.get(name);
    const [pending] = standing?.pending ?? [];
    if (standing === undefined || pending === undefined)
      throw new Error(`${name} does not stand at a request`);
    // A request whose answer was lost is sent again, so it stays pending.
    if (!isLost) standing.pending.shift();
    this.kernel.current = standing.process;
    pending.go(isLost);
    if (isLost) this.kernel.current = undefined;
    else await this.kernel.settle();
  }

  /** Advances the time: every running process exceeds its time limit and ends. */
  pass(ms: number): void {
    for (const name of this.standing.keys()) this.drop(name);
    this.kernel.nowMs += ms;
  }

  /** Advances the time, and every running process stays alive, like a paused machine that was not killed. */
  linger(ms: number): void {
    this.kernel.nowMs += ms;
  }

  /** A key of everything that affects the following steps. */
  key(): string {
    const hash = new TraceHash();
    for (const table of [TABLES.TASKS_TABLE, TABLES.LEDGER_TABLE]) {
      for (const item of this.engine.items(table).values()) hash.add(JSON.stringify(item));
    }
    for (const deal of this.#deals) hash.add(deal);
    for (const execution of this.#executions) hash.add(execution);
    for (const [name, { told, pending }] of [...this.standing].toSorted(([a], [b]) => (a < b ? -1 : 1))) {
      hash.add(`${name} ${told.digest()} ${pending.map(({ text }) => text).join()}`);
    }
    return `${this.kernel.nowMs} ${hash.digest()}`;
  }

  #caller(): Standing {
    const standing = this.standing.get(this.kernel.current?.name ?? '');
    if (standing === undefined) throw new Error('A request by nobody');
    return standing;
  }

  #ask<T extends object>(text: string, isWrite: boolean, apply: () => T): Promise<T> {
    const standing = this.#caller();
    const { process, told, pending } = standing;
    process.waiting += 1;
    return new Promise((resolve, reject) => {
      const go = (isLost: boolean): void => {
        this.#writer = process;
        const answer = outcomeOf(apply);
        if (isLost) return;
        process.waiting -= 1;
        told.add(answer.text);
        if (answer.kind === 'answered') resolve(answer.value);
        else reject(answer.error);
      };
      pending.push({ text, isWrite, go });
    });
  }

  /** See {@link Sandbox.nowMs}. */
  nowMs(): number {
    return this.kernel.nowMs;
  }

  /** See {@link Sandbox.nextId}. */
  nextId(): string {
    const { process } = this.#caller();
    process.ids += 1;
    return `${process.name}.${process.ids}`;
  }

  /** See {@link Sandbox.sleep}. */
  sleep(ms: number): Promise<void> {
    return Promise.reject(new Error(`nobody sleeps here, and somebody wanted to for ${ms} ms`));
  }

  /** See {@link Sandbox.send}. */
  send(service: Service, command: unknown): Promise<unknown> {
    if (service === 'secrets') {
      const secret = { token: 'simulated', botToken: 'xoxb-simulated', signingSecrets: ['simulated'] };
      return Promise.resolve({ SecretString: JSON.stringify(secret) });
    }
    const name = command instanceof Object ? command.constructor.name : '';
    const isWrite = /^(Put|Update|Delete|Start)/.test(name);
    return this.#ask(`${name} ${targetOf(command)}`, isWrite, () => this.#apply(service, command));
  }

  #apply(service: Service, command: unknown): object {
    if (service === 'dynamodb') return this.engine.execute(command);
    if (command instanceof StartExecutionCommand) {
      this.#executions.add(command.input.name ?? '');
      return {};
    }
    if (!(command instanceof DescribeExecutionCommand)) throw new Error(`${service} is not here`);
    const name = (command.input.executionArn ?? '').replace(/.*:/, '');
    if (!this.#executions.has(name)) throw new ExecutionDoesNotExist({ message: name, $metadata: {} });
    return { status: this.#isDriverAlive ? 'RUNNING' : 'ABORTED' };
  }

  /** Records that an execution was started before the world began. */
  hasExecution(name: string): void {
    this.#executions.add(name);
  }

  /** See {@link Sandbox.fetch}. */
  fetch(url: string, init: RequestInit): Promise<Response> {
    const body = typeof init.body === 'string' ? init.body : '';
    const http: HttpRequest = { method: init.method ?? 'GET', url: new URL(url), body };
    return this.#ask(`${http.method} ${http.url.pathname}`, isEffect(http), () =>
      responseOf(this.#crm.answer(http), url),
    );
  }
}

type Told<T> =
  | { readonly kind: 'answered'; readonly value: T; readonly text: string }
  | { readonly kind: 'rejected'; readonly error: unknown; readonly text: string };

function outcomeOf<T extends object>(apply: () => T): Told<T> {
  try {
    const value = apply();
    return { kind: 'answered', value, text: JSON.stringify(value) };
  } catch (error) {
    const evidence = error instanceof Object && 'Item' in error ? JSON.stringify(error.Item) : '';
    return { kind: 'rejected', error, text: `${error instanceof Error ? error.name : ''} ${evidence}` };
  }
}
