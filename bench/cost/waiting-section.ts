/** The section of `docs/cost.md` on actions that wait for a free worker. */
import type { Retrier } from '../../statemachines/asl.ts';
import { type Budget, usageOfScenario } from './budget.ts';
import { table } from './figure-table.ts';
import { type PriceList, priceOf } from './prices.ts';
import { ONE_MINUTE_RETRIER, retriesOfALaterHour, retriesWithin, waitingCost } from './throttling.ts';

const HOUR_SECONDS = 3_600;
const DAY_SECONDS = 24 * HOUR_SECONDS;
/** Number of actions whose cost is shown, because the cost of one is too small to print. */
const MANY = 1_000;

const usd = (value: number): string => value.toFixed(2);

type Cells = readonly [what: string, retries: number, usd: string];

/** Rows for one retry setting: the case, retries of one action, USD of {@link MANY} actions. */
function rowsOf(list: PriceList, budget: Budget, retrier: Retrier): readonly Cells[] {
  const recovery = usageOfScenario(budget, 'recovery');
  const alone = (what: string, retries: number): Cells => [
    what,
    retries,
    usd(priceOf(list, 'stateTransitions', retries * MANY)),
  ];
  const together = (what: string, seconds: number): Cells => {
    const { drivers, retries, usd: price } = waitingCost(list, recovery, retrier, seconds);
    return [`${what}, with its ${drivers} drivers at the end`, retries, usd(price * MANY)];
  };
  return [
    alone('one driver, its first hour', retriesWithin(retrier, HOUR_SECONDS)),
    alone('one driver, each hour at its longest wait', retriesOfALaterHour(retrier)),
    together('the first hour', HOUR_SECONDS),
    together('a whole day', DAY_SECONDS),
  ];
}

/** The cost of waiting with the given retry, compared with a retry whose maximum wait is one minute. */
export function waitingSection(budget: Budget, list: PriceList, retrier: Retrier): readonly string[] {
  const compared = rowsOf(list, budget, ONE_MINUTE_RETRIER);
  const used = rowsOf(list, budget, retrier);
  const longest = [ONE_MINUTE_RETRIER, retrier].map(({ MaxDelaySeconds }) => `${MaxDelaySeconds} s`);
  const recovery = usageOfScenario(budget, 'recovery');
  const hour = usd(waitingCost(list, recovery, retrier, HOUR_SECONDS).usd * MANY);
  return [
    '## What waiting for a worker costs',
    '',
    'When all workers of a kind are busy, Lambda refuses the call (`Lambda.TooManyRequestsException`), and the state machine tries again.',
    'A refused call is not billed as a Lambda request, but each retry is a state transition. The waits are those of `quote-action.asl.json`; full jitter',
    `halves each wait on average. The table compares two settings of the maximum wait: ${longest[1]}, which is in use, and ${longest[0]}.`,
    '',
    ...table(
      [
        'an action that waits',
        ...longest.map((wait) => `retries at ${wait}`),
        ...longest.map((wait) => `${MANY.toLocaleString('en-GB')} of them at ${wait}, USD`),
      ],
      used.map(([what, retries, price], index) => [
        what,
        compared[index]?.[1] ?? '',
        retries,
        compared[index]?.[2] ?? '',
        price,
      ]),
    ),
    '',
    `**${MANY.toLocaleString('en-GB')} actions that wait for an hour cost ${hour} USD.** The sweep gives a waiting task another driver 15 minutes after it is`,
    'due, then after 30 minutes, and so on; the earlier ones keep retrying until a worker tells them that they are superseded. The lower two',
    'rows count the retries of all drivers, their starts, and what the sweep does for each (**recovery** above). How the waits were chosen:',
    '[quote-action](../statemachines/quote-action/README.md#throttled). Express workflows are not billed by transition, but end after five',
    'minutes ([decision](decisions/2026-11-26-standard-workflows.md)).',
  ];
}
