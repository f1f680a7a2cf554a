/** Usage of actions, retries and recoveries, counted from the real calls of the deployed functions. */
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DeleteCommand, DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { beforeAll, expect, it } from 'vitest';
import { budgetViolations, readBudget } from '../../bench/cost/budget.ts';
import { measureAll } from '../../bench/cost/scenarios.ts';
import { ActionKind } from '../../lambdas/actions/kinds.ts';
import { pauseIdOf } from '../../lambdas/queue/contracts/controls.ts';
import { outputs, rootClient } from './support/queue.ts';

/** The budget is for kinds that were never paused; other tests leave records of pauses, which claims read. */
beforeAll(async () => {
  const dynamo = DynamoDBDocumentClient.from(new DynamoDBClient(rootClient));
  for (const kind of Object.values(ActionKind)) {
    await dynamo.send(
      new DeleteCommand({ TableName: outputs.controlsTable, Key: { controlId: pauseIdOf(kind) } }),
    );
  }
  dynamo.destroy();
});

it('uses exactly the budget (npm run bench:cost -- --write)', async () => {
  const { scenarios } = await measureAll(outputs, () => undefined);

  expect(budgetViolations(readBudget().scenarios, scenarios)).toEqual([]);
}, 600_000);
