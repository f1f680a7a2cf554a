/**
 * The allow-list of operators: (team id, user id) pairs in an SSM parameter of type StringList, `T0123:U0456,…`. Membership of
 * a workspace or a channel makes nobody an operator.
 */
import { isOperatorEntry, operatorEntries } from '../contracts/operator-list.ts';
import { QueueError } from '../../shared/domain/errors.ts';
import type { OperatorList } from '../domain/ports.ts';
import { ssmParameter } from '../../shared/adapters/ssm-parameter.ts';

/** An operator who is removed from the list may act for at most this much longer. */
const CACHE_SECONDS = 60;

/** Reads the value of the parameter. */
export type ReadOperators = () => Promise<string | undefined>;

/**
 * The operators of a parameter's value.
 * @throws {QueueError} `PROVIDER_MISCONFIGURED` with the position of an entry that is not `team:user`; then nobody is an
 * operator
 */
export function parseOperators(value: string): ReadonlySet<string> {
  const entries = operatorEntries(value);
  const wrong = entries.findIndex((entry) => !isOperatorEntry(entry));
  if (wrong === -1) return new Set(entries);
  throw new QueueError('PROVIDER_MISCONFIGURED', {
    detail: `operators: entry ${wrong + 1} of ${entries.length}: expected a team id and a user id, like T0123:U0456`,
  });
}

const fromSsm =
  (parameterName: string): ReadOperators =>
  () =>
    ssmParameter(parameterName, CACHE_SECONDS);

/** The list in a parameter; see {@link OperatorList}. Errors of reading the parameter are thrown unchanged. */
export const createOperatorList = (
  parameterName: string,
  read: ReadOperators = fromSsm(parameterName),
): OperatorList => ({
  isOperator: async ({ teamId, userId }) => {
    const value = await read();
    if (value === undefined) {
      throw new QueueError('PROVIDER_MISCONFIGURED', {
        detail: 'operators: expected the parameter to exist',
      });
    }
    return parseOperators(value).has(`${teamId}:${userId}`);
  },
});
