/**
 * Runs CRM stand-in, fault proxy and Slack's page in this process or in a separate one. As a program it reads its settings as
 * JSON from {@link HOST_SETTINGS_ENV}.
 */
import * as z from 'zod/mini';
import { HTTP_PROVIDERS, recordOf } from '../../lambdas/shared/contracts/providers.ts';
import { startCrmStandin } from './crm/crm-standin.ts';
import { startFaultProxy } from './faults/fault-proxy.ts';
import type { RunningServer } from './http/http-server.ts';
import { startSlackPage } from './slack/slack-page/server.ts';

/**
 * Variable with the settings of a host in a separate process. They are not on the command line, where other users could read
 * the token.
 */
export const HOST_SETTINGS_ENV = 'QUOTEQ_LOCAL_HOST';

const hostSettingsSchema = z.strictObject({
  /** Absent if the user's own CRM is used. */
  crm: z.optional(z.strictObject({ port: z.int(), token: z.string() })),
  proxy: z.strictObject({
    port: z.int(),
    upstreams: z.strictObject({
      ...recordOf(HTTP_PROVIDERS.map((provider) => [provider, z.string()] as const)),
      aws: z.optional(z.string()),
    }),
  }),
  /** Absent if the user's own Slack is used. */
  slackPage: z.optional(z.strictObject({ port: z.int(), slackUrl: z.string() })),
});
/** Settings of a host. The ports are given, because other parts need them first. */
export type HostSettings = z.infer<typeof hostSettingsSchema>;

/** A host in this process. */
export interface Host {
  stop(): Promise<void>;
}

/**
 * Starts them in this process.
 * @throws {Error} `EADDRINUSE` when a port is not free; none of them is left running then
 */
export const startHost = async ({ crm, proxy, slackPage }: HostSettings): Promise<Host> => {
  const servers: RunningServer[] = [];
  const stop = async (): Promise<void> => {
    await Promise.all(servers.map((server) => server.stop()));
  };
  try {
    if (crm !== undefined) servers.push(await startCrmStandin(crm));
    servers.push(await startFaultProxy(proxy));
    if (slackPage !== undefined) servers.push(await startSlackPage(slackPage));
    return { stop };
  } catch (error) {
    await stop();
    throw error;
  }
};

if (import.meta.main) {
  await startHost(hostSettingsSchema.parse(JSON.parse(process.env[HOST_SETTINGS_ENV] ?? 'null')));
}
