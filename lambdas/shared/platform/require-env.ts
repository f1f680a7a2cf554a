/** Environment variables, checked once when a function starts. */
import type { EnvName } from '../contracts/environment.ts';

/** @throws {Error} naming the variable when it is missing or empty */
export function requireEnv(name: EnvName): string {
  const value = process.env[name];
  if (value === undefined || value.trim() === '') {
    throw new Error(`Environment variable ${name}: expected a value, found none`);
  }
  return value;
}
