/**
 * Checks the histories of tasks, as seen by the repository's callers, against one compare-and-set register per task. Some order of all
 * effective operations must explain every answer.
 */
import { DynamoDbTaskStore } from '../../../../lambdas/queue/adapters/dynamodb/task-store.ts';
import type { ExecutionTask, StoredTask } from '../../../../lambdas/queue/contracts/records.ts';
import type { WriteResult } from '../../../../lambdas/queue/domain/ports.ts';
import { isLinearizable, type Operation } from './linearizability.ts';

/** The value of a task's register: the id of the write that made its version; `''` without a task. */
export type Register = string;

const registerOf = (task: StoredTask | undefined): Register =>
  task === undefined ? '' : `${task.version}/${task.attemptId}`;

/** An operation in progress. */
interface Call {
  readonly taskId: string;
  readonly text: string;
  readonly calledAt: number;
  answeredAt?: number;
  apply: (register: Register) => Register | undefined;
}

/** Effect of an unanswered write on a register. */
const writing =
  (expected: Register, next: Register) =>
  (register: Register): Register | undefined =>
    register === expected ? next : undefined;

/** Effect of an answered write on a register. */
const answered =
  (expected: Register, next: Register, result: WriteResult) =>
  (register: Register): Register | undefined => {
    if (result.kind === 'stored') return writing(expected, next)(register);
    return register !== expected && register === registerOf(result.current) ? register : undefined;
  };

/** The history of a world. */
export class TaskHistory {
  readonly #calls: Call[] = [];
  #moment = 0;

  /** Notes a call; its outcome is open until it is answered. */
  begin(taskId: string, text: string, apply: Call['apply']): Call {
    const call: Call = { taskId, text, calledAt: this.#tick(), apply };
    this.#calls.push(call);
    return call;
  }

  /** Notes the answer. */
  answer(call: Call, apply: Call['apply']): void {
    call.answeredAt = this.#tick();
    call.apply = apply;
  }

  #tick(): number {
    return (this.#moment += 1);
  }

  /** Histories by task. */
  byTask(): ReadonlyMap<string, readonly Operation<Register>[]> {
    return Map.groupBy(this.#calls, ({ taskId }) => taskId);
  }

  /** Tasks whose history is not linearizable. */
  unexplained(): readonly string[] {
    return [...this.byTask()]
      .filter(([, operations]) => !isLinearizable(operations, '', (register) => register))
      .map(([taskId]) => taskId);
  }
}

let history: TaskHistory | undefined;

/** Makes every repository of this thread record its calls in a history; `undefined` stops it. */
export function observe(into: TaskHistory | undefined): void {
  history = into;
}

async function observedWrite(
  expected: Register,
  next: ExecutionTask,
  text: string,
  write: () => Promise<WriteResult>,
): Promise<WriteResult> {
  const into = history;
  if (into === undefined) return write();
  const after = registerOf(next);
  const call = into.begin(next.taskId, `${text} ${expected} → ${after}`, writing(expected, after));
  const result = await write();
  into.answer(call, answered(expected, after, result));
  return result;
}

/** Wraps the repository's operations; once per thread. */
export function installHistory(): void {
  // oxlint-disable-next-line typescript/unbound-method -- called with the repository they belong to
  const { get, putIfAbsent, replace } = DynamoDbTaskStore.prototype;
  Object.assign(DynamoDbTaskStore.prototype, {
    async get(this: DynamoDbTaskStore, taskId: string): Promise<StoredTask | undefined> {
      const into = history;
      const call = into?.begin(taskId, 'get', (register) => register);
      const found = await get.call(this, taskId);
      if (call !== undefined)
        into?.answer(call, (register) => (register === registerOf(found) ? register : undefined));
      return found;
    },
    putIfAbsent(this: DynamoDbTaskStore, task: ExecutionTask): Promise<WriteResult> {
      return observedWrite('', task, 'put', () => putIfAbsent.call(this, task));
    },
    replace(this: DynamoDbTaskStore, previous: ExecutionTask, next: ExecutionTask): Promise<WriteResult> {
      return observedWrite(registerOf(previous), next, 'replace', () => replace.call(this, previous, next));
    },
  });
}
