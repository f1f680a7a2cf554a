/** Threads that run plans, one per core. */
import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import type { Plan } from '../../kernel/faults.ts';
import type { Mutation } from './mutation.ts';
import type { Answer, Question, WorkerInput } from './seed-worker.ts';

/** Options of a pool. */
export interface PoolOptions {
  /** @default one per core */
  readonly threads?: number;
  /** Bugs to plant. @default none */
  readonly mutations?: readonly Mutation[];
}

/** One thread and its present question. */
class Thread {
  readonly #worker: Worker;
  readonly #ready = Promise.withResolvers<void>();
  #pending: PromiseWithResolvers<Answer> | undefined;

  constructor(mutations: readonly Mutation[]) {
    const workerData: WorkerInput = { mutations };
    // Without the options of the parent process, since the worker must not use the test runner's loaders.
    this.#worker = new Worker(new URL('./seed-worker.ts', import.meta.url), {
      workerData,
      execArgv: [],
      env: {},
    });
    this.#worker.on('message', (message: Answer | 'ready') => {
      if (message === 'ready') this.#ready.resolve();
      else this.#pending?.resolve(message);
    });
    this.#worker.on('error', (error) => {
      this.#ready.reject(error);
      this.#pending?.reject(error);
    });
  }

  async ask(question: Question): Promise<Answer> {
    await this.#ready.promise;
    this.#pending = Promise.withResolvers<Answer>();
    this.#worker.postMessage(question);
    return this.#pending.promise;
  }

  async stop(): Promise<void> {
    await this.#worker.terminate();
  }
}

/** A pool of threads. */
export class Pool {
  readonly #threads: readonly Thread[];
  #questions = 0;

  constructor({ threads = availableParallelism(), mutations = [] }: PoolOptions = {}) {
    this.#threads = Array.from({ length: threads }, () => new Thread(mutations));
  }

  /** Runs one plan, or the plan of a seed. */
  async run(plan: number | Plan, isTwice = true): Promise<Answer> {
    const [thread] = this.#threads;
    if (thread === undefined) throw new RangeError('threads: expected at least one');
    return thread.ask({ id: (this.#questions += 1), plan, isTwice });
  }

  /**
   * Runs the plans of seeds in order until `isEnough` is true; calls `onAnswer` for each.
   * @returns the number of plans run
   */
  async runSeeds(
    seeds: Iterable<number>,
    onAnswer: (answer: Answer) => boolean | void,
    isTwice = true,
  ): Promise<number> {
    const queue = seeds[Symbol.iterator]();
    let [isEnough, count] = [false, 0];
    const work = async (thread: Thread): Promise<void> => {
      for (let next = queue.next(); next.done !== true && !isEnough; next = queue.next()) {
        count += 1;
        const answer = await thread.ask({ id: count, plan: next.value, isTwice });
        if (onAnswer(answer) === true) isEnough = true;
      }
    };
    await Promise.all(this.#threads.map(work));
    return count;
  }

  /** Ends the threads. */
  async stop(): Promise<void> {
    await Promise.all(this.#threads.map((thread) => thread.stop()));
  }
}

/** Seeds from `from` on. */
export function* seedsFrom(from: number, count: number): Generator<number> {
  for (let seed = from; seed < from + count; seed += 1) yield seed;
}
