import { CfnSecret } from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';
import type { QueueConfig } from '../config/queue-config.ts';
import { acknowledge } from './acknowledge.ts';
import type { DataKey } from './data-key.construct.ts';
import { removalPolicyOf } from './retention.ts';

/** Properties of {@link ProviderSecrets}. */
export interface ProviderSecretsProps {
  readonly config: QueueConfig;
  readonly dataKey: DataKey;
}

/**
 * The secrets of the providers, without values: those are put after the deployment, and until then reading one is an
 * error. `CfnSecret`, because the higher construct would fill in a random password that looks like a token.
 */
export class ProviderSecrets extends Construct {
  /** ARN of the secret with the CRM's token. */
  readonly crmArn: string;
  /** ARN of the secret with Slack's bot token and signing secrets. */
  readonly slackArn: string;

  constructor(scope: Construct, id: string, props: ProviderSecretsProps) {
    super(scope, id);
    this.crmArn = this.secret('Crm', 'crm', 'Access token of the CRM', props);
    this.slackArn = this.secret('Slack', 'slack', 'Bot token and signing secrets of the Slack app', props);
  }

  private secret(id: string, name: string, description: string, props: ProviderSecretsProps): string {
    const secret = new CfnSecret(this, id, {
      name: `${props.config.stackName}/${name}`,
      description,
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
