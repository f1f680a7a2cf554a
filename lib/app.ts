import process from 'node:process';
import { ConfigError } from './config/config-error.ts';
import { createQueueApp } from './queue-app.ts';

try {
  createQueueApp(process.env).app.synth();
} catch (error) {
  if (!(error instanceof ConfigError)) throw error;
  // Whoever types the settings is to read what is wrong with them, not where that was found.
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
}
