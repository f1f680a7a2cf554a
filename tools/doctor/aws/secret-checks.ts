/** Checks that the providers' secrets hold values of the documented shape. No finding contains a value. */
import {
  GetSecretValueCommand,
  InvalidRequestException,
  ResourceNotFoundException,
  SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import type * as z from 'zod/mini';
import type { Finding, Subject } from '../finding.ts';
import { failed, ok } from '../finding.ts';
import { type AwsSite, limited, withClient } from './site.ts';

/** A secret of the stage, with its documented shape. */
export interface SecretOfStage<T> {
  readonly name: 'crm' | 'slack';
  readonly schema: z.ZodMiniType<T>;
  /** Its documented shape, as the user types it. */
  readonly shape: string;
}

/** The finding about a secret, and its value, which only the checks that need it may use. */
export interface SecretLook<T> {
  readonly finding: Finding;
  readonly value?: T;
}

/** The parser's error quotes its input, so it is dropped. */
function parsedOrNothing(json: string | undefined): unknown {
  try {
    return JSON.parse(json ?? '');
  } catch {
    return undefined;
  }
}

/** The command that stores a value. */
export const putCommand = (site: AwsSite, name: string, shape: string): string =>
  `aws secretsmanager put-secret-value --secret-id ${site.stackName}/${name} --region ${site.client.region} --secret-string '${shape}'`;

function lookAt<T>(
  site: AwsSite,
  { name, schema, shape }: SecretOfStage<T>,
  json: string | undefined,
): SecretLook<T> {
  const subject: Subject = { subject: `secret ${name}` };
  const parsed = schema.safeParse(parsedOrNothing(json));
  if (parsed.success)
    return { finding: ok(subject, 'has a value of the documented shape'), value: parsed.data };
  const fields = parsed.error.issues.map((issue) => issue.path.join('.') || '(the whole)').join(', ');
  const detail = `its value is not as documented: ${fields}`;
  return { finding: failed(subject, detail, putCommand(site, name, shape)) };
}

/** @throws the error of AWS, except "no value" and "scheduled for deletion" */
export const lookAtSecret = <T>(site: AwsSite, secret: SecretOfStage<T>): Promise<SecretLook<T>> =>
  withClient(new SecretsManagerClient(site.client), async (client) => {
    const id = `${site.stackName}/${secret.name}`;
    const subject: Subject = { subject: `secret ${secret.name}` };
    try {
      const { SecretString } = await client.send(new GetSecretValueCommand({ SecretId: id }), limited());
      return lookAt(site, secret, SecretString);
    } catch (thrown) {
      if (thrown instanceof ResourceNotFoundException)
        return {
          finding: failed(subject, `${id} has no value`, putCommand(site, secret.name, secret.shape)),
        };
      if (!(thrown instanceof InvalidRequestException)) throw thrown;
      const fix = `aws secretsmanager restore-secret --secret-id ${id} --region ${site.client.region}`;
      return { finding: failed(subject, `${id} is scheduled for deletion`, fix) };
    }
  });
