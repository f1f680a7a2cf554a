/**
 * Parts of states. A state is a flat record of parts, and equal parts have one number, so that the key of a state is a few numbers.
 *
 * A part is a value with a JSON form. It is turned into text once; the rules under test are pure, so their answers are kept by the
 * numbers of their arguments.
 */

/** What a state is made of. */
export type Part = string | number | boolean | object | undefined;

const byText = new Map<string, object>();
const numbersOfObjects = new WeakMap<object, number>();
const numbersOfValues = new Map<Part, number>();
let count = 0;

const nextNumber = (): number => {
  count += 1;
  return count;
};

function numberOfValue(value: Part): number {
  const known = numbersOfValues.get(value);
  if (known !== undefined) return known;
  const number = nextNumber();
  numbersOfValues.set(value, number);
  return number;
}

function numberOfObject(value: object): number {
  const known = numbersOfObjects.get(value);
  if (known !== undefined) return known;
  const text = JSON.stringify(value);
  const first = byText.get(text) ?? value;
  const number = numbersOfObjects.get(first) ?? nextNumber();
  byText.set(text, first);
  numbersOfObjects.set(first, number).set(value, number);
  return number;
}

/** The number of a part: equal parts have the same one. */
export const numberOf = (part: Part): number =>
  typeof part === 'object' ? numberOfObject(part) : numberOfValue(part);

/** The one object that is used for all equal ones. */
function oneOf<T extends Part>(part: T): T {
  if (typeof part !== 'object') return part;
  numberOfObject(part);
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- it has the same JSON form
  return (byText.get(JSON.stringify(part)) ?? part) as T;
}

/** A pure rule whose answer is a part and is computed once. Equal answers are one object, so that they can be compared by `===`. */
export const remembered = <A extends readonly Part[], R extends Part>(
  rule: (...parts: A) => R,
): ((...parts: A) => R) => computedOnce((...parts) => oneOf(rule(...parts)));

/** A pure rule that computes each answer once. The answer may have no JSON form. */
export function computedOnce<A extends readonly Part[], R>(rule: (...parts: A) => R): (...parts: A) => R {
  const answers = new Map<string, { readonly answer: R }>();
  return (...parts) => {
    let key = '';
    for (const part of parts) key += `${numberOf(part)},`;
    const known = answers.get(key);
    if (known !== undefined) return known.answer;
    const answer = rule(...parts);
    answers.set(key, { answer });
    return answer;
  };
}

/** The key of a state: the numbers of its parts in the order of its fields. Every state of a world has the same fields. */
export function keyOf(state: object): string {
  let key = '';
  for (const part of Object.values(state) as readonly Part[]) key += `${numberOf(part)},`;
  return key;
}
