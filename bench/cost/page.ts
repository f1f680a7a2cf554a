/** Renders `docs/cost.md` from the budget and the price list. */
import { ActionKind, KIND_NAMES } from '../../lambdas/actions/kinds.ts';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Budget, readBudget, usageOfScenario } from './budget.ts';
import { table } from './figure-table.ts';
import { type AslMachine, readQuoteAction } from '../../statemachines/asl.ts';
import { type PriceList, priceOf, readPrices, totalPrice } from './prices.ts';
import {
  BILLABLES,
  type Billable,
  billableOperations,
  type Counted,
  USAGE_KEYS,
  type Usage,
} from './meter/usage.ts';
import { throttleRetrier } from './throttling.ts';
import { waitingSection } from './waiting-section.ts';

/** Path of the page. */
export const COST_PAGE = join(import.meta.dirname, '..', '..', 'docs', 'cost.md');

/**
 * Maximum cost of an action's billable operations, as a share of the cost of the same job by the naive recipe. Operations are
 * weighted by list price: a state transition costs two hundred times as much as a read unit
 * (docs/decisions/2026-11-26-cost-by-price.md).
 */
export const GOAL = 0.8;

/** The measured kinds, beginning with the one that is compared. */
const KINDS_IN_ORDER = [ActionKind.CrmSync, ...KIND_NAMES.filter((kind) => kind !== ActionKind.CrmSync)];

/** Scenarios that are compared. */
export const COMPARED = {
  ours: ActionKind.CrmSync,
  wholeJob: 'naive whole job',
  tutorial: `naive ${ActionKind.CrmSync}`,
} as const;

const LABELS = {
  stateTransitions: 'state transitions',
  lambdaRequests: 'Lambda requests',
  readUnits: 'DynamoDB read units',
  writeUnits: 'DynamoDB write units',
  sqsRequests: 'SQS requests',
  events: 'EventBridge events',
  s3Writes: 'S3 PUT',
  s3Reads: 'S3 GET, HEAD',
  apiRequests: 'HTTP API requests',
  readBytes: 'bytes read from DynamoDB',
  writtenBytes: 'bytes written to DynamoDB',
  crmCalls: 'calls of the CRM',
  slackCalls: 'calls of Slack',
} as const satisfies Record<Billable | Counted, string>;

const usd = (value: number): string => value.toFixed(4);
const ratio = (value: number): string => value.toFixed(2);

function usageTable({ scenarios }: Budget): readonly string[] {
  const columns = Object.entries(scenarios);
  const rows = USAGE_KEYS.map((key) => [LABELS[key], ...columns.map(([, usage]) => usage[key])]);
  const sums = ['**billable operations**', ...columns.map(([, usage]) => `**${billableOperations(usage)}**`)];
  return table(['', ...columns.map(([name]) => name)], [...rows, sums]);
}

function priceTable(list: PriceList, budget: Budget): readonly string[] {
  const names = Object.values(COMPARED);
  const usages = names.map((name) => usageOfScenario(budget, name));
  const line = (key: Billable): readonly string[] => {
    const { usd: price, per, source } = list.prices[key];
    const priced = `[${price} USD / ${per.toLocaleString('en-GB')}](${source})`;
    return [LABELS[key], priced, ...usages.map((usage) => usd(priceOf(list, key, usage[key] * 1_000)))];
  };
  const sums = ['**together**', '', ...usages.map((usage) => `**${usd(totalPrice(list, usage) * 1_000)}**`)];
  return table(['', 'list price', ...names.map((name) => `1,000 ${name}`)], [...BILLABLES.map(line), sums]);
}

const partsTable = ({ parts }: Budget): readonly string[] =>
  table(
    ['part', 'operations'],
    Object.entries(parts).toSorted(([, a], [, b]) => b - a),
  );

/** The ratio of two usages: by price, and by count. */
export function sharesOf(list: PriceList, ours: Usage, peer: Usage): { price: number; count: number } {
  return {
    price: totalPrice(list, ours) / totalPrice(list, peer),
    count: billableOperations(ours) / billableOperations(peer),
  };
}

/** The comparison in words. */
function comparison(list: PriceList, budget: Budget): readonly string[] {
  const ours = usageOfScenario(budget, COMPARED.ours);
  const wholeJob = usageOfScenario(budget, COMPARED.wholeJob);
  const whole = sharesOf(list, ours, wholeJob);
  const lean = sharesOf(list, ours, usageOfScenario(budget, COMPARED.tutorial));
  return [
    `- **The same job**, done by the naive recipe: an action costs **${ratio(whole.price)} times** as much (the goal is at most ${GOAL}, and it is`,
    `  ${whole.price <= GOAL ? 'met' : 'missed'}), with ${ours.stateTransitions} state transitions against ${wholeJob.stateTransitions}. By plain count it uses ${ratio(whole.count)} times as many operations: more of the`,
    '  cheap ones (a lock for each edit of a card, fences, a queue that waits for Slack) and fewer of the expensive ones.',
    `- **The tutorial**, which does less: ${ratio(lean.price)} times its price, ${ratio(lean.count)} times its operations.`,
  ];
}

/** The method of counting, for people. */
const methodLines = (): readonly string[] => [
  '## How it is counted',
  '',
  'The AWS endpoint of each deployed function is a separate proxy, which forwards and records every call. DynamoDB’s units',
  'are computed by AWS’s rules from the items, read before and after each write (1 KB a write, 4 KB a read, half for an eventually',
  'consistent read, indexes by their own entries); no request is a transaction. State transitions are the states entered and the tries',
  'repeated, in the execution’s history; Lambda requests are the runs in the functions’ logs. What AWS does for us passes no proxy',
  'and is computed from these: the rule sends each event to the card queue, each run of `update-card` is one receive and one delete, and',
  'Lambda reads the stream without charge. Calls of the CRM and of Slack are counted in the log of their proxy.',
  '',
  'Every transition is published and shown alone before the next one is made, so that the counts can be repeated. In production,',
  'transitions in quick succession wait for each other and share an edit: about as many operations, but fewer calls of Slack. The',
  'quote is new, so its thread in Slack is opened too.',
  '',
  `- ${KINDS_IN_ORDER.map((kind) => `**${kind}**`).join(', ')}: one action of a quote with two lines (\`examples/q-1043.json\`) that succeeds at once.`,
  '- **crm.sync, 60 lines**: the same for `examples/q-1042.json`. The payload is part of the task item, so each transition pays for it.',
  '- **retry**: what one more attempt adds, after a 503 with an unknown outcome: backoff, probe, success, the recovery message.',
  '- **recovery**: the sweep finds one lost task, gives it its next driver, and the card says so. It does not include the driver’s work, which',
  '  belongs to the action, or the sweep’s reads of the tables, which happen in each run.',
  '- **naive crm.sync**, **naive retry**: the [naive recipe](../bench/naive-recipe/README.md) in its tutorial form, in the same run.',
  '- **naive whole job**, and its **retry**: the recipe extended to do what people see of the queue, in the same run.',
  '',
  'Not counted: time (Lambda’s GB-seconds), storage, traffic, logs and traces, KMS, secrets and parameters (cached for minutes, so they',
  'depend on the number of running functions), and what costs money without any action (the sweep each minute, alarms, empty receives).',
  '',
];

/** The page. @throws {RangeError} if the budget or the machine lacks an entry that the page needs */
export function renderCostPage(budget: Budget, list: PriceList, machine: AslMachine): string {
  return [
    '# What an action costs',
    '',
    'Written by `npm run generate` from the counts in `bench/cost/budget.json` and the prices in `bench/cost/prices.json`; a test fails',
    'when it is stale. `npm run bench:cost` makes the counts and, with `-- --write`, stores them. `test/local/cost.test.ts` counts',
    'again and fails if an action uses more than the budget, or if the budget is needlessly loose.',
    '',
    ...methodLines(),
    '## Counts',
    '',
    ...usageTable(budget),
    '',
    'Where the operations of **crm.sync** go:',
    '',
    ...partsTable(budget),
    '',
    '## Price',
    '',
    `List prices of ${list.region} as of ${list.asOf}, without free tiers and volume discounts. The links lead to AWS’s price`,
    'pages; the page from which each figure was read is in `bench/cost/prices.json`.',
    '',
    ...priceTable(list, budget),
    '',
    '## Compared with the naive recipe',
    '',
    ...comparison(list, budget),
    '',
    'What each of the two does and leaves out is in their [README](../bench/naive-recipe/README.md); the reason to compare prices, and not',
    'counts, is in [a decision](decisions/2026-11-26-cost-by-price.md).',
    '',
    ...waitingSection(budget, list, throttleRetrier(machine)),
    '',
  ].join('\n');
}

/** Writes the page. */
export const writeCostPage = async (): Promise<void> =>
  writeFile(COST_PAGE, renderCostPage(readBudget(), readPrices(), await readQuoteAction()));
