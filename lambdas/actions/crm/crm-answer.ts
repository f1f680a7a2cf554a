/**
 * Reduces a refusal of the CRM to its codes and to the names of our own properties, because its texts quote the request and may
 * quote anything else. Source: HubSpot developer documentation, "Error handling" (`category`, `errors[].code`,
 * `errors[].context`), and the list of values in the `message` of refused deals.
 */
import * as z from 'zod/mini';
import { CRM_PROPERTIES } from './contracts/crm-properties.ts';

/** A part with an unexpected form is ignored. */
const orElse = z.catch;
const text = orElse(z.string(), '');
const texts = orElse(z.array(text), []);
const listOf = <T>(item: z.ZodMiniType<T>) => orElse(z.array(item), []);

const errorSchema = z.object({
  code: text,
  in: text,
  context: orElse(z.object({ propertyName: texts }), { propertyName: [] }),
});
const answerSchema = z.object({ category: text, message: text, errors: listOf(errorSchema) });
const invalidValueSchema = z.object({ error: text, name: text });

/** The part of a refusal that is safe to store. */
export interface CrmRefusal {
  /** E.g. `VALIDATION_ERROR`, `INVALID_DATE`; without repetition. */
  readonly codes: readonly string[];
  /** The properties that it names, of {@link CRM_PROPERTIES} or `idProperty`; without repetition. */
  readonly properties: readonly string[];
}

/** `Property values were not valid: [{"error":"INVALID_DATE","name":"closedate",…}]` */
function invalidValuesOf(message: string): readonly z.infer<typeof invalidValueSchema>[] {
  const from = message.indexOf('[{');
  if (from < 0) return [];
  try {
    return listOf(invalidValueSchema).parse(JSON.parse(message.slice(from)));
  } catch {
    return [];
  }
}

const CODE = /^[A-Z]{2,}(?:_[A-Z0-9]+)*$/;
const MAX_CODE_LENGTH = 64;
/** Maximum codes; more would not help people. */
const MAX_CODES = 10;

/** Whether the text is a code and not a word of the request. */
const isCode = (code: string, sent: string): boolean =>
  code.length <= MAX_CODE_LENGTH && CODE.test(code) && !sent.includes(code);

/** The parameter that names the unique property, as the CRM calls it. */
const ID_PROPERTY = 'idProperty';

/** Names that a message without a list contains as separate words; `amount` and the like may be plain English. */
const namedIn = (message: string): readonly string[] => [
  ...CRM_PROPERTIES.filter((name) => message.includes(name.includes('_') ? name : `"${name}"`)),
  ...(message.includes(ID_PROPERTY) ? [ID_PROPERTY] : []),
];

/**
 * Reads a refusal.
 * @param json the body; may be anything
 * @param sent the text of the request: a "code" that occurs in it is a quotation
 */
export function crmRefusalOf(json: unknown, sent: string): CrmRefusal {
  const answer = answerSchema.safeParse(json);
  if (!answer.success) return { codes: [], properties: [] };
  const { category, message, errors } = answer.data;
  const values = invalidValuesOf(message);
  const codes = [category, ...errors.map(({ code }) => code), ...values.map(({ error }) => error)];
  const named = [
    ...errors.flatMap((error) => [error.in, ...error.context.propertyName]),
    ...values.map(({ name }) => name),
  ];
  const properties = new Set(named.filter((name) => CRM_PROPERTIES.includes(name)));
  return {
    codes: [...new Set(codes)].filter((code) => isCode(code, sent)).slice(0, MAX_CODES),
    properties: properties.size > 0 ? [...properties] : namedIn(message),
  };
}

/** The refusal in one line. */
export function crmRefusalText(status: number, { codes, properties }: CrmRefusal): string {
  const why = codes.length === 0 ? 'no code' : codes.join(', ');
  const named = properties.length === 0 ? '' : `; properties: ${properties.join(', ')}`;
  return `The CRM answered ${status}: ${why}${named}`;
}
