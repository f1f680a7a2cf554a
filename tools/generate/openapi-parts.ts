/** Building blocks of the API's description. */
import { MAX_BODY_BYTES } from '../../lambdas/queue/contracts/api.ts';
import { type ProblemName, PROBLEMS } from './openapi-examples.ts';

/** Part of the description, as JSON. */
export type JsonObject = Readonly<Record<string, unknown>>;

/** One answer of an operation. */
export interface OpenApiResponse {
  readonly description: string;
  readonly headers?: JsonObject;
  readonly content: Readonly<Record<string, { readonly schema: JsonObject; readonly examples: JsonObject }>>;
}

/** One operation, without its id and path. */
export interface OperationDoc {
  readonly summary: string;
  readonly description: string;
  readonly tags: readonly string[];
  /** Empty if no signature is required. */
  readonly security?: readonly JsonObject[];
  readonly parameters: readonly JsonObject[];
  readonly requestBody?: JsonObject;
  readonly responses: Readonly<Record<string, OpenApiResponse>>;
}

const schemaRef = (name: string): JsonObject => ({ $ref: `#/components/schemas/${name}` });
/** A reference to a parameter of the description. */
export const parameterRef = (name: string): JsonObject => ({ $ref: `#/components/parameters/${name}` });
const headerRef = (name: string): JsonObject => ({ $ref: `#/components/headers/${name}` });
const headersOf = (names: readonly string[]): { headers?: JsonObject } =>
  names.length === 0 ? {} : { headers: Object.fromEntries(names.map((name) => [name, headerRef(name)])) };

/** A successful answer, with its example. */
export const answer = (
  description: string,
  schema: string,
  example: unknown,
  headers: readonly string[] = [],
): OpenApiResponse => ({
  description,
  ...headersOf(headers),
  content: { 'application/json': { schema: schemaRef(schema), examples: { example: { value: example } } } },
});

/** An error answer, with its examples. */
export const problem = (
  description: string,
  names: readonly ProblemName[],
  headers: readonly string[] = [],
): OpenApiResponse => ({
  description,
  ...headersOf(headers),
  content: {
    'application/problem+json': {
      schema: schemaRef('Problem'),
      examples: Object.fromEntries(names.map((name) => [name, { value: PROBLEMS[name] }])),
    },
  },
});

const byGateway = (description: string, message: string): OpenApiResponse =>
  answer(`${description}; answered by API Gateway itself`, 'GatewayMessage', { message });

/** Answers of every operation. */
export const FAULTS = {
  '500': problem(
    'An error of the service, logged under `instance`; or a stored record is damaged, and `detail` names the wrong fields',
    ['fault', 'damaged'],
  ),
  '503': problem('The store did not answer; send the request again', ['outage'], ['Retry-After']),
} as const;
/** Answers of every operation that requires a signature. */
export const SIGNED = {
  '403': byGateway('The request is not signed, or its signer does not have permission', 'Forbidden'),
  '429': byGateway('Too many requests', 'Too Many Requests'),
  ...FAULTS,
} as const;
/** Answers of every operation with a body. */
export const BODY_REFUSALS = {
  '413': problem(`The body is larger than ${MAX_BODY_BYTES} bytes`, ['tooLarge']),
  '415': problem('The body is not declared as JSON in UTF-8', ['mediaType']),
} as const;
/** Answers of every operation on a task. */
export const NO_TASK = problem('The task does not exist, or the id is not a valid task id', ['noTask']);

/** The body of a request, with its example. */
export const requestBody = (schema: string, example: unknown, required: boolean): JsonObject => ({
  required,
  content: { 'application/json': { schema: schemaRef(schema), examples: { example: { value: example } } } },
});
