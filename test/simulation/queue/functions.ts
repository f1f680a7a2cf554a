/** Lambda: invocations of the deployed functions, each a process with its own clock and time limit. */
import { FUNCTION_SETTINGS } from '../../../lib/shared/function-settings.ts';
import { lambdaContext } from '../../helpers/lambda-context.ts';
import type { Invocation } from '../aws/machine.ts';
import type { God } from './invariants/god.ts';
import { type Container, type Fleet, SIMULATED_FUNCTIONS, type SimulatedFunction } from './containers.ts';
import { CallFault, type Plan, Port } from '../kernel/faults.ts';
import type { Kernel, Process } from '../kernel/kernel.ts';
import { LIMITS, type Network } from '../kernel/network.ts';
import { fraction, integer } from '../kernel/random.ts';

/** Called once with the end of an invocation. */
export type Settle = (end: Invocation) => void;

/** Dependencies of the functions. */
export interface FunctionsOptions {
  readonly kernel: Kernel;
  readonly fleet: Fleet;
  readonly plan: Plan;
  readonly god: God;
  readonly network: Network;
  /** Clock of the running process. */
  readonly nowMs: () => number;
}

const isSimulated = (name: string): name is SimulatedFunction =>
  SIMULATED_FUNCTIONS.some((known) => known === name);

const failed = (error: string): Invocation => ({ kind: 'failed', error });

/** The functions of one world. */
export class Functions {
  readonly #options: FunctionsOptions;
  readonly #skewShare: number;
  readonly #ended = new Map<Process, Settle>();
  /** Generation that an invocation drives, by the name of its process. */
  readonly #generations: Map<string, number>;
  #invocations = 0;

  constructor(options: FunctionsOptions, generations: Map<string, number>) {
    this.#options = options;
    this.#generations = generations;
    this.#skewShare = options.plan.entries.find((entry) => entry.kind === 'skew')?.share ?? 0;
  }

  /** Invokes a function after the latency of an invocation. */
  invoke(name: SimulatedFunction, event: object, settle: Settle): void {
    const { kernel, network } = this.#options;
    this.#invocations += 1;
    const n = this.#invocations;
    kernel.after(network.latencyMs('invoke', n), () => this.#start(name, n, event, settle));
  }

  #start(name: SimulatedFunction, n: number, event: object, settle: Settle): void {
    const { kernel, fleet, god } = this.#options;
    const container = fleet.get(name)?.find(({ busy }) => !busy);
    if (container === undefined) {
      god.reached.add('throttled function');
      return settle(failed('Lambda.TooManyRequestsException'));
    }
    const process = this.#process(name, n);
    if ('generation' in event) this.#generations.set(process.name, Number(event.generation));
    kernel.trace(`${process.name} starts${process.skewMs === 0 ? '' : ` (clock ${process.skewMs} ms)`}`);
    kernel.at(process.deadlineMs, () => {
      if (kernel.nowMs >= process.deadlineMs) this.kill(process, 'out of time');
    });
    return this.#run(process, container, event, settle);
  }

  #process(name: SimulatedFunction, n: number): Process {
    const { kernel, plan } = this.#options;
    const skewMs = Math.round((fraction(plan.seed, 'skew', n) - 0.5) * LIMITS.skewMs * this.#skewShare);
    const deadlineMs = kernel.nowMs + FUNCTION_SETTINGS[name].timeoutSeconds * 1_000;
    return { name: `${name}#${n}`, skewMs, deadlineMs, alive: true, waiting: 0, ids: 0 };
  }

  #run(process: Process, container: Container, event: object, settle: Settle): void {
    const { kernel, nowMs } = this.#options;
    container.busy = true;
    this.#ended.set(process, (end) => {
      container.busy = false;
      settle(end);
    });
    kernel.current = process;
    const context = lambdaContext({ nowMs }, (process.deadlineMs - kernel.nowMs) / 1_000);
    // A zombie has no time left, of which Powertools would warn.
    const left = (): number => Math.max(1, context.getRemainingTimeInMillis());
    container.handler(event, { ...context, getRemainingTimeInMillis: left }).then(
      (payload) =>
        this.#finish(process, { kind: 'answered', payload }, `answers ${JSON.stringify(payload ?? null)}`),
      (thrown: unknown) => {
        const error = thrown instanceof Error ? thrown.name : 'Error';
        this.#finish(process, failed(error), `throws ${error}`);
      },
    );
  }

  /** Ends a process at its present await: no later code runs. */
  kill(process: Process, why: 'killed' | 'out of time'): void {
    if (!process.alive) return;
    this.#options.god.reached.add(`${process.name.replace(/#.*/, '')} ${why}`);
    this.#finish(process, failed(why === 'out of time' ? 'Sandbox.Timedout' : 'Lambda.Unknown'), why);
  }

  #finish(process: Process, end: Invocation, text: string): void {
    const { kernel } = this.#options;
    if (!process.alive) return;
    process.alive = false;
    kernel.trace(`${process.name} ${text.slice(0, 160)}`);
    const ended = this.#ended.get(process);
    this.#ended.delete(process);
    if (ended !== undefined) kernel.after(1, () => ended(end));
  }

  /** An invocation by Step Functions, whose request or answer may fail. */
  invokeFromMachine(name: string, payload: unknown, settle: Settle): void {
    const { network, kernel, plan } = this.#options;
    if (!isSimulated(name)) throw new Error(`The state machine calls ${name}, which is not there`);
    const { nth, fault } = network.next(Port.Invoke);
    const call = (then: Settle): void => this.invoke(name, Object(payload), then);
    const tell = (error: string, afterMs: number): void => kernel.after(afterMs, () => settle(failed(error)));
    const isCalled =
      fault === CallFault.ReplyLost ||
      fault === CallFault.ServerErrorApplied ||
      fault === CallFault.AppliedLate;
    if (fault === undefined) return call(settle);
    if (fault === CallFault.Doubled) {
      call(() => undefined);
      return call(settle);
    }
    if (fault === CallFault.Throttled) return tell('Lambda.TooManyRequestsException', 10);
    if (!isCalled) return tell('Lambda.ServiceException', 100);
    call(() => undefined);
    return tell('Lambda.SdkClientException', integer(plan.seed, 'invoke lost', 1, 3_000, nth));
  }
}
