/**
 * CRM stand-in and fault proxy, in this process or in one of their own. Run as a program it takes its settings, JSON,
 * from {@link HOST_SETTINGS_ENV}.
 */
import * as z from 'zod/mini';
import { startCrmStandin } from './crm-standin.ts';
import { startFaultProxy } from './fault-proxy.ts';

/** Carries the settings of a host in a process of its own; not on the command line, where others may read the token. */
export const HOST_SETTINGS_ENV = 'QUOTEQ_LOCAL_HOST';

const hostSettingsSchema = z.strictObject({
  /** Absent: the user's own CRM is used. */
  crm: z.optional(z.strictObject({ port: z.int(), token: z.string() })),
  proxy: z.strictObject({
    port: z.int(),
    upstreams: z.strictObject({ crm: z.string(), slack: z.string() }),
  }),
});
/** Settings of a host; the ports are given because others have to know them first. */
export type HostSettings = z.infer<typeof hostSettingsSchema>;

/** A host in this process. */
export interface Host {
  stop(): Promise<void>;
}

/**
 * Starts both in this process.
 * @throws {Error} `EADDRINUSE` when a port is taken
 */
export const startHost = async (settings: HostSettings): Promise<Host> => {
  const crm = settings.crm === undefined ? undefined : await startCrmStandin(settings.crm);
  try {
    const proxy = await startFaultProxy(settings.proxy);
    return {
      stop: async () => {
        await Promise.all([crm?.stop(), proxy.stop()]);
      },
    };
  } catch (error) {
    await crm?.stop();
    throw error;
  }
};

if (import.meta.main) {
  await startHost(hostSettingsSchema.parse(JSON.parse(process.env[HOST_SETTINGS_ENV] ?? 'null')));
}
