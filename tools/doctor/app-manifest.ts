/** The Slack app's manifest, and the check that the app's settings at Slack agree with it. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { WebClient } from '@slack/web-api';
import * as z from 'zod/mini';
import { REPOSITORY_ROOT } from '../paths.ts';
import type { Finding, Subject } from './finding.ts';
import { failed, ok, skipped } from './finding.ts';

const MANIFEST: Subject = { step: 3, subject: 'app manifest' };
const MANIFEST_FILE = join(REPOSITORY_ROOT, 'docs', 'slack-app-manifest.json');
/** Placeholder in the manifest for the address of the API. */
const EXAMPLE_API_URL = 'https://api.example.com';

const manifestSchema = z.object({
  features: z.object({ slash_commands: z.array(z.object({ command: z.string(), url: z.string() })) }),
  oauth_config: z.object({ scopes: z.object({ bot: z.array(z.string()) }) }),
  settings: z.object({ interactivity: z.object({ is_enabled: z.boolean(), request_url: z.string() }) }),
});
/** The parts of a manifest that the queue depends on. */
export type AppManifest = z.infer<typeof manifestSchema>;

/** The manifest for an API. @param queueApiUrl URL without a slash at the end */
export const readManifest = (queueApiUrl: string): AppManifest =>
  manifestSchema.parse(
    JSON.parse(readFileSync(MANIFEST_FILE, 'utf8').replaceAll(EXAMPLE_API_URL, queueApiUrl)),
  );

/** Credentials with which the doctor reads an app's settings at Slack. */
export interface AppAccess {
  /** App id, `A…`, from the app's Basic Information. */
  readonly appId: string;
  /** An app configuration token, `xoxe.xoxp-…`; it is valid for 12 hours. */
  readonly configToken: string;
}

function differences(expected: AppManifest, actual: AppManifest): readonly string[] {
  const { is_enabled: isEnabled, request_url: requestUrl } = actual.settings.interactivity;
  const { request_url: expectedUrl } = expected.settings.interactivity;
  const commands = expected.features.slash_commands.filter(
    ({ command, url }) =>
      !actual.features.slash_commands.some((known) => known.command === command && known.url === url),
  );
  return [
    ...(isEnabled ? [] : ['interactivity is off']),
    ...(requestUrl === expectedUrl ? [] : [`interactivity goes to ${requestUrl}, not to ${expectedUrl}`]),
    ...commands.map(({ command, url }) => `${command} does not go to ${url}`),
  ];
}

const exportSchema = z.object({ manifest: manifestSchema });

/** Compares the app's settings at Slack with the manifest. Without access, it tells how to check them manually. */
export async function checkManifest(
  client: WebClient,
  expected: AppManifest,
  access: AppAccess | undefined,
): Promise<Finding> {
  if (access === undefined) {
    return skipped(
      MANIFEST,
      'set SLACK_APP_ID and SLACK_CONFIG_TOKEN to compare it; or type /quoteq help in Slack and press a button',
    );
  }
  const fix = 'paste the manifest into the app again: App Manifest, at https://api.slack.com/apps (step 3)';
  try {
    const { appId: app_id, configToken: token } = access;
    const { manifest } = exportSchema.parse(await client.apps.manifest.export({ app_id, token }));
    const wrong = differences(expected, manifest);
    return wrong.length === 0
      ? ok(MANIFEST, 'interactivity and /quoteq go to the API')
      : failed(MANIFEST, wrong.join('; '), fix);
  } catch (thrown) {
    return failed(MANIFEST, thrown instanceof Error ? thrown.message : String(thrown), fix);
  }
}
