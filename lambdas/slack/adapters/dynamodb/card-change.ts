/** A change of a card as an update of DynamoDB. */
import type { UpdateCommand } from '@aws-sdk/lib-dynamodb';
import type { CardChange } from '../../domain/ports.ts';

const clause = (verb: string, parts: readonly string[]): string =>
  parts.length === 0 ? '' : `${verb} ${parts.join(', ')}`;

/** The update that makes a change. */
export function updateOf(change: CardChange): Pick<UpdateCommand['input'], 'UpdateExpression'> & {
  readonly names: Record<string, string>;
  readonly values: Record<string, unknown>;
} {
  const entries = Object.entries(change);
  const set = entries.filter(([, value]) => value !== undefined);
  const remove = entries.filter(([, value]) => value === undefined);
  return {
    UpdateExpression: [
      clause(
        'SET',
        set.map(([name]) => `#${name} = :${name}`),
      ),
      clause(
        'REMOVE',
        remove.map(([name]) => `#${name}`),
      ),
    ]
      .join(' ')
      .trim(),
    names: Object.fromEntries(entries.map(([name]) => [`#${name}`, name])),
    values: Object.fromEntries(set.map(([name, value]) => [`:${name}`, value])),
  };
}
