/**
 * The guard for deterministic snapshots: refuses what the engines did not sign off. It checks sums and never corrects them,
 * because retries and the queue must never change business outcomes.
 */
import type { QuoteLine, QuoteSnapshot } from '../../../shared/contracts/quote-snapshot.ts';
import type { FieldViolation } from '../../../shared/domain/errors.ts';
import { CURRENCIES_BY_DIGITS } from '../../../shared/contracts/currencies.ts';

/** Place of the snapshot in the request body. */
const ROOT = '/payload/snapshot';

const CURRENCIES_IN_USE: ReadonlySet<string> = new Set(Object.values(CURRENCIES_BY_DIGITS).flat());

/**
 * Whether a code of three capital letters is a currency or fund with minor units that ISO 4217 lists as in use. Gold, test
 * codes and units of account have no minor units, so an amount in minor units is undefined for them.
 */
export const isCurrencyInUse = (currency: string): boolean => CURRENCIES_IN_USE.has(currency);

const sum = (amounts: readonly string[]): bigint =>
  amounts.reduce((total, amount) => total + BigInt(amount), 0n);

const lineTotal = (line: QuoteLine): bigint =>
  BigInt(line.quantity) * BigInt(line.unitPriceMinor) - BigInt(line.discountMinor);

const mustEqual = (pointer: string, actual: string, expected: bigint, rule: string): FieldViolation[] =>
  BigInt(actual) === expected
    ? []
    : [{ pointer: `${ROOT}${pointer}`, expected: `expected ${expected} (${rule})` }];

const totals = (snapshot: QuoteSnapshot): FieldViolation[] => [
  ...snapshot.lines.flatMap((line, index) =>
    mustEqual(
      `/lines/${index}/totalMinor`,
      line.totalMinor,
      lineTotal(line),
      'quantity × unitPriceMinor − discountMinor',
    ),
  ),
  ...mustEqual(
    '/subtotalMinor',
    snapshot.subtotalMinor,
    sum(snapshot.lines.map((l) => l.totalMinor)),
    'sum of the lines',
  ),
  ...mustEqual(
    '/totalMinor',
    snapshot.totalMinor,
    BigInt(snapshot.subtotalMinor) + BigInt(snapshot.taxMinor),
    'subtotalMinor + taxMinor',
  ),
];

const engine = (snapshot: QuoteSnapshot, allowedEngines: ReadonlySet<string>): FieldViolation[] =>
  allowedEngines.has(`${snapshot.engine.name}@${snapshot.engine.version}`)
    ? []
    : [
        {
          pointer: `${ROOT}/engine`,
          expected: `expected an allowed engine: ${[...allowedEngines].join(', ')}`,
        },
      ];

/** Approval is required if the snapshot says so, or if the policy engine did not pass it. */
function approval(snapshot: QuoteSnapshot): FieldViolation[] {
  const { required, decision, approvedBy, approvedAt, reference } = snapshot.approval;
  const needed = required || snapshot.policy.outcome === 'fail';
  if (!needed) {
    return decision === 'pending' || decision === 'rejected'
      ? [{ pointer: `${ROOT}/approval/decision`, expected: 'expected granted or not_required' }]
      : [];
  }
  if (decision !== 'granted') {
    return [
      { pointer: `${ROOT}/approval/decision`, expected: 'expected granted: this quote needs an approval' },
    ];
  }
  const evidence = { approvedBy, approvedAt, reference };
  return Object.entries(evidence)
    .filter(([, value]) => value === undefined)
    .map(([field]) => ({
      pointer: `${ROOT}/approval/${field}`,
      expected: 'expected a value: approval was granted',
    }));
}

/**
 * All violations, each with the field and what was expected; empty if the snapshot is valid.
 * @param quoteId the quote of the URL; the snapshot must be of the same quote
 * @param allowedEngines `name@version` of the engines whose results are accepted
 */
export const snapshotViolations = (
  snapshot: QuoteSnapshot,
  quoteId: string,
  allowedEngines: ReadonlySet<string>,
): readonly FieldViolation[] => [
  ...(snapshot.quoteId === quoteId
    ? []
    : [{ pointer: `${ROOT}/quoteId`, expected: `expected ${quoteId}, as in the URL` }]),
  ...(isCurrencyInUse(snapshot.currency)
    ? []
    : [
        {
          pointer: `${ROOT}/currency`,
          expected: 'expected a currency of ISO 4217 that is in use and has minor units',
        },
      ]),
  ...engine(snapshot, allowedEngines),
  ...totals(snapshot),
  ...approval(snapshot),
];
