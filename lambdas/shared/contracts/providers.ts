/**
 * One row per provider of effects, with its settings for the deployment, the local environment and the benchmarks. Environment
 * variables, secrets, function settings, permissions, settings of the app and fault rules are derived from the rows; a new
 * provider starts here (see CONTRIBUTING, "A new action kind").
 */
/** A record of these entries, in their order. The caller must give an entry for every key of the type. */
export const recordOf = <K extends string, V>(entries: readonly (readonly [K, V])[]): Record<K, V> =>
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- `fromEntries` forgets the type of its keys
  Object.fromEntries(entries) as Record<K, V>;

/** The HTTP API of a provider. */
interface ProviderApi {
  /** Variable that holds its base address. */
  readonly baseEnv: string;
  /** Setting of the app (`-c <setting>`) that gives the base address; its variable is `QUOTEQ_<baseEnv>`. */
  readonly setting: string;
  /** Base address on AWS, when the setting is absent. */
  readonly onAws: string;
  /** Base address on the local stage, when the setting is absent. */
  readonly onLocal: string;
  /** Beginning of the path of each request; the fault proxy recognises the requests of the provider by it. */
  readonly path: `/${string}/`;
  /** Whether the base address ends in {@link path}. If not, it ends without a slash. */
  readonly baseHasPath: boolean;
}

/** The secret of a provider: `<stack name>/<provider>`. */
interface ProviderSecret {
  /** Variable that holds its ARN. */
  readonly arnEnv: string;
  /** What it holds, for people. */
  readonly holds: string;
}

/** See the file head. */
interface ProviderRow {
  /** Variables of its worker, beside those of every worker. */
  readonly env: Readonly<Record<string, string>>;
  /** Absent: it is reached through an SDK of AWS. */
  readonly api?: ProviderApi;
  /** Absent: it needs only the role of its worker. */
  readonly secret?: ProviderSecret;
  /** Memory of the worker in MB; 1,769 MB is one core. @default 512 */
  readonly workerMemoryMb?: number;
  /** Invocations of the worker that may run at once in production. */
  readonly workerConcurrency: number;
  /** Maximum size of the worker's code, in KB. Absent: no limit. */
  readonly workerCodeKb?: number;
}

/** Limit of the workers that carry no renderer, in KB. */
const PLAIN_WORKER_KB = 600;

/** The rows. Their order is that of the workers wherever they are listed. */
export const PROVIDERS = {
  pdf: {
    env: {
      DocumentsBucket: 'DOCUMENTS_BUCKET',
      /** Folder of compiler, fonts and template, relative to the bundle. */
      TypesetterDir: 'TYPESETTER_DIR',
    },
    // Rendering is pure CPU: one whole core. The compiler takes up to 600 MB beside the worker.
    workerMemoryMb: 1_769,
    // Rendering costs CPU only.
    workerConcurrency: 20,
  },
  crm: {
    env: { CrmBaseUrl: 'CRM_BASE_URL', CrmSecretArn: 'CRM_SECRET_ARN' },
    api: {
      baseEnv: 'CRM_BASE_URL',
      setting: 'crmBaseUrl',
      onAws: 'https://api.hubapi.com',
      onLocal: 'http://127.0.0.1:4567',
      path: '/crm/',
      baseHasPath: false,
    },
    secret: { arnEnv: 'CRM_SECRET_ARN', holds: 'Access token of the CRM' },
    // HubSpot allows a private app 190 requests in 10 s and a request takes some 300 ms: 5 workers stay below 170.
    workerConcurrency: 5,
    workerCodeKb: PLAIN_WORKER_KB,
  },
  slack: {
    env: {
      SlackApiUrl: 'SLACK_API_URL',
      SlackSecretArn: 'SLACK_SECRET_ARN',
      SlackChannelId: 'SLACK_CHANNEL_ID',
    },
    api: {
      baseEnv: 'SLACK_API_URL',
      setting: 'slackApiUrl',
      onAws: 'https://slack.com/api/',
      onLocal: 'http://127.0.0.1:4568/api/',
      path: '/api/',
      baseHasPath: true,
    },
    secret: { arnEnv: 'SLACK_SECRET_ARN', holds: 'Bot token and signing secrets of the Slack app' },
    // Slack takes about one message a second and channel, so 2 workers keep it busy.
    workerConcurrency: 2,
    workerCodeKb: PLAIN_WORKER_KB,
  },
} as const satisfies Record<string, ProviderRow>;
/** Names a provider; its worker function is `run-action-<provider>`. */
export type Provider = keyof typeof PROVIDERS;

const isProvider = (name: string): name is Provider => Object.hasOwn(PROVIDERS, name);
/** Every provider, in the order of {@link PROVIDERS}. */
export const PROVIDER_NAMES: readonly Provider[] = Object.keys(PROVIDERS).filter(isProvider);

/** A row as one type for all providers, so that an absent field is `undefined`. */
export const providerRow = (provider: Provider): ProviderRow => PROVIDERS[provider];

/** Providers with a field. */
type With<Field extends keyof ProviderRow> = {
  [P in Provider]: (typeof PROVIDERS)[P] extends Record<Field, unknown> ? P : never;
}[Provider];
/** Providers with an HTTP API. */
export type HttpProvider = With<'api'>;
/** Providers with a secret. */
export type SecretProvider = With<'secret'>;

/** Whether a provider has an HTTP API. */
export const isHttpProvider = (name: Provider): name is HttpProvider => providerRow(name).api !== undefined;
/** Every provider with an HTTP API. */
export const HTTP_PROVIDERS: readonly HttpProvider[] = PROVIDER_NAMES.filter(isHttpProvider);
/** Whether a provider has a secret. */
export const isSecretProvider = (name: Provider): name is SecretProvider =>
  providerRow(name).secret !== undefined;
/** Every provider with a secret. */
export const SECRET_PROVIDERS: readonly SecretProvider[] = PROVIDER_NAMES.filter(isSecretProvider);

/** Name of the worker function of a provider. */
export type WorkerFunction = `run-action-${Provider}`;
/** See {@link WorkerFunction}. */
export const workerFunctionOf = <P extends Provider>(provider: P): `run-action-${P}` =>
  `run-action-${provider}`;
/** The worker function of every provider. */
export const WORKER_FUNCTIONS: readonly WorkerFunction[] = PROVIDER_NAMES.map(workerFunctionOf);

/** Something of every worker function. */
export const byWorker = <T>(valueOf: (provider: Provider) => T): Record<WorkerFunction, T> =>
  recordOf(
    PROVIDER_NAMES.map((provider): [WorkerFunction, T] => [workerFunctionOf(provider), valueOf(provider)]),
  );

type Values<T> = T[keyof T];
/** A variable of a provider. */
export type ProviderEnvName = { [P in Provider]: Values<(typeof PROVIDERS)[P]['env']> }[Provider];

type Intersection<U> = (U extends unknown ? (of: U) => void : never) extends (of: infer I) => void
  ? I
  : never;

/** The variables of all providers, by their names in code. */
// oxlint-disable-next-line typescript/no-unsafe-type-assertion -- `assign` of a list has the type any
export const PROVIDER_ENV = Object.assign(
  {},
  ...PROVIDER_NAMES.map((provider) => PROVIDERS[provider].env),
) as Intersection<(typeof PROVIDERS)[Provider]['env']>;

/** The variables of a provider. */
export const providerEnvOf = (provider: Provider): readonly ProviderEnvName[] =>
  Object.values(PROVIDERS[provider].env);
