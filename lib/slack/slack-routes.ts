/** Slack's routes of the API. Slack signs no request for IAM, so its functions verify Slack's own signature. */
import { HttpMethod } from 'aws-cdk-lib/aws-apigatewayv2';
import type { ApiRoute } from '../queue/action-api.construct.ts';

/** Routes that Slack posts to; the addresses are in the settings of the Slack app. */
export const SLACK_ROUTES: readonly ApiRoute[] = [
  { method: HttpMethod.POST, path: '/slack/interactions', function: 'slack-interactions' },
  { method: HttpMethod.POST, path: '/slack/commands', function: 'slack-commands' },
];
