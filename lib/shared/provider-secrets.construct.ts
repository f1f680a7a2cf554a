import { CfnSecret } from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';
import {
  PROVIDERS,
  SECRET_PROVIDERS,
  type SecretProvider,
  recordOf,
} from '../../lambdas/shared/contracts/providers.ts';
import type { QueueConfig } from '../config/queue-config.ts';
import { acknowledge } from './acknowledge.ts';
import type { DataKey } from './data-key.construct.ts';
import { removalPolicyOf } from './retention.ts';

/** Properties of {@link ProviderSecrets}. */
export interface ProviderSecretsProps {
  readonly config: QueueConfig;
  readonly dataKey: DataKey;
}

/** `crm` → `Crm`: ids of constructs and outputs are capitalized. */
export const capitalized = <Name extends string>(name: Name): Capitalize<Name> =>
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- TypeScript has the type but no function that returns it
  `${name.charAt(0).toUpperCase()}${name.slice(1)}` as Capitalize<Name>;

/**
 * The secrets of the providers, without values. Values are stored after the deployment; until then, reading a secret is an
 * error. This uses `CfnSecret`, because the higher-level construct would generate a random password that looks like a token.
 */
export class ProviderSecrets extends Construct {
  /** ARN of the secret of each provider that has one. */
  readonly arns: Readonly<Record<SecretProvider, string>>;

  constructor(scope: Construct, id: string, props: ProviderSecretsProps) {
    super(scope, id);
    this.arns = recordOf(
      SECRET_PROVIDERS.map((provider): [SecretProvider, string] => [provider, this.secret(provider, props)]),
    );
  }

  private secret(provider: SecretProvider, props: ProviderSecretsProps): string {
    const secret = new CfnSecret(this, capitalized(provider), {
      name: `${props.config.stackName}/${provider}`,
      description: PROVIDERS[provider].secret.holds,
      kmsKeyId: props.dataKey.key.keyArn,
    });
    secret.applyRemovalPolicy(removalPolicyOf(props.config));
    acknowledge(
      secret,
      'SMG4',
      'The provider issues the value: it is rotated by procedure, two values overlapping.',
    );
    // The attribute and not `Ref`: both are the ARN on AWS, but `Ref` is the name on the local AWS.
    return secret.attrId;
  }
}
