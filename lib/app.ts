import process from 'node:process';
import { ConfigError } from './config/config-error.ts';
import { createQueueApp } from './queue-app.ts';
import { TemplateRefused } from './shared/template-refused.ts';

/** One line for the user who typed the settings, without a stack trace; absent for any other error. */
function settingsProblem(error: unknown): string | undefined {
  if (error instanceof ConfigError) return error.message;
  return error instanceof TemplateRefused ? `-c pdfTemplate: ${error.message}` : undefined;
}

try {
  createQueueApp(process.env).app.synth();
} catch (error) {
  const problem = settingsProblem(error);
  if (problem === undefined) throw error;
  process.stderr.write(`${problem}\n`);
  process.exitCode = 1;
}
