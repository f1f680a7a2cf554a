/** Checks that the queue's own Slack routes require Slack's signature and accept it. */
import { signatureOf } from '../../lambdas/slack/adapters/verify-signature.ts';
import type { Finding } from './finding.ts';
import { failed, ok } from './finding.ts';

const STEP = 3;
/** Allows for a cold start behind the API; Slack itself waits 3 s. */
const REQUEST_TIMEOUT_MS = 15_000;

/** A route, and a form that it verifies and then ignores. */
interface SlackRoute {
  readonly path: '/slack/interactions' | '/slack/commands';
  readonly form: Readonly<Record<string, string>>;
  /** Expected status when the form is signed correctly. */
  readonly expected: number;
}

const ROUTES: readonly SlackRoute[] = [
  // The queue acknowledges an unknown type of interaction and does nothing.
  { path: '/slack/interactions', form: { payload: '{"type":"quoteq_doctor"}' }, expected: 200 },
  // No operator has this id, so the command is refused after the signature and the list of operators are checked.
  {
    path: '/slack/commands',
    form: {
      command: '/quoteq',
      text: 'help',
      team_id: 'T000DOCTOR',
      user_id: 'U000DOCTOR',
      user_name: 'doctor',
      channel_id: 'C000DOCTOR',
    },
    expected: 403,
  },
];

async function statusOf(url: string, body: string, signature: string | undefined): Promise<number> {
  const timestamp = String(Math.floor(Date.now() / 1_000));
  const signed =
    signature === undefined
      ? {}
      : {
          'x-slack-request-timestamp': timestamp,
          'x-slack-signature': signatureOf(Buffer.from(body), timestamp, signature),
        };
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded', ...signed },
    body,
    signal: AbortSignal.timeout(REQUEST_TIMEOUT_MS),
  });
  return response.status;
}

const SECRET_CHANGED = 'the function may still hold an older secret (step 5): run this again in a minute';

async function checkRoute(
  queueApiUrl: string,
  { path, form, expected }: SlackRoute,
  signingSecrets: readonly string[],
): Promise<Finding> {
  const subject = { step: STEP, subject: `request URL ${path}` };
  const url = `${queueApiUrl}${path}`;
  const body = new URLSearchParams(form).toString();
  try {
    for (const signature of [undefined, 'not the signing secret']) {
      const status = await statusOf(url, body, signature);
      if (status === 401) continue;
      const kind = signature === undefined ? 'an unsigned' : 'a wrongly signed';
      return failed(subject, `${kind} request got ${status}, not 401`, 'deploy the queue again (step 2)');
    }
    for (const [index, secret] of signingSecrets.entries()) {
      const status = await statusOf(url, body, secret);
      if (status === expected) continue;
      const fix = status === 401 ? SECRET_CHANGED : 'look into the log of the function; then run this again';
      return failed(subject, `a request signed with secret ${index + 1} got ${status}`, fix);
    }
    return ok(subject, 'refuses requests that Slack did not sign, accepts those that it signed');
  } catch (thrown) {
    const why = thrown instanceof Error ? thrown.message : String(thrown);
    return failed(subject, why, `check that ${queueApiUrl} is the deployed API (stack output ApiUrl)`);
  }
}

/** Checks both routes with no signature, a wrong one, and one of every signing secret. The requests change nothing. */
export const checkRequestUrls = (
  queueApiUrl: string,
  signingSecrets: readonly string[],
): Promise<readonly Finding[]> =>
  Promise.all(ROUTES.map((route) => checkRoute(queueApiUrl, route, signingSecrets)));
