/** Gauges of a sweep that could not read everything: without a read it publishes neither 0 nor an age. */
import { describe, expect, it } from 'vitest';
import { ActionKind } from '../../../../../lambdas/actions/kinds.ts';
import { SweepPart } from '../../../../../lambdas/queue/contracts/sweep-answer.ts';
import {
  DUE_SHARD_NAMES,
  dueShardOf,
  heldShardNames,
} from '../../../../../lambdas/queue/domain/task/identity.ts';
import type { PauseSource } from '../../../../../lambdas/queue/domain/ports.ts';
import {
  DEFAULT_SWEEP_LIMITS,
  sweep,
  type SweepOptions,
  type SweepReport,
} from '../../../../../lambdas/queue/domain/recovery/recover-stale.ts';
import { blindSpotsOf, gaugesOf } from '../../../../../lambdas/queue/domain/recovery/gauges.ts';
import type { SweepRunReport } from '../../../../../lambdas/queue/domain/recovery/recovery-run.ts';
import { START_MS } from '../../../../../tools/rig/fake-clock.ts';
import { MemoryStage } from '../../../../helpers/memory-stage.ts';

const HOUR_MS = 3_600_000;
const KINDS = Object.values(ActionKind);
const ALL_LANES = [...DUE_SHARD_NAMES, ...KINDS.flatMap(heldShardNames)];

const NO_AUDIT: SweepRunReport['audit'] = {
  checked: 0,
  repaired: [],
  unrepairable: [],
  unreadable: [],
  counts: [],
  pages: 1,
  failures: [],
};

const published = (report: SweepReport, audit = NO_AUDIT): Record<string, number> =>
  Object.fromEntries(gaugesOf({ sweep: report, audit }).map(({ name, value }) => [name, value]));

/** Shards with one stuck task each, all of the same age. */
function stageWithStuck(count: number): MemoryStage {
  const stage = new MemoryStage();
  for (let index = 0; index < count; index += 1) stage.due();
  return stage;
}

describe('a run that read everything', () => {
  it('publishes every gauge, also if it found nothing', async () => {
    expect(published(await new MemoryStage().run())).toEqual({
      stuck_tasks: 0,
      oldest_non_terminal_age_ms: 0,
      oldest_pause_age_ms: 0,
      sweep_carried_over: 0,
      audit_gaps_unrepairable: 0,
    });
  });

  it('counts an unreadable task as stuck, with the age of its due time', async () => {
    const stage = new MemoryStage();
    const damaged = stage.due('crm.sync', START_MS - 30 * HOUR_MS);
    stage.broken.add(damaged.taskId);

    const report = await stage.run();

    expect(blindSpotsOf(report.failures)).toEqual([]);
    expect(published(report)).toMatchObject({
      stuck_tasks: 1,
      oldest_non_terminal_age_ms: START_MS - (damaged.dueAtMs ?? 0),
      sweep_carried_over: 0,
    });
  });
});

describe('a run that could not read', () => {
  it('anything publishes nothing about tasks and names every shard', async () => {
    const stage = stageWithStuck(20);
    ALL_LANES.forEach((shard) => stage.brokenShards.add(shard));

    const report = await stage.run();

    expect(published(report)).toEqual({ oldest_pause_age_ms: 0, audit_gaps_unrepairable: 0 });
    expect(new Set(blindSpotsOf(report.failures))).toEqual(
      new Set(ALL_LANES.map((shard) => `lane ${shard}`)),
    );
  });

  it.each(DUE_SHARD_NAMES)('%s publishes no 0, no age and no count of remaining tasks', async (shard) => {
    const stage = new MemoryStage();
    stage.brokenShards.add(shard);

    const report = await stage.run();

    expect(published(report)).toEqual({ oldest_pause_age_ms: 0, audit_gaps_unrepairable: 0 });
    expect(blindSpotsOf(report.failures)).toEqual([`lane ${shard}`]);
  });

  it('one shard publishes the stuck tasks of the other shards', async () => {
    const stage = new MemoryStage();
    const stuck = stage.due();
    const broken = DUE_SHARD_NAMES.find((shard) => shard !== dueShardOf(stuck)) ?? '';
    stage.brokenShards.add(broken);

    expect(published(await stage.run())).toEqual({
      stuck_tasks: 1,
      oldest_pause_age_ms: 0,
      audit_gaps_unrepairable: 0,
    });
  });

  it('held tasks still publishes the stuck tasks, since held tasks are not stuck', async () => {
    const stage = new MemoryStage();
    stage.brokenShards.add('held-crm.sync-0');

    const report = await stage.run();

    expect(published(report)).toMatchObject({ stuck_tasks: 0, oldest_non_terminal_age_ms: 0 });
    expect(published(report)).not.toHaveProperty('sweep_carried_over');
    expect(blindSpotsOf(report.failures)).toEqual(['lane held-crm.sync-0']);
  });

  it('a later page of a shard publishes no age, since the oldest task may be on it', async () => {
    const stage = new MemoryStage();
    for (let index = 0; index < 400; index += 1) stage.due('crm.sync', START_MS - HOUR_MS / 5 - index, true);
    const { pageDue } = stage.options.queue;
    const queue = {
      ...stage.options.queue,
      pageDue: (query: Parameters<typeof pageDue>[0]) =>
        query.after === undefined ? pageDue(query) : Promise.reject(new Error('throttled')),
    };

    const report = await sweep({ ...stage.options, queue }, START_MS, DEFAULT_SWEEP_LIMITS);

    expect(report.lookedAt).toBeGreaterThan(0);
    expect(published(report)).toEqual({ oldest_pause_age_ms: 0, audit_gaps_unrepairable: 0 });
  });

  it('one pause publishes no age of pauses and no remaining tasks', async () => {
    const stage = new MemoryStage();
    stage.paused = new Set(['crm.sync']);
    stage.pausedSinceMs = START_MS - HOUR_MS;
    const pauses: PauseSource = {
      pauseOf: (kind) =>
        kind === 'pdf.render' ? Promise.reject(new Error('down')) : stage.options.pauses.pauseOf(kind),
    };

    const report = await sweep({ ...stage.options, pauses }, START_MS, DEFAULT_SWEEP_LIMITS);

    expect(published(report)).toEqual({
      stuck_tasks: 0,
      oldest_non_terminal_age_ms: 0,
      audit_gaps_unrepairable: 0,
    });
    expect(blindSpotsOf(report.failures)).toEqual(['pause pdf.render']);
  });

  it('everything in time publishes the remaining tasks, but not that no task is stuck', async () => {
    const report = await stageWithStuck(20).run(2_000, {}, () => false);

    expect(published(report)).toEqual({
      oldest_pause_age_ms: 0,
      sweep_carried_over: 20,
      audit_gaps_unrepairable: 0,
    });
    expect(blindSpotsOf(report.failures)).toEqual([]);
  });

  it('the head of a shard in time, since it began after it, does not publish that no task is stuck', async () => {
    const stage = new MemoryStage();
    const stuck = stage.due();
    const position = { taskId: stuck.taskId, dueAtMs: (stuck.dueAtMs ?? 0) + 1 };
    let turns = 0;
    const mayGoOn = () => (turns += 1) === 1;

    const report = await stage.run(2_000, { [dueShardOf(stuck)]: position }, mayGoOn);

    expect(stage.looks).toEqual([]);
    expect(published(report)).not.toHaveProperty('stuck_tasks');
    expect(published(report)).not.toHaveProperty('oldest_non_terminal_age_ms');
  });

  it('the second half in time publishes the stuck tasks that it read, and no age', async () => {
    const stage = stageWithStuck(20);
    let looks = 5;
    const mayGoOn = (): boolean => (looks -= 1) > 0;

    const { stuck_tasks: stuck, ...others } = published(await stage.run(2_000, {}, mayGoOn));

    expect(stuck).toBeGreaterThan(0);
    expect(stuck).toBeLessThan(20);
    expect(others).toEqual({
      oldest_pause_age_ms: 0,
      sweep_carried_over: 20 - (stuck ?? 0),
      audit_gaps_unrepairable: 0,
    });
  });

  it('the rest of a shard publishes no count of remaining tasks', async () => {
    const stage = stageWithStuck(20);
    const queue: SweepOptions['queue'] = {
      ...stage.options.queue,
      pageDue: (query) =>
        query.shard === 'due-3' ? Promise.reject(new Error('down')) : stage.options.queue.pageDue(query),
    };
    const limits = { ...DEFAULT_SWEEP_LIMITS, mayGoOn: () => false };

    const report = await sweep({ ...stage.options, queue }, START_MS, limits);

    expect(published(report)).toEqual({ oldest_pause_age_ms: 0, audit_gaps_unrepairable: 0 });
    expect(blindSpotsOf(report.failures)).toEqual(['lane due-3']);
  });

  it.each(Object.values(SweepPart))('is blind or has one failure: %s', (part) => {
    const looksThrough = ['lane', 'pause', 'cursor', 'page'].includes(part);

    expect(blindSpotsOf([{ part, id: 'x', error: new Error('down') }])).toEqual(
      looksThrough ? [`${part} x`] : [],
    );
  });

  it('the audit trail publishes the gaps that it found, but no 0', async () => {
    const report = await new MemoryStage().run();
    const failures = [{ part: 'page', id: 'audit', error: new Error('down') }] as const;
    const unrepairable = [{ taskId: 'task-1', version: 1 }];

    expect(published(report, { ...NO_AUDIT, pages: 0 })).not.toHaveProperty('audit_gaps_unrepairable');
    expect(published(report, { ...NO_AUDIT, failures })).not.toHaveProperty('audit_gaps_unrepairable');
    expect(published(report, { ...NO_AUDIT, failures, unrepairable })).toMatchObject({
      audit_gaps_unrepairable: 1,
    });
  });

  it('because the whole recovery failed publishes nothing about tasks', () => {
    expect(gaugesOf({ audit: NO_AUDIT })).toEqual([
      { name: 'audit_gaps_unrepairable', unit: 'Count', value: 0 },
    ]);
  });
});
