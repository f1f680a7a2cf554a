/** The engine itself: the features that the stores rely on, and differences of this engine from DynamoDB's documentation. */
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { DynamoDbServer } from '../../../tools/rig/aws/dynamodb-server.ts';
import { engineUnderTest, startDynamoDbUnderTest } from '../../helpers/aws/dynamodb-under-test.ts';
import { ENGINE_PROBES } from '../../../tools/engines/engine-probes.ts';
import { ENGINES_PAGE, renderEnginesPage } from '../../../tools/engines/engines-page.ts';

let dynamoDb: DynamoDbServer;

beforeAll(async () => {
  dynamoDb = await startDynamoDbUnderTest();
});
afterAll(() => dynamoDb.stop());

describe.each(Object.entries(ENGINE_PROBES))('%s', (_about, probes) => {
  it.each(probes)('$name', async ({ run, aws, otherwise }) => {
    // A listed difference that no longer exists fails too, so that the list matches the engine.
    expect(await run(dynamoDb.client)).toBe(otherwise?.[engineUnderTest()] ?? aws);
  });
});

describe('docs/dynamodb-engines.md', () => {
  it('lists every probe and every difference (npm run generate)', () => {
    expect(readFileSync(ENGINES_PAGE, 'utf8')).toBe(renderEnginesPage());
  });
});
