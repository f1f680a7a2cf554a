/** Checks that the Region is bootstrapped with the version that this release's templates need. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { HeadBucketCommand, S3Client } from '@aws-sdk/client-s3';
import { App, DefaultStackSynthesizer, Stack } from 'aws-cdk-lib/core';
import * as z from 'zod/mini';
import type { Finding, Subject } from '../finding.ts';
import { failed, ok } from '../finding.ts';
import { askJson, type AwsSite, limited, withClient } from './site.ts';

const SUBJECT: Subject = { subject: 'bootstrap' };

/** The bootstrap that the stacks need. */
interface Requirement {
  readonly version: number;
  /** Name of the SSM parameter that holds the bootstrap version. */
  readonly parameter: string;
}

let requirement: Requirement | undefined;

/** Read from the assembly that this release's CDK library writes for any stack. @throws {Error} when it writes none */
export const bootstrapRequirement = (): Requirement => (requirement ??= readRequirement());

function readRequirement(): Requirement {
  const outdir = mkdtempSync(join(tmpdir(), 'quoteq-doctor-'));
  try {
    const app = new App({ outdir, builtinCloudFormationValidation: false, analyticsReporting: false });
    const { stackName } = new Stack(app, 'Probe');
    const artifact = app.synth().getStackByName(stackName);
    const { requiresBootstrapStackVersion: version, bootstrapStackVersionSsmParameter: parameter } = artifact;
    if (version === undefined || parameter === undefined) throw new Error('assembly: no bootstrap version');
    return { version, parameter };
  } finally {
    rmSync(outdir, { recursive: true, force: true });
  }
}

const parameterSchema = z.object({
  Parameter: z.object({ Value: z.string().check(z.regex(/^\d+$/)) }),
});

/** The installed bootstrap version; absent when the Region is not bootstrapped. */
async function versionThere(site: AwsSite, parameter: string): Promise<number | undefined> {
  try {
    const { Parameter } = await askJson(site, {
      service: 'ssm',
      operation: 'AmazonSSM.GetParameter',
      body: { Name: parameter },
      answer: parameterSchema,
    });
    return Number(Parameter.Value);
  } catch (thrown) {
    if (thrown instanceof Error && thrown.name === 'ParameterNotFound') return undefined;
    throw thrown;
  }
}

const bucketName = (account: string, region: string): string =>
  DefaultStackSynthesizer.DEFAULT_FILE_ASSETS_BUCKET_NAME.replace(
    '${Qualifier}',
    DefaultStackSynthesizer.DEFAULT_QUALIFIER,
  )
    .replace('${AWS::AccountId}', account)
    .replace('${AWS::Region}', region);

async function hasBucket(site: AwsSite, bucket: string): Promise<boolean> {
  try {
    await withClient(new S3Client(site.client), (client) =>
      client.send(new HeadBucketCommand({ Bucket: bucket }), limited()),
    );
    return true;
  } catch (thrown) {
    if (thrown instanceof Error && (thrown.name === 'NotFound' || thrown.name === 'NoSuchBucket'))
      return false;
    throw thrown;
  }
}

/** @throws the error of AWS, except "not found" */
export async function checkBootstrap(site: AwsSite, account: string): Promise<readonly Finding[]> {
  const { region } = site.client;
  const command = `npx cdk bootstrap aws://${account}/${region}`;
  const { version, parameter } = bootstrapRequirement();
  const there = await versionThere(site, parameter);
  if (there === undefined)
    return [failed(SUBJECT, `${region} is not bootstrapped: no parameter ${parameter}`, command)];
  if (there < version)
    return [failed(SUBJECT, `version ${there}, this release needs ${version} or newer`, command)];
  const bucket = bucketName(account, region);
  if (await hasBucket(site, bucket))
    return [ok(SUBJECT, `version ${there}, at least ${version} is needed; bucket ${bucket}`)];
  const again = `aws cloudformation delete-stack --stack-name CDKToolkit --region ${region}\n${command}`;
  return [failed(SUBJECT, `version ${there}, but the bucket ${bucket} is gone`, again)];
}
