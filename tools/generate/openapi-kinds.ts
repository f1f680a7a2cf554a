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

const NO_KIND = problem('There is no such kind; the problem names those there are', ['noKind']);

const listKinds: OperationDoc = {
  summary: 'Which kinds of action are paused',
  description:
    'Every kind, paused or not, with who said so and why. Strongly consistent. A pause that cannot be read counts as one, and hides no other kind.',
  tags: ['kinds'],
  parameters: [],
  responses: { '200': answer('Every kind', 'KindList', EXAMPLES.kinds), ...SIGNED },
};

const pauseKind: OperationDoc = {
  summary: 'Pause a kind',
  description: [
    'No action of the kind starts until it is resumed; those that run go on. Tasks are held as they are, with the reason on',
    'their cards, and no attempt is used up. Sent again with the same reason it changes nothing (`changed` is `false`); with',
    'another one it changes the reason, and tasks held before keep the old one.',
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
    'Actions of the kind may start again; the sweep, at most a minute away, gives the held ones their next driver. A kind that is not paused stays as it is (`changed` is `false`). A body is ignored.',
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
