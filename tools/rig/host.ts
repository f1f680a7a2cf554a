/**
 * CRM stand-in, fault proxy and Slack's page, in this process or in one of their own. Run as a program it takes its settings, JSON,
 * from {@link HOST_SETTINGS_ENV}.
 */
import * as z from 'zod/mini';
import { HTTP_PROVIDERS, recordOf } from '../../lambdas/shared/contracts/providers.ts';
import { startCrmStandin } from './crm/crm-standin.ts';
import { startFaultProxy } from './faults/fault-proxy.ts';
import type { RunningServer } from './http/http-server.ts';
import { startSlackPage } from './slack/slack-page/server.ts';

/** Carries the settings of a host in a process of its own; not on the command line, where others may read the token. */
export const HOST_SETTINGS_ENV = 'QUOTEQ_LOCAL_HOST';

const hostSettingsSchema = z.strictObject({
  /** Absent: the user's own CRM is used. */
  crm: z.optional(z.strictObject({ port: z.int(), token: z.string() })),
  proxy: z.strictObject({
    port: z.int(),
    upstreams: z.strictObject({
      ...recordOf(HTTP_PROVIDERS.map((provider) => [provider, z.string()] as const)),
      aws: z.optional(z.string()),
    }),
  }),
  /** Absent: the user's own Slack is used. */
  slackPage: z.optional(z.strictObject({ port: z.int(), slackUrl: z.string() })),
});
/** Settings of a host; the ports are given because others have to know them first. */
export type HostSettings = z.infer<typeof hostSettingsSchema>;

/** A host in this process. */
export interface Host {
  stop(): Promise<void>;
}

/**
 * Starts them in this process.
 * @throws {Error} `EADDRINUSE` when a port is taken; none is left running then
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
