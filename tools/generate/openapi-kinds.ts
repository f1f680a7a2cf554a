/** The operations on kinds. */
import type { OperationId } from '../../lambdas/queue/contracts/api.ts';
import { EXAMPLES } from './openapi-examples.ts';
import {
  answer,
  BODY_REFUSALS,
  type OperationDoc,
  parameterRef,
  problem,
  requestBody,
  SIGNED,
} from './openapi-parts.ts';

const NO_KIND = problem('The kind does not exist; the problem lists the valid kinds', ['noKind']);

const listKinds: OperationDoc = {
  summary: 'List the kinds of action and which are paused',
  description:
    'Every kind, paused or not, with the actor and the reason. Strongly consistent. A kind whose pause cannot be read counts as paused, and does not hide the others.',
  tags: ['kinds'],
  parameters: [],
  responses: { '200': answer('Every kind', 'KindList', EXAMPLES.kinds), ...SIGNED },
};

const pauseKind: OperationDoc = {
  summary: 'Pause a kind',
  description: [
    'No action of the kind starts until the kind is resumed; running actions continue. Held tasks keep their state, show the reason on',
    'their cards, and use no attempt. A repeated request with the same reason changes nothing (`changed` is `false`). With',
    'another reason it changes the reason, and tasks that are already held keep the old one.',
  ].join(' '),
  tags: ['kinds'],
  parameters: [parameterRef('kind'), parameterRef('If-Match-Kind')],
  requestBody: requestBody('PauseRequest', EXAMPLES.pauseBody, true),
  responses: {
    '200': answer('The kind is paused', 'KindChange', EXAMPLES.paused, ['ETag']),
    '400': problem('`If-Match` or the body cannot be read', ['ifMatchForm', 'notJson']),
    '404': NO_KIND,
    '412': problem('The kind has changed since it was read', ['staleKind']),
    ...BODY_REFUSALS,
    '422': problem('Fields are not as documented', ['reason']),
    ...SIGNED,
  },
};

const resumeKind: OperationDoc = {
  summary: 'Resume a kind',
  description:
    'Actions of the kind may start again; within a minute the sweep gives the held actions their next driver. If the kind is not paused, nothing changes (`changed` is `false`). A body is ignored.',
  tags: ['kinds'],
  parameters: [parameterRef('kind'), parameterRef('If-Match-Kind')],
  responses: {
    '200': answer('The kind is not paused', 'KindChange', EXAMPLES.resumed, ['ETag']),
    '400': problem('`If-Match` cannot be read', ['ifMatchForm']),
    '404': NO_KIND,
    '412': problem('The kind has changed since it was read', ['staleKind']),
    ...SIGNED,
  },
};

/** The operations on kinds. */
export const KIND_OPERATIONS = { listKinds, pauseKind, resumeKind } as const satisfies Partial<
  Record<OperationId, OperationDoc>
>;
