/**
 * Counts what the deployed functions really ask of AWS: each function gets a proxy of its own as its AWS endpoint, which
 * passes everything on unchanged, signatures included. Around a write it reads the item itself, past the proxy, because
 * neither request nor answer says how large the item was before. Writes pass one at a time, so that nobody comes between.
 * The page of a scan is read once more, whole, because its answer shows what the filter and the projection leave.
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

/** The local AWS as root. */
export interface AwsAddress {
  readonly awsEndpointUrl: string;
  readonly region: string;
}

/** One call, before it is passed on. */
export interface PassingCall {
  /** Name of the function that makes it. */
  readonly caller: string;
  readonly service: string;
  readonly operation: string;
  /** Table of a call to DynamoDB about one. */
  readonly table?: string;
}

/** One call that was passed on. */
export interface RecordedCall extends PassingCall {
  /** What it used. @throws {RangeError} when that cannot be told; so nothing goes uncounted that anybody asks for */
  readonly usage: Usage;
}

/** What may happen to a call before it is passed on; an answer that is given here is not passed on at all. */
export type CallHook = (call: PassingCall) => Promise<ServerReply | undefined>;

/** Credentials that the local AWS takes as root. */
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

/** A key as the client sends it. */
const wireKeyOf = (key: StoredItem) =>
  Object.fromEntries(
    Object.entries(key).map(([name, { S, N }]) => [name, N === undefined ? { S: S ?? '' } : { N }]),
  );

/** See the file head. One per environment; {@link close} ends its servers. */
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

  /** Has `hook` see every call before it is passed on; `undefined` takes it away. */
  onCall(hook: CallHook | undefined): void {
    this.#hook = hook;
  }

  /** Calls since the last {@link clear}. */
  calls(): readonly RecordedCall[] {
    return this.#calls;
  }

  /** Forgets all calls. */
  clear(): void {
    this.#calls = [];
  }

  /** Ends its servers. */
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

  /** What a Scan has read, and a Query with a projection. */
  async #readBy(
    { service, operation }: PassingCall,
    request: ServerRequest,
    reply: ServerReply,
  ): Promise<Pick<ObservedCall, 'read'>> {
    if (service !== 'dynamodb' || reply.status >= 300) return {};
    if (operation === 'Scan') return { read: await this.#readByScan(request) };
    return operation === 'Query' ? this.#readByQuery(request, reply) : {};
  }

  /** The same page without filter and projection: a limit counts what is looked at, not what is left. */
  async #readByScan(request: ServerRequest): Promise<readonly StoredItem[]> {
    const { ExclusiveStartKey: start, ...page } = scanRequestSchema.parse(jsonOf(request.body));
    const { Items = [] } = await this.#client.send(
      new ScanCommand({ ...page, ...(start === undefined ? {} : { ExclusiveStartKey: wireKeyOf(start) }) }),
    );
    return Items;
  }

  /** Not to be told when its answer does not name the keys of the table. */
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

/** What the calls used together. */
export const usageOfCalls = (calls: readonly RecordedCall[]): Usage =>
  totalOf(calls.map(({ usage }) => usage));
