/**
 * A DynamoDB for one test: an in-memory process on a free port of 127.0.0.1, with the tables of the contract. It ends with the
 * process that started it, even if that is killed.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  type AttributeDefinition,
  CreateTableCommand,
  type CreateTableCommandInput,
  DeleteTableCommand,
  DynamoDBClient,
  ListTablesCommand,
} from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { translation } from '../../../lambdas/shared/adapters/dynamodb/document-client.ts';
import {
  AUDIT_TABLE,
  CARDS_TABLE,
  CONTROLS_TABLE,
  Env,
  LEDGER_TABLE,
  TASKS_TABLE,
} from '../../../lambdas/shared/contracts/environment.ts';
import { freePort } from '../process/ports.ts';
import { type Service, startService, tailOf, waitUntilHealthy } from '../process/processes.ts';

/** Names of the tables in every server of {@link startDynamoDb}; each server has its own data. */
export const TABLE_NAMES = {
  tasks: 'Tasks',
  ledger: 'Ledger',
  audit: 'Audit',
  cards: 'Cards',
  controls: 'Controls',
} as const;

/** A running DynamoDB with empty tables. */
export interface DynamoDbServer {
  /** `http://127.0.0.1:<port>`. */
  readonly endpoint: string;
  /** Variables that a handler needs in `process.env` before it is imported to run against this server. */
  readonly env: Readonly<Record<string, string>>;
  /** A client for the test's set-up and assertions; `stop` destroys it. */
  readonly client: DynamoDBDocumentClient;
  /** Ends the process and deletes its files; a second call changes nothing. */
  stop(): Promise<void>;
}

/** Another program may take a port between the check and the start; each try uses a new port. */
const START_TRIES = 5;
const START_LIMIT_SECONDS = 20;
const REGION = 'eu-central-1';

const key = (name: string, type: 'S' | 'N'): AttributeDefinition => ({
  AttributeName: name,
  AttributeType: type,
});

const keySchema = (partitionKey: string, sortKey?: string): CreateTableCommandInput['KeySchema'] => [
  { AttributeName: partitionKey, KeyType: 'HASH' },
  ...(sortKey === undefined ? [] : [{ AttributeName: sortKey, KeyType: 'RANGE' as const }]),
];

const { byQuote, byDeadline } = TASKS_TABLE;
const { byShownDay } = CARDS_TABLE;

/**
 * The tables by the names in `lambdas/shared/contracts/environment.ts`. KEEP IN STEP WITH lib/queue/queue-tables.construct.ts
 */
const TABLES: readonly CreateTableCommandInput[] = [
  {
    TableName: TABLE_NAMES.tasks,
    BillingMode: 'PAY_PER_REQUEST',
    AttributeDefinitions: [
      key(TASKS_TABLE.partitionKey, 'S'),
      key(byQuote.partitionKey, 'S'),
      key(byQuote.sortKey, 'N'),
      key(byDeadline.partitionKey, 'S'),
      key(byDeadline.sortKey, 'N'),
    ],
    KeySchema: keySchema(TASKS_TABLE.partitionKey),
    GlobalSecondaryIndexes: [byQuote, byDeadline].map(({ name, partitionKey, sortKey }) => ({
      IndexName: name,
      KeySchema: keySchema(partitionKey, sortKey),
      Projection: { ProjectionType: 'KEYS_ONLY' },
    })),
  },
  {
    TableName: TABLE_NAMES.ledger,
    BillingMode: 'PAY_PER_REQUEST',
    AttributeDefinitions: [key(LEDGER_TABLE.partitionKey, 'S')],
    KeySchema: keySchema(LEDGER_TABLE.partitionKey),
  },
  {
    TableName: TABLE_NAMES.controls,
    BillingMode: 'PAY_PER_REQUEST',
    AttributeDefinitions: [key(CONTROLS_TABLE.partitionKey, 'S')],
    KeySchema: keySchema(CONTROLS_TABLE.partitionKey),
  },
  {
    TableName: TABLE_NAMES.audit,
    BillingMode: 'PAY_PER_REQUEST',
    AttributeDefinitions: [key(AUDIT_TABLE.partitionKey, 'S'), key(AUDIT_TABLE.sortKey, 'N')],
    KeySchema: keySchema(AUDIT_TABLE.partitionKey, AUDIT_TABLE.sortKey),
  },
  {
    TableName: TABLE_NAMES.cards,
    BillingMode: 'PAY_PER_REQUEST',
    AttributeDefinitions: [
      key(CARDS_TABLE.partitionKey, 'S'),
      key(byShownDay.partitionKey, 'S'),
      key(byShownDay.sortKey, 'N'),
    ],
    KeySchema: keySchema(CARDS_TABLE.partitionKey),
    GlobalSecondaryIndexes: [
      {
        IndexName: byShownDay.name,
        KeySchema: keySchema(byShownDay.partitionKey, byShownDay.sortKey),
        Projection: { ProjectionType: 'ALL' },
      },
    ],
  },
];

const binary = (): string =>
  fileURLToPath(new URL('dynoxide', import.meta.resolve('@dynoxide/linux-x64/package.json')));

/** The banner in the process's log proves that this process, and no other, listens on the port. */
const isListening = (service: Service): Promise<boolean> =>
  Promise.resolve(tailOf(service.logFile).includes('listening on'));

async function startOn(port: number, dir: string): Promise<Service> {
  const service = await startService({
    name: 'dynoxide',
    command: binary(),
    args: ['--host', '127.0.0.1', '--port', String(port)],
    env: {},
    cwd: dir,
    logFile: join(dir, `${port}.log`),
  });
  try {
    await waitUntilHealthy(service, () => isListening(service), START_LIMIT_SECONDS);
    return service;
  } catch (error) {
    await service.stop();
    throw error;
  }
}

async function startSomewhere(dir: string): Promise<{ service: Service; port: number }> {
  for (let tried = 1; ; tried += 1) {
    const port = await freePort();
    try {
      return { service: await startOn(port, dir), port };
    } catch (error) {
      if (tried === START_TRIES) throw error;
    }
  }
}

const credentials = { accessKeyId: 'test', secretAccessKey: 'test' } as const;

const environmentFor = (endpoint: string): Record<string, string> => ({
  AWS_ENDPOINT_URL_DYNAMODB: endpoint,
  AWS_REGION: REGION,
  AWS_ACCESS_KEY_ID: credentials.accessKeyId,
  AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
  [Env.TasksTable]: TABLE_NAMES.tasks,
  [Env.LedgerTable]: TABLE_NAMES.ledger,
  [Env.AuditTable]: TABLE_NAMES.audit,
  [Env.CardsTable]: TABLE_NAMES.cards,
  [Env.ControlsTable]: TABLE_NAMES.controls,
  [Env.Stage]: 'test',
});

const clientFor = (endpoint: string): DynamoDBClient =>
  new DynamoDBClient({ endpoint, region: REGION, credentials });

function serverOf(endpoint: string, base: DynamoDBClient, end: () => Promise<void>): DynamoDbServer {
  const client = DynamoDBDocumentClient.from(base, translation());
  const stop = async (): Promise<void> => {
    client.destroy();
    await end();
  };
  return { endpoint, env: environmentFor(endpoint), client, stop };
}

/**
 * Starts a DynamoDB with the empty tables of the contract.
 * @throws {LocalEnvironmentError} with the end of its log when it does not start
 * @example const dynamoDb = await startDynamoDb(); Object.assign(process.env, dynamoDb.env); const { handler } = await
 * import('../../../lambdas/queue/handlers/read-actions.handler.ts'); afterAll(() => dynamoDb.stop());
 */
export async function startDynamoDb(): Promise<DynamoDbServer> {
  const dir = mkdtempSync(join(tmpdir(), 'quoteq-dynamodb-'));
  const { service, port } = await startSomewhere(dir);
  const endpoint = `http://127.0.0.1:${port}`;
  const base = clientFor(endpoint);
  for (const table of TABLES) await base.send(new CreateTableCommand(table));
  return serverOf(endpoint, base, async () => {
    await service.stop();
    rmSync(dir, { recursive: true, force: true });
  });
}

async function dropTables(base: DynamoDBClient): Promise<void> {
  const { TableNames = [] } = await base.send(new ListTablesCommand({}));
  for (const TableName of TableNames) await base.send(new DeleteTableCommand({ TableName }));
}

/**
 * The empty tables of the contract in a DynamoDB that is already running. They are in a separate Region, whose tables are
 * deleted first.
 */
export async function useDynamoDb(endpoint: string): Promise<DynamoDbServer> {
  const base = clientFor(endpoint);
  await dropTables(base);
  for (const table of TABLES) await base.send(new CreateTableCommand(table));
  return serverOf(endpoint, base, () => Promise.resolve());
}
