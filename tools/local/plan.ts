/**
 * Addresses and credentials of a local environment. They are chosen before anything is started, because the parts need each
 * other's.
 */
import { randomBytes } from 'node:crypto';
import { SLACK_REQUEST_PATH } from '../rig/faults/fault-proxy.ts';
import type { AwsKeys } from './cdk.ts';
import type { CrmPortal } from '../rig/crm/crm-setup.ts';
import type { HostSettings } from '../rig/host.ts';
import type { LocalAddresses } from './outputs.ts';
import type { Overrides } from './overrides.ts';
import { claimPort, preferredPort } from '../rig/process/ports.ts';
import { LOCAL_WORKSPACE, makeSlackSecrets } from '../rig/slack/slack.ts';
import type { ProviderSecretValues } from './stack-setup.ts';

/** One TCP port of 127.0.0.1 for each part. */
export interface LocalPorts {
  readonly aws: number;
  readonly crm: number;
  /** Port of the Web API and the deliveries. */
  readonly slack: number;
  readonly proxy: number;
  readonly slackPage: number;
}

/** Preferred ports of a detached environment, so that addresses stay the same from one `up` to the next. */
const PREFERRED_PORTS: LocalPorts = { aws: 4566, crm: 4567, slack: 4570, proxy: 4569, slackPage: 4568 };

/** Everything that is known before the start. */
export interface Plan {
  readonly ports: LocalPorts;
  readonly addresses: LocalAddresses;
  readonly keys: AwsKeys;
  readonly secrets: ProviderSecretValues;
  /** The CRM's own address, without the fault proxy, so that scripted faults do not affect the set-up. */
  readonly crmPortal: CrmPortal;
  readonly host: HostSettings;
  /** URL to which the local Slack delivers. */
  readonly slackRequestUrl: string;
  /** Variables that the CDK app reads. */
  readonly appEnv: Readonly<Record<string, string>>;
}

/** Rules for the choice of ports. */
export interface PortOptions {
  /** Given ports; each must be free. */
  readonly ports: Partial<LocalPorts>;
  /** Whether to try the preferred ports before any other. */
  readonly preferKnown: boolean;
}

const portsOf = async ({ ports, preferKnown }: PortOptions): Promise<LocalPorts> => {
  const choose = (part: keyof LocalPorts): Promise<number> =>
    ports[part] === undefined && preferKnown ? preferredPort(PREFERRED_PORTS[part]) : claimPort(ports[part]);
  const [aws, crm, slack, proxy, slackPage] = await Promise.all([
    choose('aws'),
    choose('crm'),
    choose('slack'),
    choose('proxy'),
    choose('slackPage'),
  ]);
  return { aws, crm, slack, proxy, slackPage };
};

const originOf = (port: number): string => `http://127.0.0.1:${port}`;

const secretsOf = ({ crm, slack }: Overrides): ProviderSecretValues => {
  const local = makeSlackSecrets();
  return {
    crmToken: crm?.token ?? `pat-local-${randomBytes(12).toString('hex')}`,
    slackBotToken: slack?.botToken ?? local.botToken,
    slackSigningSecret: slack?.signingSecret ?? local.signingSecret,
  };
};

const addressesOf = (ports: LocalPorts, overrides: Overrides): LocalAddresses => ({
  awsEndpointUrl: overrides.awsEndpointUrl ?? originOf(ports.aws),
  slackPageUrl: overrides.slack === undefined ? `${originOf(ports.slackPage)}/` : null,
  slackApiUrl: `${originOf(ports.proxy)}/api/`,
  slackChannelId: overrides.slack?.channelId ?? LOCAL_WORKSPACE.channelId,
  crmBaseUrl: originOf(ports.proxy),
  crmPageUrl: overrides.crm === undefined ? `${originOf(ports.crm)}/` : null,
  faultProxyUrl: originOf(ports.proxy),
});

const hostOf = (ports: LocalPorts, overrides: Overrides, secrets: ProviderSecretValues): HostSettings => ({
  ...(overrides.crm === undefined ? { crm: { port: ports.crm, token: secrets.crmToken } } : {}),
  proxy: {
    port: ports.proxy,
    upstreams: {
      crm: overrides.crm?.baseUrl ?? originOf(ports.crm),
      slack: overrides.slack?.apiUrl ?? `${originOf(ports.slack)}/api/`,
      aws: overrides.awsEndpointUrl ?? originOf(ports.aws),
    },
  },
  ...(overrides.slack === undefined
    ? { slackPage: { port: ports.slackPage, slackUrl: originOf(ports.slack) } }
    : {}),
});

const appEnvOf = (addresses: LocalAddresses, { slack }: Overrides): Record<string, string> => ({
  QUOTEQ_AWS_ENDPOINT_URL: addresses.awsEndpointUrl,
  QUOTEQ_CRM_BASE_URL: addresses.crmBaseUrl,
  QUOTEQ_SLACK_API_URL: addresses.slackApiUrl,
  QUOTEQ_SLACK_CHANNEL_ID: addresses.slackChannelId,
  ...(slack?.operators === undefined ? {} : { QUOTEQ_SLACK_OPERATORS: slack.operators }),
});

/**
 * Chooses ports and secrets.
 * @throws {LocalEnvironmentError} when a given port is taken
 */
export const makePlan = async (overrides: Overrides, portOptions: PortOptions): Promise<Plan> => {
  const ports = await portsOf(portOptions);
  const secrets = secretsOf(overrides);
  const addresses = addressesOf(ports, overrides);
  const host = hostOf(ports, overrides, secrets);
  return {
    ports,
    addresses,
    keys: overrides.keys,
    secrets,
    crmPortal: { baseUrl: host.proxy.upstreams.crm, token: secrets.crmToken },
    host,
    slackRequestUrl: `${addresses.faultProxyUrl}${SLACK_REQUEST_PATH}`,
    appEnv: appEnvOf(addresses, overrides),
  };
};
