import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Architecture, Code, Function as LambdaFunction, Runtime, Tracing } from 'aws-cdk-lib/aws-lambda';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import type { FunctionName } from './functions.ts';
import { bundleDirOf } from './bundle-functions.ts';
import type { QueueConfig } from '../config/queue-config.ts';
import { acknowledgeWildcard } from './acknowledge.ts';
import type { DataKey } from './data-key.construct.ts';
import { FUNCTION_SETTINGS } from './function-settings.ts';
import { deployedFunctionName, functionLogGroupName } from './names.ts';
import { removalPolicyOf } from './retention.ts';

/** Properties of {@link QueueFunction}. */
export interface QueueFunctionProps {
  readonly name: FunctionName;
  readonly config: QueueConfig;
  readonly dataKey: DataKey;
  /** Exactly the variables of the contract; the local stage adds the address of the local AWS. */
  readonly environment: Readonly<Record<string, string>>;
  /** Permissions in addition to the function's own log and traces. */
  readonly statements: readonly PolicyStatement[];
}

/** One function with its bundle, its own role and its own encrypted log group. */
export class QueueFunction extends Construct {
  readonly function: LambdaFunction;

  constructor(scope: Construct, id: string, props: QueueFunctionProps) {
    super(scope, id);
    const { name, config } = props;
    const logGroup = this.logGroup(props);
    const reservedConcurrentExecutions = config.reservedConcurrency[name];
    this.function = new LambdaFunction(this, 'Function', {
      functionName: deployedFunctionName(config.stackName, name),
      runtime: Runtime.NODEJS_24_X,
      architecture: this.architecture(name),
      code: Code.fromAsset(bundleDirOf(name, config.pdfTemplate)),
      handler: 'index.handler',
      timeout: Duration.seconds(FUNCTION_SETTINGS[name].timeoutSeconds),
      memorySize: FUNCTION_SETTINGS[name].memoryMb,
      environment: { ...props.environment },
      role: this.role(props, logGroup),
      logGroup,
      tracing: Tracing.ACTIVE,
      // Kept, because a release can be rolled back, and executions in flight call the versions with which they started.
      currentVersionOptions: { removalPolicy: RemovalPolicy.RETAIN },
      ...(config.redeploy !== undefined && { description: `Deployed again: ${config.redeploy}` }),
      ...(reservedConcurrentExecutions !== undefined && { reservedConcurrentExecutions }),
    });
    this.acknowledgeWildcard(
      '*',
      'xray:PutTraceSegments and xray:PutTelemetryRecords have no resources to name.',
    );
  }

  /**
   * Bundles without native code run on the cheaper processor. The compiler of PDFs is native, and comes for the processor on
   * which the bundle is made and tested; see docs/decisions/2026-12-01-typst-sets-the-quote.md.
   */
  private architecture(name: FunctionName): Architecture {
    return name === 'run-action-pdf' ? Architecture.X86_64 : Architecture.ARM_64;
  }

  private logGroup({ name, config, dataKey }: QueueFunctionProps): LogGroup {
    return new LogGroup(this, 'Logs', {
      logGroupName: functionLogGroupName(config.stackName, name),
      retention: config.logRetentionDays,
      encryptionKey: dataKey.key,
      removalPolicy: removalPolicyOf(config),
    });
  }

  /** Replaces `AWSLambdaBasicExecutionRole`, which may write to every log group of the account. */
  private role({ name, config, statements }: QueueFunctionProps, logGroup: LogGroup): Role {
    const role = new Role(this, 'Role', {
      assumedBy: new ServicePrincipal('lambda.amazonaws.com'),
      description: `Runs ${deployedFunctionName(config.stackName, name)}`,
    });
    const writeLog = new PolicyStatement({
      actions: ['logs:CreateLogStream', 'logs:PutLogEvents'],
      resources: [logGroup.logGroupArn],
    });
    for (const statement of [writeLog, ...statements]) role.addToPolicy(statement);
    return role;
  }

  /** Accepts one wildcard of the function's own policy; see {@link acknowledgeWildcard}. */
  acknowledgeWildcard(resource: string, reason: string): void {
    acknowledgeWildcard(this.function.role, resource, reason);
  }
}
