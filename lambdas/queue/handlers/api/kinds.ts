/** Kinds: which are paused, and the two requests that change that. */
import type { Logger } from '@aws-lambda-powertools/logger';
import { ActionKind } from '../../../actions/kinds.ts';
import {
  type KindChangeView,
  kindSchema,
  type KindView,
  pauseBodySchema,
} from '../../contracts/api-kinds.ts';
import { API_ROUTES } from '../../contracts/api.ts';
import type { PauseRecord } from '../../contracts/controls.ts';
import { damageOf } from '../../../shared/domain/damaged-items.ts';
import type { PauseResult, PauseService } from '../../domain/pauses/pause-service.ts';
import { isPaused } from '../../domain/pauses/pauses.ts';
import type { PauseRepo } from '../../domain/ports.ts';
import { jsonObjectOf, shaped, actorOf, type ApiRequest, optionalIfMatchVersionOf } from './request.ts';
import { badParameter } from './problem.ts';
import { jsonResponse, type Operation } from './router.ts';
import { etagOf, iso } from './task-view.ts';

/** @throws {ApiProblem} 404 that lists the valid kinds */
function actionKindOf({ params }: ApiRequest): ActionKind {
  const parsed = kindSchema.safeParse(params['kind']);
  if (parsed.success) return parsed.data;
  throw badParameter(404, 'kind', `expected one of: ${Object.values(ActionKind).join(', ')}`);
}

const pathOf = (id: 'pauseKind' | 'resumeKind', kind: ActionKind): string =>
  API_ROUTES[id].path.replace('{kind}', kind);

const resumedView = ({ resumed }: PauseRecord): Pick<KindView, 'resumed'> =>
  resumed === undefined ? {} : { resumed: { actor: resumed.actor, at: iso(resumed.atMs) } };

/** A kind, with the operator who paused or resumed it. */
export function kindView(kind: ActionKind, record: PauseRecord | undefined): KindView {
  const pause = pathOf('pauseKind', kind);
  if (record === undefined) return { kind, paused: false, version: 0, links: { pause } };
  const { version, reason, actor, sinceMs } = record;
  if (!isPaused(record)) return { kind, paused: false, version, ...resumedView(record), links: { pause } };
  const links = { pause, resume: pathOf('resumeKind', kind) };
  return { kind, paused: true, version, reason, actor, since: iso(sinceMs), links };
}

/** A kind whose pause cannot be read: none of its actions start, and the other kinds are still shown. */
const damagedKindView = (kind: ActionKind, damage: string): KindView => ({
  kind,
  paused: true,
  version: 0,
  damage,
  links: { pause: pathOf('pauseKind', kind) },
});

const kindLook = async (pauses: Pick<PauseRepo, 'read'>, kind: ActionKind): Promise<KindView> => {
  try {
    return kindView(kind, await pauses.read(kind));
  } catch (thrown) {
    return damagedKindView(kind, damageOf(thrown));
  }
};

/** `GET /kinds`; strongly consistent. */
export const listKinds =
  (pauses: Pick<PauseRepo, 'read'>): Operation =>
  async () => {
    const kinds = Object.values(ActionKind);
    const views = await Promise.all(kinds.map((kind) => kindLook(pauses, kind)));
    return jsonResponse({ kinds: views });
  };

/** A kind after a change. */
export const kindChangeView = (kind: ActionKind, { record, changed }: PauseResult): KindChangeView => ({
  ...kindView(kind, record),
  changed,
});

function changeResponse(kind: ActionKind, result: PauseResult): Response {
  const { record } = result;
  return jsonResponse(
    kindChangeView(kind, result),
    200,
    record === undefined ? {} : { etag: etagOf(record) },
  );
}

/**
 * The change and its version, for the log. Actor and reason are only in the record, because an actor often contains a person's
 * e-mail address and the reason is free text.
 */
function log(logger: Logger, did: string, kind: ActionKind, { record, changed }: PauseResult): void {
  logger.info(did, { kind, version: record?.version ?? 0, changed });
}

const asked = (request: ApiRequest) => ({
  actor: actorOf(request),
  ifVersion: optionalIfMatchVersionOf(request),
});

/** `POST /kinds/{kind}/pause` */
export const pauseKind =
  (service: PauseService, logger: Logger): Operation =>
  async (request) => {
    const kind = actionKindOf(request);
    const by = asked(request);
    const { reason } = shaped(jsonObjectOf(request), pauseBodySchema);
    const result = await service.pause(kind, reason, by);
    log(logger, 'kind paused', kind, result);
    return changeResponse(kind, result);
  };

/** `POST /kinds/{kind}/resume`; a body is ignored. */
export const resumeKind =
  (service: PauseService, logger: Logger): Operation =>
  async (request) => {
    const kind = actionKindOf(request);
    const result = await service.resume(kind, asked(request));
    log(logger, 'kind resumed', kind, result);
    return changeResponse(kind, result);
  };
