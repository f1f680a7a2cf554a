/**
 * Pauses and resumes kinds. Every change is one write, conditional on the version that was read. A request for the present
 * state writes nothing, so it may be repeated.
 */
import type { ActionKind } from '../../../actions/kinds.ts';
import type { PauseRecord } from '../../contracts/controls.ts';
import { QueueError } from '../../../shared/domain/errors.ts';
import { type PauseContext, pausedWith, resumedFrom } from './pauses.ts';
import type { PauseRepo } from '../ports.ts';
import type { Clock, Ids } from '../../../shared/domain/ports.ts';

/** Options of the service. */
export interface PauseServiceOptions {
  readonly pauses: PauseRepo;
  readonly clock: Clock;
  readonly ids: Ids;
}

/** The actor of a request, and the version that it expects. */
export interface PauseRequest {
  readonly actor: string;
  /** Version that the record must have. @default any */
  readonly ifVersion?: number | undefined;
}

/** The result of a request. */
export interface PauseResult {
  /** `undefined` if the kind was never paused. */
  readonly record: PauseRecord | undefined;
  /** Whether this request changed it. */
  readonly changed: boolean;
}

type Decide = (current: PauseRecord | undefined, context: PauseContext) => PauseRecord | undefined;

/** Number of reads of a change that loses races; each loss means that another operator was faster. */
const LOOKS = 3;

function assertVersion(current: PauseRecord | undefined, ifVersion: number | undefined): void {
  const version = current?.version ?? 0;
  if (ifVersion === undefined || ifVersion === version) return;
  throw new QueueError('STALE_VERSION', { detail: `The kind is at version ${version}, not ${ifVersion}` });
}

/** Pauses and resumes kinds. */
export class PauseService {
  readonly #options: PauseServiceOptions;

  constructor(options: PauseServiceOptions) {
    this.#options = options;
  }

  /**
   * From now on no action of the kind starts; running actions continue. If the kind is already paused, the reason is replaced.
   * @throws {QueueError} `STALE_VERSION`: nothing is written
   */
  async pause(kind: ActionKind, reason: string, request: PauseRequest): Promise<PauseResult> {
    return this.#change(kind, request, (current, context) => pausedWith(current, kind, reason, context));
  }

  /**
   * Actions of the kind may start again; the sweep releases the held ones.
   * @throws {QueueError} `STALE_VERSION`: nothing is written
   */
  async resume(kind: ActionKind, request: PauseRequest): Promise<PauseResult> {
    return this.#change(kind, request, resumedFrom);
  }

  async #change(kind: ActionKind, { actor, ifVersion }: PauseRequest, decide: Decide): Promise<PauseResult> {
    const { pauses, clock, ids } = this.#options;
    for (let look = 0; look < LOOKS; look += 1) {
      const current = await pauses.read(kind);
      assertVersion(current, ifVersion);
      const next = decide(current, { actor, nowMs: clock.nowMs(), attemptId: ids.next() });
      if (next === undefined) return { record: current, changed: false };
      if (await pauses.write(current, next)) return { record: next, changed: true };
    }
    throw new QueueError('STALE_VERSION', { detail: 'Other operators change this kind at the same time' });
  }
}
