/**
 * One world: the deployed functions on simulated AWS and simulated providers, under one plan. It runs the production handlers, adapters and
 * state machine; only AWS and the providers are simulated.
 */
import { slackSecret } from '../../../lambdas/shared/adapters/secrets.ts';
import type { AslMachine } from '../../../statemachines/asl.ts';
import { isPut, targetOf } from '../aws/commands.ts';
import { Functions } from './functions.ts';
import { God } from './invariants/god.ts';
import { isEffect, sendByFetch, sendBySdk } from './clients.ts';
import { ADDRESSES, type Fleet } from './containers.ts';
import type { Plan } from '../kernel/faults.ts';
import { Kernel, type Process } from '../kernel/kernel.ts';
import { Network } from '../kernel/network.ts';
import { enter, leave, type Sandbox, type Service, timeoutMsOf } from '../kernel/sandbox.ts';
import type { HttpRequest } from './providers/replies.ts';
import { Services } from './services.ts';

/** Start time of every world: 2026-03-29T00:59:30Z, like the tests' clock. */
export const WORLD_STARTS_MS = Date.UTC(2026, 2, 29, 0, 59, 30);

/** Options of a world. */
export interface WorldOptions {
  readonly fleet: Fleet;
  readonly machine: AslMachine;
  readonly plan: Plan;
  /** Time from which there are no faults; ms since the world began. */
  readonly healsAfterMs: number;
  readonly keepsTimeline: boolean;
}

/** One simulated world. */
export class World implements Sandbox {
  readonly kernel: Kernel;
  readonly god: God;
  readonly plan: Plan;
  readonly functions: Functions;
  readonly services: Services;
  readonly #network: Network;
  readonly #fleet: Fleet;

  constructor({ plan, healsAfterMs, keepsTimeline, machine, fleet }: WorldOptions) {
    this.plan = plan;
    this.#fleet = fleet;
    this.kernel = new Kernel(WORLD_STARTS_MS, keepsTimeline);
    const generations = new Map<string, number>();
    const god = new God(this.kernel, (name) => generations.get(name));
    this.god = god;
    this.#network = new Network(this.kernel, plan, WORLD_STARTS_MS + healsAfterMs, {
      kill: (process) => this.functions.kill(process, 'killed'),
      onFault: (port, fault) => god.reached.add(`${port} ${fault}`),
    });
    const shared = { kernel: this.kernel, plan, god };
    const nowMs = (): number => this.nowMs();
    this.functions = new Functions({ ...shared, fleet, network: this.#network, nowMs }, generations);
    this.services = new Services({ ...shared, machine, functions: this.functions });
  }

  /** Starts the world: the functions now use it. */
  async begin(): Promise<void> {
    enter(this);
    // Every world begins with the same secrets in the caches of its functions.
    await slackSecret(ADDRESSES.secret, true);
  }

  /** Releases the functions; their unfinished invocations never continue. */
  end(): void {
    leave();
    for (const containers of this.#fleet.values()) {
      for (const container of containers) container.busy = false;
    }
  }

  #caller(): Process {
    if (this.kernel.current === undefined) throw new Error('Code of a function runs in nobody’s name');
    return this.kernel.current;
  }

  /** See {@link Sandbox.nowMs}. */
  nowMs(): number {
    return Math.floor(this.kernel.nowMs + (this.kernel.current?.skewMs ?? 0));
  }

  /** See {@link Sandbox.nextId}. */
  nextId(): string {
    const process = this.#caller();
    process.ids += 1;
    return `${process.name}.${process.ids}`;
  }

  /** See {@link Sandbox.sleep}. */
  sleep(ms: number): Promise<void> {
    const process = this.#caller();
    process.waiting += 1;
    return new Promise((resolve) => {
      this.kernel.resume(ms, process, () => {
        process.waiting -= 1;
        resolve();
      });
    });
  }

  /** See {@link Sandbox.send}. */
  send(service: Service, command: unknown): Promise<unknown> {
    if (service === 'secrets') {
      const secret = { token: 'simulated', botToken: 'xoxb-simulated', signingSecrets: ['simulated'] };
      return Promise.resolve({ SecretString: JSON.stringify(secret) });
    }
    const sender = this.#caller();
    const name = command instanceof Object ? command.constructor.name.replace('Command', '') : '';
    if (isPut(command)) this.god.onEffectSent(sender);
    return sendBySdk(this.#network, sender, {
      port: service,
      isEffect: isPut(command),
      text: `${service} ${name} ${targetOf(command)}`,
      apply: () => this.services.execute(service, command, sender),
    });
  }

  /** See {@link Sandbox.fetch}. */
  fetch(url: string, init: RequestInit): Promise<Response> {
    const body = typeof init.body === 'string' ? init.body : '';
    const http: HttpRequest = { method: init.method ?? 'GET', url: new URL(url), body };
    const sender = this.#caller();
    if (isEffect(http)) this.god.onEffectSent(sender);
    return sendByFetch(this.#network, sender, {
      port: this.services.portOf(http.url.host),
      http,
      timeoutMs: timeoutMsOf(init),
      answer: (request, isLate) => this.services.answer(request, isLate),
    });
  }
}
