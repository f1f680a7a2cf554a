/**
 * The DynamoDB expressions that the adapters use. Any other expression is refused by name, so that a new expression in production is not
 * silently treated as true.
 */

/** An item in the document client's form. */
export type Item = Readonly<Record<string, unknown>>;

/** Names and values of a request. */
export interface Placeholders {
  readonly ExpressionAttributeNames?: Record<string, string> | undefined;
  readonly ExpressionAttributeValues?: Record<string, unknown> | undefined;
}

type Operand = (item: Item, given: Placeholders) => unknown;
type Condition = (item: Item, given: Placeholders) => boolean;

const TOKEN = /\s*(?:(<>|<=|>=|[=<>(),])|([#:]?[A-Za-z_][A-Za-z0-9_]*))/y;

/** @throws {Error} at the first unsupported character */
function tokensOf(expression: string): readonly string[] {
  const tokens: string[] = [];
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < expression.trimEnd().length) {
    const at = TOKEN.lastIndex;
    const match = TOKEN.exec(expression);
    const token = match?.[1] ?? match?.[2];
    if (token === undefined) throw new Error(`The simulated DynamoDB does not know: ${expression.slice(at)}`);
    tokens.push(token);
  }
  return tokens;
}

class Tokens {
  readonly #tokens: readonly string[];
  readonly #expression: string;
  #at = 0;

  constructor(expression: string) {
    this.#expression = expression;
    this.#tokens = tokensOf(expression);
  }

  peek(ahead = 0): string | undefined {
    return this.#tokens[this.#at + ahead];
  }

  next(): string {
    const token = this.#tokens[this.#at];
    if (token === undefined) throw this.unknown('more');
    this.#at += 1;
    return token;
  }

  take(token: string): boolean {
    if (this.#tokens[this.#at]?.toUpperCase() !== token) return false;
    this.#at += 1;
    return true;
  }

  must(token: string): void {
    if (!this.take(token)) throw this.unknown(token);
  }

  end(): void {
    if (this.#at < this.#tokens.length) throw this.unknown('the end');
  }

  unknown(expected: string): Error {
    const found = this.#tokens[this.#at] ?? 'the end';
    return new Error(
      `The simulated DynamoDB does not know: ${this.#expression} (at ${found}, expected ${expected})`,
    );
  }
}

/** The attribute of a token. @throws {Error} for an undefined name */
function attributeOf(token: string, given: Placeholders): string {
  if (!token.startsWith('#')) return token;
  const name = given.ExpressionAttributeNames?.[token];
  if (name === undefined) throw new Error(`ValidationException: ${token} is not defined`);
  return name;
}

function valueOf(token: string, given: Placeholders): unknown {
  const values = given.ExpressionAttributeValues;
  if (values === undefined || !Object.hasOwn(values, token))
    throw new Error(`ValidationException: ${token} is not defined`);
  return values[token];
}

const operandOf =
  (token: string): Operand =>
  (item, given) =>
    token.startsWith(':') ? valueOf(token, given) : item[attributeOf(token, given)];

/** Two values of different types are not equal and have no order. */
function compared(left: unknown, right: unknown): number | undefined {
  if (typeof left === 'number' && typeof right === 'number') return left - right;
  if (typeof left === 'string' && typeof right === 'string') return left < right ? -1 : left > right ? 1 : 0;
  if (typeof left === 'boolean' && typeof right === 'boolean') return left === right ? 0 : undefined;
  return undefined;
}

const COMPARATORS: Readonly<Record<string, (order: number) => boolean>> = {
  '=': (order) => order === 0,
  '<': (order) => order < 0,
  '<=': (order) => order <= 0,
  '>': (order) => order > 0,
  '>=': (order) => order >= 0,
};

function parseFunction(tokens: Tokens): Condition {
  const name = tokens.next();
  tokens.must('(');
  const first = tokens.next();
  const second = tokens.take(',') ? operandOf(tokens.next()) : undefined;
  tokens.must(')');
  const isThere: Condition = (item, given) => item[attributeOf(first, given)] !== undefined;
  if (name === 'attribute_exists') return isThere;
  if (name === 'attribute_not_exists') return (item, given) => !isThere(item, given);
  if (name === 'begins_with' && second !== undefined) {
    return (item, given) => {
      const [value, prefix] = [item[attributeOf(first, given)], second(item, given)];
      return typeof value === 'string' && typeof prefix === 'string' && value.startsWith(prefix);
    };
  }
  throw new Error(`The simulated DynamoDB does not know the function ${name}`);
}

function parseBetween(tokens: Tokens, operand: Operand): Condition {
  const low = operandOf(tokens.next());
  tokens.must('AND');
  const high = operandOf(tokens.next());
  return (item, given) => {
    const value = operand(item, given);
    return (compared(value, low(item, given)) ?? -1) >= 0 && (compared(value, high(item, given)) ?? 1) <= 0;
  };
}

function parseComparison(tokens: Tokens): Condition {
  if (tokens.peek(1) === '(') return parseFunction(tokens);
  const left = operandOf(tokens.next());
  const operator = tokens.next();
  if (operator.toUpperCase() === 'BETWEEN') return parseBetween(tokens, left);
  const right = operandOf(tokens.next());
  if (operator === '<>') return (item, given) => compared(left(item, given), right(item, given)) !== 0;
  const compare = COMPARATORS[operator];
  if (compare === undefined) throw tokens.unknown('a comparator');
  return (item, given) => {
    const order = compared(left(item, given), right(item, given));
    return order !== undefined && compare(order);
  };
}

function parsePrimary(tokens: Tokens): Condition {
  if (tokens.take('NOT')) {
    const negated = parsePrimary(tokens);
    return (item, given) => !negated(item, given);
  }
  if (!tokens.take('(')) return parseComparison(tokens);
  const inner = parseOr(tokens);
  tokens.must(')');
  return inner;
}

function parseAnd(tokens: Tokens): Condition {
  let condition = parsePrimary(tokens);
  while (tokens.take('AND')) {
    const [left, right] = [condition, parsePrimary(tokens)];
    condition = (item, given) => left(item, given) && right(item, given);
  }
  return condition;
}

function parseOr(tokens: Tokens): Condition {
  let condition = parseAnd(tokens);
  while (tokens.take('OR')) {
    const [left, right] = [condition, parseAnd(tokens)];
    condition = (item, given) => left(item, given) || right(item, given);
  }
  return condition;
}

const conditions = new Map<string, Condition>();

/** Whether `expression` holds for an item; a missing item is `{}`. @throws {Error} if the expression is not supported */
export function holds(expression: string, item: Item, given: Placeholders): boolean {
  let condition = conditions.get(expression);
  if (condition === undefined) {
    const tokens = new Tokens(expression);
    condition = parseOr(tokens);
    tokens.end();
    conditions.set(expression, condition);
  }
  return condition(item, given);
}

type Change = (before: Item, after: Record<string, unknown>, given: Placeholders) => void;

function parseValue(tokens: Tokens): Operand {
  if (tokens.peek(1) !== '(') return operandOf(tokens.next());
  if (tokens.next() !== 'if_not_exists') throw tokens.unknown('if_not_exists');
  tokens.must('(');
  const [path, fallback] = [tokens.next(), (tokens.must(','), operandOf(tokens.next()))];
  tokens.must(')');
  return (item, given) => item[attributeOf(path, given)] ?? fallback(item, given);
}

function parseSet(tokens: Tokens): Change {
  const target = tokens.next();
  tokens.must('=');
  const value = parseValue(tokens);
  return (before, after, given) => {
    after[attributeOf(target, given)] = value(before, given);
  };
}

function parseRemove(tokens: Tokens): Change {
  const target = tokens.next();
  return (_before, after, given) => {
    delete after[attributeOf(target, given)];
  };
}

function parseUpdate(expression: string): readonly Change[] {
  const tokens = new Tokens(expression);
  const changes: Change[] = [];
  while (tokens.peek() !== undefined) {
    const verb = tokens.next().toUpperCase();
    if (verb !== 'SET' && verb !== 'REMOVE') throw tokens.unknown('SET or REMOVE');
    do changes.push(verb === 'SET' ? parseSet(tokens) : parseRemove(tokens));
    while (tokens.take(','));
  }
  return changes;
}

const updates = new Map<string, readonly Change[]>();

/** The item after an update; values are read from the item before it. @throws {Error} if the expression is not supported */
export function updated(expression: string, before: Item, given: Placeholders): Record<string, unknown> {
  let changes = updates.get(expression);
  if (changes === undefined) {
    changes = parseUpdate(expression);
    updates.set(expression, changes);
  }
  const after = { ...before };
  for (const change of changes) change(before, after, given);
  return after;
}
