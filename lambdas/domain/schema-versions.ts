/** Older versions of stored shapes, read as the present one. */
import { SCHEMA_VERSION } from '../contracts/records.ts';

/**
 * A task item of an older version as one of the present version; anything else is returned as it is, for its schema to
 * refuse. Version 2 only added what a task of version 1 does not have.
 */
export const upcastTask = (item: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> =>
  item['schemaVersion'] === 1 ? { ...item, schemaVersion: SCHEMA_VERSION } : item;
