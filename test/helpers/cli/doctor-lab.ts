/** `doctor aws` in the process of a test: an AWS account and a CRM with answers from the test. */
import { afterAll, afterEach, beforeAll, vi } from 'vitest';
import { examineAws } from '../../../tools/doctor/aws/aws.ts';
import { siteOf } from '../../../tools/doctor/aws/site.ts';
import type { Finding } from '../../../tools/doctor/finding.ts';
import {
  json,
  type RunningServer,
  type ServerReply,
  startServer,
} from '../../../tools/rig/http/http-server.ts';
import { type Answers, startAwsStandin } from '../aws/aws-standin.ts';

/** Region of the account. */
export const REGION = 'eu-central-1';

const credentials = { accessKeyId: 'AKIAEXAMPLE', secretAccessKey: 'hidden-key' };
const UNIQUE = (): ServerReply => json(200, { hasUniqueValue: true });

let answers: Answers = {};
let crmAnswer = UNIQUE;
let aws: RunningServer;
let crm: RunningServer;

/** Runs both for a test file; each test begins with a ready account. */
export function useDoctorLab(): void {
  beforeAll(async () => {
    aws = await startAwsStandin(() => answers);
    crm = await startServer(() => Promise.resolve(crmAnswer()));
  });
  afterEach(() => {
    answers = {};
    crmAnswer = UNIQUE;
    vi.unstubAllEnvs();
  });
  afterAll(async () => {
    await aws.stop();
    await crm.stop();
  });
}

/** Changes answers of the ready account. */
export const awsAnswers = (changed: Answers): void => {
  answers = changed;
};
/** Sets the CRM's answer. */
export const crmAnswers = (reply: () => ServerReply): void => {
  crmAnswer = reply;
};
/** Address of the account. */
export const awsUrl = (): string => aws.url;
/** Address of the CRM. */
export const crmUrl = (): string => crm.url;

/** All findings on a stage. */
export async function findings(stage = 'prod', endpoint = aws.url): Promise<readonly Finding[]> {
  const site = siteOf({ stage, client: { region: REGION, endpoint, credentials } });
  const found: Finding[] = [];
  for await (const finding of examineAws(site)) found.push(finding);
  return found;
}

/** The finding of a subject with these answers of AWS. */
export async function findingOn(
  subject: string,
  changed: Answers,
  stage = 'prod',
): Promise<Finding | undefined> {
  awsAnswers(changed);
  return (await findings(stage)).find((finding) => finding.subject === subject);
}

/** State by subject. */
export const statesOf = (found: readonly Finding[]): Readonly<Record<string, Finding['state']>> =>
  Object.fromEntries(found.map(({ subject, state }) => [subject, state]));
