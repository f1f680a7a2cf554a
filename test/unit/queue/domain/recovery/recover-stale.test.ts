/** A sweep over many tasks: bounded, fair, and continued where the previous run stopped. */
import { KIND_NAMES } from '../../../../../lambdas/actions/kinds.ts';
import { fc, test } from '@fast-check/vitest';
import { describe, expect, it } from 'vitest';
import { DUE_SHARD_NAMES, dueShardOf } from '../../../../../lambdas/queue/domain/task/identity.ts';
import { DEFAULT_SWEEP_LIMITS, sweep } from '../../../../../lambdas/queue/domain/recovery/recover-stale.ts';
import type { PauseSource } from '../../../../../lambdas/queue/domain/ports.ts';
import type { LanePositions } from '../../../../../lambdas/queue/domain/recovery/lanes.ts';
import { queuedTask } from '../../../../helpers/builders.ts';
import { START_MS } from '../../../../../tools/rig/fake-clock.ts';
import { MemoryStage } from '../../../../helpers/memory-stage.ts';

const HOUR_MS = 3_600_000;

const refused = () => Promise.reject(new Error('Step Functions is down'));

const many = (count: number): readonly number[] => Array.from({ length: count }, (_, index) => index);

describe('one run', () => {
  it('recovers a thousand stuck tasks, ten at a time', async () => {
    const stage = new MemoryStage();
    for (const index of many(1_000)) stage.due('crm.sync', START_MS - HOUR_MS / 10 - index);

    const report = await stage.run();

    expect(report).toMatchObject({
      lookedAt: 1_000,
      stuck: 1_000,
      carriedOver: 0,
      positions: {},
      failures: [],
    });
    expect(new Set(report.recovered.map(({ taskId }) => taskId)).size).toBe(1_000);
    expect(stage.mostAtOnce).toBe(10);
  });

  it('passes tasks with running drivers, for any number of them before the stuck one', async () => {
    const stage = new MemoryStage();
    for (const index of many(500)) stage.due('crm.sync', START_MS - HOUR_MS / 5 - index, true);
    const stuck = stage.due();

    const { recovered, ...report } = await stage.run();

    expect(recovered.map(({ taskId }) => taskId)).toEqual([stuck.taskId]);
    expect(report).toMatchObject({ lookedAt: 501, stuck: 1, carriedOver: 0 });
  });

  it('reports the age of the oldest due task, recovered or not', async () => {
    const stage = new MemoryStage();
    stage.due('crm.sync', START_MS - HOUR_MS / 5, true);
    stage.due();

    expect((await stage.run()).oldestAgeMs).toBe(HOUR_MS / 5);
    expect((await new MemoryStage().run()).oldestAgeMs).toBe(0);
  });

  it('reports the longest pause of a kind', async () => {
    const stage = new MemoryStage();
    stage.paused = new Set(['slack.notify', 'crm.sync']);
    stage.pausedSinceMs = START_MS - 25 * HOUR_MS;

    expect((await stage.run()).oldestPauseMs).toBe(25 * HOUR_MS);
    expect((await new MemoryStage().run()).oldestPauseMs).toBe(0);
  });

  it('reports the longest of the readable pauses if another pause is unreadable', async () => {
    const stage = new MemoryStage();
    stage.paused = new Set(['crm.sync']);
    stage.pausedSinceMs = START_MS - 2 * HOUR_MS;
    const pauses: PauseSource = {
      pauseOf: (kind) => (kind === 'pdf.render' ? refused() : stage.options.pauses.pauseOf(kind)),
    };

    const { failures, oldestPauseMs } = await sweep(
      { ...stage.options, pauses },
      START_MS,
      DEFAULT_SWEEP_LIMITS,
    );

    expect([failures.length, oldestPauseMs]).toEqual([1, 2 * HOUR_MS]);
  });

  it('reports the age also while drivers can be neither started nor read', async () => {
    const ages = ['start', 'status'].map(async (call) => {
      const stage = new MemoryStage();
      stage.due('crm.sync', START_MS - 30 * HOUR_MS);
      const driver = { ...stage.options.driver, [call]: refused };
      const limits = { ...DEFAULT_SWEEP_LIMITS };
      const { failures, oldestAgeMs } = await sweep({ ...stage.options, driver }, START_MS, limits);
      return [failures.length, oldestAgeMs];
    });

    expect(await Promise.all(ages)).toEqual([
      [1, 30 * HOUR_MS],
      [1, 30 * HOUR_MS],
    ]);
  });

  it('reads each shard once when nothing is due', async () => {
    const stage = new MemoryStage();

    await stage.run();

    expect(stage.pages).toBe(DUE_SHARD_NAMES.length * (1 + KIND_NAMES.length));
  });

  it('continues with the others after an unreadable task or an unreadable shard', async () => {
    const stage = new MemoryStage();
    const all = many(64).map(() => stage.due());
    const bad = all[0]?.taskId ?? '';
    stage.broken.add(bad);
    const shard = dueShardOf(all[1] ?? queuedTask());
    stage.brokenShards.add(shard);

    const { recovered, failures } = await stage.run();

    const reachable = all.filter((task) => dueShardOf(task) !== shard && task.taskId !== bad);
    expect(new Set(recovered.map(({ taskId }) => taskId))).toEqual(
      new Set(reachable.map(({ taskId }) => taskId)),
    );
    expect(failures.length).toBeGreaterThanOrEqual(1);
  });
});

describe('held tasks', () => {
  it('are released with the next generation when their kind is resumed', async () => {
    const stage = new MemoryStage();
    const task = stage.held();

    const report = await stage.run();

    expect(report.recovered).toMatchObject([{ taskId: task.taskId, cause: 'release', generation: 2 }]);
    expect(report.stuck).toBe(0);
    expect(stage.tasks.get(task.taskId)?.hold).toBeUndefined();
  });

  it('are not read while their kind is paused; those of other kinds are', async () => {
    const stage = new MemoryStage();
    stage.paused.add('crm.sync');
    stage.held();
    const other = stage.held('pdf.render');

    await stage.run();

    expect(stage.looks).toEqual([other.taskId]);
  });

  it('stay held when the pause cannot be read', async () => {
    const stage = new MemoryStage();
    const task = stage.held();
    const pauses = { pauseOf: () => Promise.reject(new Error('throttled')) };

    const report = await sweep({ ...stage.options, pauses }, START_MS, DEFAULT_SWEEP_LIMITS);

    expect(report.failures).toHaveLength(KIND_NAMES.length);
    expect(stage.tasks.get(task.taskId)).toEqual(task);
  });

  it('use at most their share of a run when other tasks are stuck', async () => {
    const stage = new MemoryStage();
    for (const _ of many(400)) stage.held();
    for (const _ of many(80)) stage.due();

    const { recovered } = await stage.run(200);

    const stuck = recovered.filter(({ cause }) => cause === 'recover_stale').length;
    expect(stuck).toBeGreaterThanOrEqual(70);
    expect(recovered.length - stuck).toBeGreaterThanOrEqual(70);
  });
});

describe('the remaining tasks', () => {
  it('are counted, and the next runs continue there until every candidate was checked', async () => {
    const stage = new MemoryStage();
    for (const index of many(300)) stage.due('crm.sync', START_MS - HOUR_MS / 5 - index, true);
    const seen = new Set<string>();
    let positions: LanePositions = {};

    const first = await stage.run(100);
    stage.looks.forEach((taskId) => seen.add(taskId));
    ({ positions } = first);
    for (let run = 0; run < 5; run += 1) {
      ({ positions } = await stage.run(100, positions));
      stage.looks.forEach((taskId) => seen.add(taskId));
    }

    expect(first).toMatchObject({ lookedAt: 100, carriedOver: 200 });
    expect(seen.size).toBe(300);
  });

  it('come first in the next run, before the heads of the shards', async () => {
    const stage = new MemoryStage();
    for (const index of many(160)) stage.due('crm.sync', START_MS - HOUR_MS / 5 - index, true);
    const { positions } = await stage.run(80);
    const before = new Set(stage.looks);

    const report = await stage.run(1_000, positions);

    expect(stage.looks.slice(0, 16).some((taskId) => before.has(taskId))).toBe(false);
    expect(new Set(stage.looks).size).toBe(160);
    expect(report.positions).toEqual({});
  });

  it('are kept if the time ends before the run begins', async () => {
    const stage = new MemoryStage();
    stage.due();
    const positions = { 'due-3': { taskId: `task-${'0'.repeat(40)}`, dueAtMs: START_MS - 1 } };

    const report = await stage.run(100, positions, () => false);

    expect(report).toMatchObject({ lookedAt: 0, recovered: [], positions });
  });

  it('begins no further task after its time limit', async () => {
    const stage = new MemoryStage();
    for (const _ of many(100)) stage.due();

    const report = await stage.run(1_000, {}, () => stage.looks.length < 20);

    expect(stage.looks.length).toBeLessThanOrEqual(21);
    expect(report.lookedAt + report.carriedOver).toBe(100);
  });

  test.prop([
    fc.array(
      fc.record({
        kind: fc.constantFrom('crm.sync', 'pdf.render' as const),
        runs: fc.boolean(),
        ageMs: fc.integer({ min: 60_000, max: 800_000 }),
      }),
      { maxLength: 60 },
    ),
    fc.integer({ min: 1, max: 30 }),
  ])('starves no task: every stuck task is recovered within a few runs', async (drawn, limit) => {
    const stage = new MemoryStage();
    const all = drawn.map(({ kind, runs, ageMs }) => ({
      runs,
      task: stage.due(kind, START_MS - ageMs, runs),
    }));
    let positions: LanePositions = {};

    // Each run begins with another lane; after two rounds every lane has been first and is finished.
    for (let run = 0; run <= Math.ceil(all.length / limit) * 2 + 64; run += 1) {
      ({ positions } = await stage.run(limit, positions, () => true, START_MS + run * 60_000));
    }

    const stuck = all.filter(({ runs }) => !runs);
    const generations = stuck.map(({ task }) => stage.tasks.get(task.taskId)?.generation ?? 0);
    expect(generations.every((generation) => generation > 1)).toBe(true);
  });
});
