import process from 'node:process';
import { ConfigError } from './config/config-error.ts';
import { createQueueApp } from './queue-app.ts';

try {
  createQueueApp(process.env).app.synth();
} catch (error) {
  if (!(error instanceof ConfigError)) throw error;
  // The user who typed the settings needs the message, not the stack trace.
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
}
