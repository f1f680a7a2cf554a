import { describe, expect, it } from 'vitest';
import { floorModule, packageUses } from '../../../bench/sdk-floor.ts';

const SOURCES = [
  `import { readFileSync } from 'node:fs';
import { DynamoDBClient, type AttributeValue } from '@aws-sdk/client-dynamodb';
import {
  GetCommand,
  DynamoDBDocumentClient,
} from '@aws-sdk/lib-dynamodb';
import type { Context } from 'aws-lambda';
import { here } from './here.ts';
`,
  `import * as z from 'zod/mini';
import canonicalize, { type Options } from 'canonicalize';
import { PutCommand as Put } from '@aws-sdk/lib-dynamodb';
const schema = z.object({ id: z.string() });
`,
];

const uses = packageUses(SOURCES);

describe('packageUses', () => {
  it('finds the values that sources import from each package, but no types, own modules or modules of Node', () => {
    expect(Object.fromEntries([...uses].map(([name, { named }]) => [name, [...named]]))).toEqual({
      '@aws-sdk/client-dynamodb': ['DynamoDBClient'],
      '@aws-sdk/lib-dynamodb': ['GetCommand', 'DynamoDBDocumentClient', 'PutCommand'],
      'zod/mini': ['object', 'string'],
      canonicalize: [],
    });
    expect(uses.get('canonicalize')?.isDefault).toBe(true);
  });
});

describe('floorModule', () => {
  it('keeps each of these values and creates each SDK client once', () => {
    const source = floorModule(uses);

    expect(source).toContain("import * as p0 from '@aws-sdk/client-dynamodb';");
    expect(source).toContain(
      'globalThis.kept = [new p0.DynamoDBClient({}), p1.GetCommand, p1.DynamoDBDocumentClient, p1.PutCommand, p2.object, p2.string, d3];',
    );
  });
});
