/**
 * Explores every interleaving of a small scope: two workers, a sweep and an operator on one task with two attempts, with every crash point,
 * a lost reply and passing time. Breadth first; a state is restored by repeating its choices, and equal states are merged.
 */
import { SFNClient } from '@aws-sdk/client-sfn';
import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { PutCommand } from '@aws-sdk/lib-dynamodb';
import { createDocumentClient } from '../../../../lambdas/shared/adapters/dynamodb/document-client.ts';
import { DynamoDbTaskRepo } from '../../../../lambdas/queue/adapters/dynamodb/task-repo.ts';
import { StepFunctionsDriver } from '../../../../lambdas/queue/adapters/execution-driver.ts';
import { randomIds, systemClock } from '../../../../lambdas/shared/adapters/system.ts';
import { executionNameOf } from '../../../../lambdas/queue/domain/task/identity.ts';
import { POLICY } from '../../../../lambdas/queue/domain/task/policy.ts';
import { DEFAULT_RETRY_POLICY } from '../../../../lambdas/queue/domain/task/task-policy.ts';
import { createOperate } from '../../../../lambdas/queue/domain/task/operate.ts';
import { recoverTask } from '../../../../lambdas/queue/domain/recovery/recovery.ts';
import { queuedTask } from '../../../helpers/builders.ts';
import { lambdaContext } from '../../../helpers/lambda-context.ts';
import { numberOf, textOf, type Violation } from '../invariants/god-log.ts';
import { ADDRESSES, type Fleet, TABLES } from '../containers.ts';
import { enter, leave } from '../../kernel/sandbox.ts';
import { SmallWorld } from './small-world.ts';

/** The actors, each of which acts once. */
export const ACTORS = ['run-action-crm#1', 'run-action-crm#2', 'sweep#3', 'operate-click#4'] as const;
type Actor = (typeof ACTORS)[number];

/** A choice: an actor begins, continues, is killed or gets no answer; or time passes. */
export type Choice =
  | { readonly kind: 'begin' | 'go' | 'kill' | 'lose'; readonly actor: Actor }
  | { readonly kind: 'pass' | 'linger' };

/** Limits of the choices on one path. */
export interface Scope {
  readonly kills: number;
  readonly lostReplies: number;
  readonly passes: number;
  /** Number of times that the same time passes while the running processes stay alive (zombies). */
  readonly lingers: number;
  /** Whether Step Functions reports executions as running or as stopped. */
  readonly isDriverAlive: boolean;
}

/** Result of a search. */
export interface Search {
  readonly states: number;
  readonly transitions: number;
  /** The longest path that was not merged into another. */
  readonly depth: number;
  readonly violations: readonly (Violation & { readonly path: readonly Choice[] })[];
  /** States of the task after all actors have acted, with their counts. */
  readonly ends: ReadonlyMap<string, number>;
}

/** Longer than every lease and backoff of two attempts. */
const PASS_MS = POLICY.leaseMs + 2 * POLICY.clockSkewMs;
const MAX_ATTEMPTS = 2;

const TASK = {
  ...queuedTask('crm.sync', 'key', Date.UTC(2026, 2, 29, 0, 59, 30)),
  maxAttempts: MAX_ATTEMPTS,
};

/** The code of the processes. */
class Cast {
  readonly #fleet: Fleet;
  readonly #client: DynamoDBDocumentClient = createDocumentClient();
  readonly #driver = new StepFunctionsDriver(new SFNClient({}), ADDRESSES.machine);

  constructor(fleet: Fleet) {
    this.#fleet = fleet;
  }

  #tasks(): DynamoDbTaskRepo {
    return new DynamoDbTaskRepo(this.#client, TABLES.TASKS_TABLE);
  }

  /** Starts an actor like in production; a worker drives the current generation. */
  begin(world: SmallWorld, actor: Actor): Promise<void> {
    const task = world.engine.items(TABLES.TASKS_TABLE).get(TASK.taskId);
    const generation = numberOf(task, 'generation');
    if (actor === 'sweep#3') return world.begin(actor, undefined, () => this.#sweep(world));
    if (actor === 'operate-click#4') {
      return world.begin(actor, undefined, () => this.#operate(numberOf(task, 'version')));
    }
    const container = this.#fleet.get('run-action-crm')?.[ACTORS.indexOf(actor)];
    if (container === undefined) throw new Error('expected two containers');
    const input = { taskId: TASK.taskId, generation };
    const context = lambdaContext(world);
    // A zombie has no time left, of which Powertools would warn.
    const left = (): number => Math.max(1, context.getRemainingTimeInMillis());
    return world.begin(actor, generation, () =>
      container.handler(input, { ...context, getRemainingTimeInMillis: left }),
    );
  }

  #sweep(world: SmallWorld): Promise<unknown> {
    const options = {
      queue: this.#tasks(),
      driver: this.#driver,
      clock: systemClock,
      ids: randomIds,
      retryPolicy: DEFAULT_RETRY_POLICY,
      actor: 'system:sweep',
    };
    return recoverTask(options, TASK.taskId, world.nowMs());
  }

  #operate(version: number): Promise<unknown> {
    const operate = createOperate({
      queue: this.#tasks(),
      driver: this.#driver,
      clock: systemClock,
      ids: randomIds,
    });
    return operate(TASK.taskId, 'retry', version, 'slack:T/U (somebody)');
  }
}

const count = (path: readonly Choice[], kind: Choice['kind']): number =>
  path.filter((choice) => choice.kind === kind).length;

const hasBegun = (path: readonly Choice[], actor: Actor): boolean =>
  path.some((choice) => choice.kind === 'begin' && choice.actor === actor);

/** All possible choices after a path. */
function choicesAfter(world: SmallWorld, path: readonly Choice[], scope: Scope): readonly Choice[] {
  const choices: Choice[] = [];
  for (const actor of ACTORS) {
    // Two workers are identical until they begin, so the second never begins before the first.
    const isEarly = actor === 'run-action-crm#2' && !hasBegun(path, 'run-action-crm#1');
    if (!hasBegun(path, actor) && !isEarly) choices.push({ kind: 'begin', actor });
    const [pending] = world.standing.get(actor)?.pending ?? [];
    if (pending === undefined) continue;
    choices.push({ kind: 'go', actor });
    if (count(path, 'kill') < scope.kills) choices.push({ kind: 'kill', actor });
    if (pending.isWrite && count(path, 'lose') < scope.lostReplies) choices.push({ kind: 'lose', actor });
  }
  if (count(path, 'pass') < scope.passes) choices.push({ kind: 'pass' });
  if (world.standing.size > 0 && count(path, 'linger') < scope.lingers) choices.push({ kind: 'linger' });
  return choices;
}

async function make(world: SmallWorld, cast: Cast, choice: Choice): Promise<void> {
  switch (choice.kind) {
    case 'begin':
      return cast.begin(world, choice.actor);
    case 'go':
      return world.step(choice.actor, false);
    case 'lose':
      return world.step(choice.actor, true);
    case 'kill':
      return world.drop(choice.actor);
    case 'pass':
      return world.pass(PASS_MS);
    case 'linger':
      return world.linger(PASS_MS);
  }
}

async function worldAfter(cast: Cast, scope: Scope, path: readonly Choice[]): Promise<SmallWorld> {
  const world = new SmallWorld(scope.isDriverAlive);
  world.hasExecution(executionNameOf(TASK.taskId, 1));
  world.engine.execute(new PutCommand({ TableName: TABLES.TASKS_TABLE, Item: TASK }));
  enter(world);
  for (const choice of path) await make(world, cast, choice);
  return world;
}

/** The part of the past, besides the world itself, that affects the future. */
const budgetKey = (path: readonly Choice[]): string =>
  [
    ...ACTORS.map((actor) => (hasBegun(path, actor) ? '1' : '0')),
    count(path, 'kill'),
    count(path, 'lose'),
    count(path, 'pass'),
    count(path, 'linger'),
  ].join('');

/**
 * Searches a scope completely or up to the first violation, which has the fewest choices. @throws {RangeError} if there are more states
 * than the limit
 */
export async function explore(fleet: Fleet, scope: Scope, maxStates: number): Promise<Search> {
  const cast = new Cast(fleet);
  const [seen, violations, ends] = [
    new Set<string>(),
    new Array<Search['violations'][number]>(),
    new Map<string, number>(),
  ];
  let [frontier, transitions, depth]: [(readonly Choice[])[], number, number] = [[[]], 0, 0];
  while (frontier.length > 0 && violations.length === 0) {
    const next: (readonly Choice[])[] = [];
    for (const path of frontier) {
      const world = await worldAfter(cast, scope, path);
      transitions += 1;
      violations.push(...world.god.violations.map((violation) => ({ ...violation, path })));
      const key = `${budgetKey(path)} ${world.key()}`;
      if (seen.has(key) || world.god.violations.length > 0) continue;
      seen.add(key);
      if (seen.size > maxStates) throw new RangeError(`more than ${maxStates} states`);
      const choices = choicesAfter(world, path, scope);
      for (const choice of choices) next.push([...path, choice]);
      if (choices.length === 0) noteEnd(world, ends);
    }
    if (next.length > 0) depth += 1;
    frontier = next;
  }
  leave();
  return { states: seen.size, transitions, depth, violations, ends };
}

function noteEnd(world: SmallWorld, ends: Map<string, number>): void {
  const state = textOf(world.engine.items(TABLES.TASKS_TABLE).get(TASK.taskId), 'state');
  ends.set(state, (ends.get(state) ?? 0) + 1);
}
