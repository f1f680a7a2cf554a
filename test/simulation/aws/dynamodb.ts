/**
 * DynamoDB in memory, under the document client's `send`: conditional writes with their evidence, strongly consistent reads of items,
 * indexes that lag behind, and a stream of every change. A request with an unsupported option throws.
 */
import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import {
  BatchGetCommand,
  type BatchGetCommandInput,
  DeleteCommand,
  type DeleteCommandInput,
  GetCommand,
  type GetCommandInput,
  PutCommand,
  type PutCommandInput,
  QueryCommand,
  type QueryCommandInput,
  ScanCommand,
  type ScanCommandInput,
  UpdateCommand,
  type UpdateCommandInput,
} from '@aws-sdk/lib-dynamodb';
import { marshall } from '@aws-sdk/util-dynamodb';
import { byAttribute, copied, copiedItem, projected } from './items.ts';
import { checkFields } from './request-fields.ts';
import { holds, type Item, type Placeholders, updated } from './expressions.ts';

/** Keys of an index; it contains only items that have both attributes. */
export interface IndexShape {
  readonly name: string;
  readonly partitionKey: string;
  readonly sortKey: string;
}

/** Keys and indexes of a table. */
export interface TableShape {
  readonly partitionKey: string;
  readonly sortKey?: string;
  readonly indexes?: readonly IndexShape[];
}

/** A write that was carried out. */
export interface Write {
  readonly table: string;
  readonly key: string;
  readonly before: Item | undefined;
  readonly after: Item | undefined;
}

interface Visible {
  readonly fromMs: number;
  readonly item: Item | undefined;
}

interface Table {
  readonly shape: TableShape;
  readonly items: Map<string, Item>;
  /** Versions of an item for the indexes, oldest first. */
  readonly shown: Map<string, Visible[]>;
}

/** Options from the world. */
export interface EngineOptions {
  readonly nowMs: () => number;
  /** Delay until an index shows a write, in ms. */
  readonly indexLagMs: () => number;
  readonly onWrite: (write: Write) => void;
}

type ConditionalInput = Placeholders & {
  readonly ConditionExpression?: string | undefined;
  readonly ReturnValuesOnConditionCheckFailure?: string | undefined;
};

function check(input: ConditionalInput, before: Item | undefined): void {
  const { ConditionExpression: condition } = input;
  if (condition === undefined || holds(condition, before ?? {}, input)) return;
  const evidence = input.ReturnValuesOnConditionCheckFailure === 'ALL_OLD' ? before : undefined;
  throw new ConditionalCheckFailedException({
    message: 'The conditional request failed',
    $metadata: {},
    ...(evidence === undefined ? {} : { Item: marshall(evidence) }),
  });
}

/** The simulated DynamoDB. */
export class DynamoDbEngine {
  readonly #options: EngineOptions;
  readonly #tables = new Map<string, Table>();

  constructor(shapes: Readonly<Record<string, TableShape>>, options: EngineOptions) {
    this.#options = options;
    for (const [name, shape] of Object.entries(shapes)) {
      this.#tables.set(name, { shape, items: new Map(), shown: new Map() });
    }
  }

  /** All items of a table, by key, for checks. */
  items(table: string): ReadonlyMap<string, Item> {
    return this.#table(table).items;
  }

  #table(name: string | undefined): Table {
    const table = this.#tables.get(name ?? '');
    if (table === undefined) throw new Error(`ResourceNotFoundException: ${name ?? 'no table'}`);
    return table;
  }

  /** Executes a command. @throws {ConditionalCheckFailedException} like the service; @throws {Error} if it is not supported */
  execute(command: unknown): object {
    if (command instanceof GetCommand) return this.#get(command.input);
    if (command instanceof PutCommand) return this.#put(command.input);
    if (command instanceof UpdateCommand) return this.#update(command.input);
    if (command instanceof DeleteCommand) return this.#delete(command.input);
    if (command instanceof QueryCommand) return this.#query(command.input);
    if (command instanceof ScanCommand) return this.#scan(command.input);
    if (command instanceof BatchGetCommand) return this.#batchGet(command.input);
    const name = command instanceof Object ? command.constructor.name : typeof command;
    throw new Error(`The simulated DynamoDB does not know ${name}`);
  }

  #keyOf({ shape }: Table, item: Item): string {
    const parts = [shape.partitionKey, ...(shape.sortKey === undefined ? [] : [shape.sortKey])];
    return parts
      .map((part) => {
        const value = item[part];
        if (typeof value === 'string' || typeof value === 'number') return String(value);
        throw new Error(`ValidationException: the key ${part}: expected a string or a number`);
      })
      .join('|');
  }

  #get(input: GetCommandInput): object {
    checkFields('Get', input);
    const table = this.#table(input.TableName);
    const item = table.items.get(this.#keyOf(table, input.Key ?? {}));
    return item === undefined ? {} : { Item: copiedItem(item) };
  }

  #batchGet(input: BatchGetCommandInput): object {
    checkFields('BatchGet', input);
    const responses = Object.entries(input.RequestItems ?? {}).map(([name, { Keys = [] }]) => {
      const table = this.#table(name);
      const found = Keys.flatMap((key) => table.items.get(this.#keyOf(table, key)) ?? []);
      return [name, found.map((item) => copied(item))] as const;
    });
    return { Responses: Object.fromEntries(responses), UnprocessedKeys: {} };
  }

  #put(input: PutCommandInput): object {
    checkFields('Put', input);
    const table = this.#table(input.TableName);
    const item = copiedItem(input.Item ?? {});
    return this.#write(input.TableName ?? '', this.#keyOf(table, item), input, () => item);
  }

  #update(input: UpdateCommandInput): object {
    checkFields('Update', input);
    const table = this.#table(input.TableName);
    const key = this.#keyOf(table, input.Key ?? {});
    const expression = input.UpdateExpression ?? '';
    return this.#write(input.TableName ?? '', key, input, (before) =>
      copiedItem(updated(expression, before ?? copiedItem(input.Key ?? {}), input)),
    );
  }

  #delete(input: DeleteCommandInput): object {
    checkFields('Delete', input);
    const table = this.#table(input.TableName);
    const key = this.#keyOf(table, input.Key ?? {});
    return this.#write(input.TableName ?? '', key, input, () => undefined);
  }

  #write(
    name: string,
    key: string,
    input: ConditionalInput & { readonly ReturnValues?: string | undefined },
    next: (before: Item | undefined) => Item | undefined,
  ): object {
    const table = this.#table(name);
    const before = table.items.get(key);
    check(input, before);
    const after = next(before);
    if (after === undefined) table.items.delete(key);
    else table.items.set(key, after);
    if (before !== undefined || after !== undefined) {
      this.#show(table, key, after);
      this.#options.onWrite({ table: name, key, before, after });
    }
    return input.ReturnValues === 'ALL_OLD' && before !== undefined ? { Attributes: copiedItem(before) } : {};
  }

  /** Makes the indexes show the writes of one item in their order. */
  #show({ shape, shown }: Table, key: string, item: Item | undefined): void {
    if (shape.indexes === undefined) return;
    const versions = shown.get(key) ?? [];
    const fromMs = Math.max(this.#options.nowMs() + this.#options.indexLagMs(), versions.at(-1)?.fromMs ?? 0);
    versions.push({ fromMs, item });
    shown.set(key, versions);
  }

  #visible(table: Table, index: IndexShape): readonly Item[] {
    const nowMs = this.#options.nowMs();
    return [...table.shown.values()].flatMap((versions) => {
      const item = versions.findLast(({ fromMs }) => fromMs <= nowMs)?.item;
      return item?.[index.partitionKey] === undefined || item[index.sortKey] === undefined ? [] : [item];
    });
  }

  #query(input: QueryCommandInput): object {
    checkFields('Query', input);
    const table = this.#table(input.TableName);
    const index = this.#indexOf(table, input.IndexName);
    const all = index === undefined ? [...table.items.values()] : this.#visible(table, index);
    const sortKey = index?.sortKey ?? table.shape.sortKey ?? table.shape.partitionKey;
    const matching = all
      .filter((item) => holds(input.KeyConditionExpression ?? '', item, input))
      .toSorted(
        (a, b) => byAttribute(sortKey)(a, b) || (this.#keyOf(table, a) < this.#keyOf(table, b) ? -1 : 1),
      );
    if (input.ScanIndexForward === false) matching.reverse();
    return this.#page(table, index, input, matching);
  }

  /** Scans in the order of keys; any order is valid. */
  #scan(input: ScanCommandInput): object {
    checkFields('Scan', input);
    const table = this.#table(input.TableName);
    const all = [...table.items].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, item]) => item);
    return this.#page(table, undefined, input, all);
  }

  #indexOf({ shape }: Table, name: string | undefined): IndexShape | undefined {
    if (name === undefined) return undefined;
    const index = shape.indexes?.find((candidate) => candidate.name === name);
    if (index === undefined) throw new Error(`ValidationException: there is no index ${name}`);
    return index;
  }

  #page(
    table: Table,
    index: IndexShape | undefined,
    input: QueryCommandInput | ScanCommandInput,
    matching: readonly Item[],
  ): object {
    const startKey = input.ExclusiveStartKey;
    const start =
      startKey === undefined
        ? 0
        : matching.findIndex((item) => this.#keyOf(table, item) === this.#keyOf(table, startKey)) + 1;
    const limit = input.Limit ?? matching.length;
    const page = matching.slice(start, start + limit);
    const last = page.at(-1);
    const { FilterExpression: filter } = input;
    const items = filter === undefined ? page : page.filter((item) => holds(filter, item, input));
    const answer = {
      Items: items.map((item) => copiedItem(projected(item, input.ProjectionExpression, input))),
      Count: items.length,
    };
    // Like the service: a full page has a position to continue, also if nothing follows.
    return last === undefined || page.length < limit || input.Limit === undefined
      ? answer
      : { ...answer, LastEvaluatedKey: this.#pageKey(table, index, last) };
  }

  #pageKey({ shape }: Table, index: IndexShape | undefined, item: Item): Item {
    const names = [shape.partitionKey, shape.sortKey, index?.partitionKey, index?.sortKey];
    return Object.fromEntries(
      names.flatMap((name) => (name === undefined ? [] : [[name, item[name]] as const])),
    );
  }
}
