/**
 * Counts the calls of the deployed functions to AWS. The AWS endpoint of each function is a separate proxy, which forwards everything
 * unchanged, including signatures. Before and after a write the recorder reads the item directly, because neither request nor answer
 * contains the item's previous size. Writes are forwarded one at a time, so that there is no other write in between. The page of a scan is
 * read again without its filter and projection, because its answer contains only the filtered items.
 */
import { DescribeTableCommand, DynamoDBClient, GetItemCommand, ScanCommand } from '@aws-sdk/client-dynamodb';
import * as z from 'zod/mini';
import { forward } from '../../../tools/rig/http/forward.ts';
import {
  type RunningServer,
  type ServerReply,
  type ServerRequest,
  startServer,
} from '../../../tools/rig/http/http-server.ts';
import { entryOf, type StoredItem } from './capacity-units.ts';
import { type ObservedCall, type TableShape, usageOfCall, WRITE_OPERATIONS } from './call-usage.ts';
import { totalOf, type Usage } from './usage.ts';
import { itemRequestSchema, queryAnswerSchema, queryRequestSchema, scanRequestSchema } from './wire.ts';

/** The local AWS with root credentials. */
export interface AwsAddress {
  readonly awsEndpointUrl: string;
  readonly region: string;
}

/** One call, before it is forwarded. */
export interface PassingCall {
  /** Name of the function that makes the call. */
  readonly caller: string;
  readonly service: string;
  readonly operation: string;
  /** Table of the call, if it is a call to DynamoDB about one table. */
  readonly table?: string;
}

/** One call that was forwarded. */
export interface RecordedCall extends PassingCall {
  /** Its usage. @throws {RangeError} if that is unknown, so that no requested count omits it */
  readonly usage: Usage;
}

/** Called before a call is forwarded. If it returns an answer, the call is not forwarded. */
export type CallHook = (call: PassingCall) => Promise<ServerReply | undefined>;

/** Credentials that the local AWS accepts as root. */
export const ROOT_KEYS = { accessKeyId: 'test', secretAccessKey: 'test' } as const;

const SCOPE = /Credential=[^/]+\/\d+\/[^/]+\/([^/]+)\/aws4_request/;

const jsonOf = (body: string | Buffer | undefined): unknown => {
  try {
    return JSON.parse(String(body ?? ''));
  } catch {
    return undefined;
  }
};

const tableSchema = z.object({ TableName: z.string() });

function passingCallOf(caller: string, { headers, method, body }: ServerRequest): PassingCall {
  const service = SCOPE.exec(headers.authorization ?? '')?.[1] ?? 'unsigned';
  const target = headers['x-amz-target'];
  const operation = typeof target === 'string' ? (target.split('.').at(-1) ?? '') : method;
  const table = tableSchema.safeParse(jsonOf(body)).data?.TableName;
  return { caller, service, operation, ...(table === undefined ? {} : { table }) };
}

const namesOf = (schema: readonly { AttributeName?: string | undefined }[] = []): readonly string[] =>
  schema.flatMap(({ AttributeName }) => AttributeName ?? []);

const pick = (item: StoredItem, names: readonly string[]): StoredItem =>
  Object.fromEntries(names.map((name) => [name, item[name] ?? {}]));

/** A key in the form that the client sends. */
const wireKeyOf = (key: StoredItem) =>
  Object.fromEntries(
    Object.entries(key).map(([name, { S, N }]) => [name, N === undefined ? { S: S ?? '' } : { N }]),
  );

/** Records the calls of one environment; {@link close} stops its servers. */
export class Recorder {
  readonly #address: AwsAddress;
  readonly #client: DynamoDBClient;
  readonly #servers: RunningServer[] = [];
  readonly #tables = new Map<string, Promise<TableShape>>();
  #calls: RecordedCall[] = [];
  #lastWrite: Promise<unknown> = Promise.resolve();
  #hook: CallHook | undefined;

  constructor(address: AwsAddress) {
    this.#address = address;
    const { awsEndpointUrl: endpoint, region } = address;
    this.#client = new DynamoDBClient({ endpoint, region, credentials: ROOT_KEYS });
  }

  /** The AWS endpoint for one caller, without a slash at the end. */
  async endpointFor(caller: string): Promise<string> {
    const server = await startServer((request) => this.#pass(caller, request));
    this.#servers.push(server);
    return server.url;
  }

  /** Calls `hook` with every call before it is forwarded; `undefined` removes the hook. */
  onCall(hook: CallHook | undefined): void {
    this.#hook = hook;
  }

  /** Calls since the last {@link clear}. */
  calls(): readonly RecordedCall[] {
    return this.#calls;
  }

  /** Deletes all recorded calls. */
  clear(): void {
    this.#calls = [];
  }

  /** Stops its servers. */
  async close(): Promise<void> {
    this.#client.destroy();
    await Promise.all(this.#servers.map((server) => server.stop()));
  }

  async #pass(caller: string, request: ServerRequest): Promise<ServerReply> {
    const call = passingCallOf(caller, request);
    const given = await this.#hook?.(call);
    if (given !== undefined) return given;
    if (call.service === 'dynamodb' && WRITE_OPERATIONS.has(call.operation))
      return this.#passWrite(call, request);
    const reply = await this.#forward(request);
    this.#record(call, request, reply, await this.#readBy(call, request, reply));
    return reply;
  }

  /** The items that a Scan, or a Query with a projection, has read. */
  async #readBy(
    { service, operation }: PassingCall,
    request: ServerRequest,
    reply: ServerReply,
  ): Promise<Pick<ObservedCall, 'read'>> {
    if (service !== 'dynamodb' || reply.status >= 300) return {};
    if (operation === 'Scan') return { read: await this.#readByScan(request) };
    return operation === 'Query' ? this.#readByQuery(request, reply) : {};
  }

  /** The same page without filter and projection: a limit counts the items that are read, not those that are returned. */
  async #readByScan(request: ServerRequest): Promise<readonly StoredItem[]> {
    const { ExclusiveStartKey: start, ...page } = scanRequestSchema.parse(jsonOf(request.body));
    const { Items = [] } = await this.#client.send(
      new ScanCommand({ ...page, ...(start === undefined ? {} : { ExclusiveStartKey: wireKeyOf(start) }) }),
    );
    return Items;
  }

  /** `untold` if the answer does not contain the table's keys. */
  async #readByQuery(request: ServerRequest, reply: ServerReply): Promise<Pick<ObservedCall, 'read'>> {
    const query = queryRequestSchema.safeParse(jsonOf(request.body)).data;
    if (query?.ProjectionExpression === undefined) return {};
    const { TableName, IndexName } = query;
    const { keys, indexes } = await this.#shapeOf(TableName);
    const index = indexes.find(({ name }) => name === IndexName);
    const { Items = [] } = queryAnswerSchema.parse(jsonOf(reply.body));
    if (Items.some((item) => keys.some((key) => item[key] === undefined))) return { read: 'untold' };
    const read: StoredItem[] = [];
    for (const item of Items) {
      const whole = await this.#read(TableName, pick(item, keys));
      read.push((index === undefined ? whole : entryOf(whole, index, keys)) ?? item);
    }
    return { read };
  }

  #forward(request: ServerRequest): Promise<ServerReply & { readonly body: Buffer }> {
    const { host = '' } = request.headers;
    // The signature covers the address that the function knows.
    return forward(request, this.#address.awsEndpointUrl + request.target, { host });
  }

  #passWrite(call: PassingCall, request: ServerRequest): Promise<ServerReply> {
    const write = async (): Promise<ServerReply> => {
      const { TableName, Key, Item = {} } = itemRequestSchema.parse(jsonOf(request.body));
      const table = await this.#shapeOf(TableName);
      const key = Key ?? pick(Item, table.keys);
      const before = await this.#read(TableName, key);
      const reply = await this.#forward(request);
      const after = await this.#read(TableName, key);
      this.#record(call, request, reply, { written: { table, before, after } });
      return reply;
    };
    const done = this.#lastWrite.then(write);
    this.#lastWrite = done.catch(() => undefined);
    return done;
  }

  #record(
    call: PassingCall,
    request: ServerRequest,
    reply: ServerReply,
    around: Pick<ObservedCall, 'written' | 'read'>,
  ): void {
    const observed: ObservedCall = {
      ...call,
      request: jsonOf(request.body),
      answer: jsonOf(reply.body),
      status: reply.status,
      ...around,
    };
    this.#calls.push({
      ...call,
      get usage() {
        return usageOfCall(observed);
      },
    });
  }

  async #read(TableName: string, key: StoredItem): Promise<StoredItem | undefined> {
    const { Item } = await this.#client.send(
      new GetItemCommand({ TableName, Key: wireKeyOf(key), ConsistentRead: true }),
    );
    return Item;
  }

  #shapeOf(TableName: string): Promise<TableShape> {
    const known = this.#tables.get(TableName) ?? this.#describe(TableName);
    this.#tables.set(TableName, known);
    return known;
  }

  async #describe(TableName: string): Promise<TableShape> {
    const { Table } = await this.#client.send(new DescribeTableCommand({ TableName }));
    return {
      keys: namesOf(Table?.KeySchema),
      indexes: (Table?.GlobalSecondaryIndexes ?? []).map(({ IndexName = '', KeySchema, Projection }) => ({
        name: IndexName,
        keys: namesOf(KeySchema),
        projection: Projection?.ProjectionType === 'ALL' ? 'all' : 'keys',
      })),
    };
  }
}

/** Total use of the calls. */
export const usageOfCalls = (calls: readonly RecordedCall[]): Usage =>
  totalOf(calls.map(({ usage }) => usage));
