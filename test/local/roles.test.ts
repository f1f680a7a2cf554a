/** Least privilege, tested: with each function's role, one of its own calls works and a call of another function is refused. */
import { beforeAll, describe, expect, it } from 'vitest';
import { FUNCTION_NAMES, type FunctionName } from '../../lib/shared/functions.ts';
import {
  byWorker,
  isSecretProvider,
  SECRET_PROVIDERS,
  type SecretProvider,
} from '../../lambdas/shared/contracts/providers.ts';
import { capitalized } from '../../lib/shared/provider-secrets.construct.ts';
import { outputs } from './support/queue.ts';
import type { ProbeCall } from './support/role-probe.ts';
import { probeArchive, probeRole } from './support/role-probe-deployment.ts';

const { tasksTable, ledgerTable, auditTable, cardsTable, controlsTable, stateMachineArn, documentsBucket } =
  outputs;
const task = { taskId: `task-${'0'.repeat(40)}` };
const readSecret = (provider: SecretProvider): ProbeCall => ({
  call: 'secret',
  secretId: outputs.stackOutputs[`${capitalized(provider)}SecretArn`] ?? '',
});

const getTask: ProbeCall = { call: 'get', table: tasksTable, key: task };
const card = { cardId: 'card#nothing' };
const getCard: ProbeCall = { call: 'get', table: cardsTable, key: card };
const pause = { controlId: 'pause#nothing' };
const putPause: ProbeCall = { call: 'put', table: controlsTable, key: pause };
const getLedger: ProbeCall = { call: 'get', table: ledgerTable, key: { id: 'nothing' } };

/** Own call and foreign call, for every function of the contract. */
const CASES: Record<FunctionName, { readonly own: ProbeCall; readonly neighbours: readonly ProbeCall[] }> = {
  'enqueue-action': {
    own: getTask,
    neighbours: [{ call: 'delete', table: tasksTable, key: task }, getLedger],
  },
  'read-actions': {
    own: { call: 'query', table: tasksTable, index: 'byQuote', attribute: 'quoteId' },
    neighbours: [{ call: 'put', table: tasksTable, key: task }, putPause],
  },
  'control-action': {
    own: putPause,
    neighbours: [
      { call: 'query', table: auditTable, attribute: 'taskId' },
      { call: 'delete', table: controlsTable, key: pause },
      getLedger,
    ],
  },
  ...byWorker((provider) => ({
    own: isSecretProvider(provider) ? readSecret(provider) : getLedger,
    neighbours: [
      ...SECRET_PROVIDERS.filter((other) => other !== provider).map(readSecret),
      { call: 'head', bucket: documentsBucket, objectKey: 'other/file.pdf' },
      putPause,
    ],
  })),
  sweep: {
    own: { call: 'scan', table: ledgerTable },
    neighbours: [
      getLedger,
      getCard,
      { call: 'put', table: ledgerTable, key: { id: 'nothing' } },
      { call: 'delete', table: tasksTable, key: task },
      { call: 'delete', table: auditTable, key: { ...task, version: 1 } },
    ],
  },
  'record-lost-worker': { own: getTask, neighbours: [{ call: 'start', stateMachineArn }, getLedger] },
  'publish-transitions': {
    own: { call: 'put', table: auditTable, key: { ...task, version: 1 } },
    neighbours: [
      { call: 'delete', table: auditTable, key: { ...task, version: 1 } },
      { call: 'update', table: auditTable, key: { ...task, version: 1 } },
      getTask,
    ],
  },
  'update-card': {
    own: getCard,
    neighbours: [
      { call: 'put', table: tasksTable, key: task },
      { call: 'delete', table: cardsTable, key: card },
      { call: 'query', table: auditTable, attribute: 'taskId' },
    ],
  },
  'slack-interactions': {
    own: getLedger,
    neighbours: [{ call: 'put', table: tasksTable, key: task }, { call: 'start', stateMachineArn }, getCard],
  },
  'operate-click': {
    own: getTask,
    neighbours: [getLedger, getCard, readSecret('crm')],
  },
  'slack-commands': {
    own: { call: 'query', table: cardsTable, index: 'byShownDay', attribute: 'shownDay' },
    neighbours: [{ call: 'put', table: tasksTable, key: task }, getLedger],
  },
};

let archive: Uint8Array;

beforeAll(() => {
  archive = probeArchive();
});

describe('the role of a function', () => {
  it.each(FUNCTION_NAMES)('allows %s its own call and refuses the foreign one', async (name) => {
    const { own, neighbours } = CASES[name];

    const [ownAnswer, ...refusals] = await probeRole(name, archive, [own, ...neighbours]);

    expect(ownAnswer).toBe('"allowed"');
    const allowed = refusals.filter((answer) => !/AccessDenied|Forbidden|403/.test(answer));
    expect(allowed).toEqual([]);
    expect(refusals).toHaveLength(neighbours.length);
  });
});
