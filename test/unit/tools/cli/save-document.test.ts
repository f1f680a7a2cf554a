import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { TaskView } from '../../../../lambdas/queue/contracts/api.ts';
import { taskView } from '../../../../lambdas/queue/handlers/api/task-view.ts';
import { saveDocument } from '../../../../tools/cli/save-document.ts';
import type { Target } from '../../../../tools/cli/target/target.ts';
import { type RunningServer, startServer } from '../../../../tools/rig/http/http-server.ts';
import { runningTask } from '../../../helpers/builders.ts';

const PDF = Buffer.from('%PDF-1.7 \u0000\u00ff', 'latin1');
let folder: string;
let s3: RunningServer;
let asked: string[];

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'quoteq-test-'));
  asked = [];
  s3 = await startServer(async ({ method, path, headers, socket }) => {
    asked.push(`${method} ${path} ${headers.authorization?.includes('Credential=key/') === true}`);
    if (path.endsWith('/half.pdf')) socket.write('HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n%PDF');
    if (!path.endsWith('.pdf') || path.endsWith('/half.pdf')) return new Promise(() => undefined);
    return path.endsWith('/gone.pdf')
      ? { status: 404, body: '<Error><Code>NoSuchKey</Code><Message>no</Message></Error>' }
      : { status: 200, body: PDF };
  });
});
afterEach(async () => {
  await s3.stop();
  rmSync(folder, { recursive: true, force: true });
});

const target = (): Target => ({
  apiUrl: 'http://unused.invalid',
  region: 'eu-central-1',
  awsEndpointUrl: s3.url,
  credentials: () => Promise.resolve({ accessKeyId: 'key', secretAccessKey: 'secret' }),
});

const task = (effect?: TaskView['effect']): TaskView => ({
  ...taskView(runningTask()),
  kind: 'pdf.render',
  ...(effect === undefined ? {} : { state: 'completed', effect }),
});

const at = (location: string): TaskView['effect'] => ({
  provider: 'pdf',
  externalId: 'x',
  location,
  proof: 'applied',
  fingerprint: 'f'.repeat(64),
});

describe('saveDocument', () => {
  it('writes the bytes of the object, over an earlier file, with the credentials of the caller', async () => {
    const file = join(folder, 'q.pdf');

    const sizes = [
      await saveDocument(target(), task(at('s3://documents/quotes/Q-1/a b.pdf')), file),
      await saveDocument(target(), task(at('s3://documents/quotes/Q-1/c.pdf')), file),
    ];

    expect(sizes).toEqual([PDF.length, PDF.length]);
    expect(readFileSync(file)).toEqual(PDF);
    expect(asked).toEqual([
      'GET /documents/quotes/Q-1/a%20b.pdf true',
      'GET /documents/quotes/Q-1/c.pdf true',
    ]);
  });

  it.each([
    ['a task that is not completed', task(), 'expected a completed pdf.render; task-'],
    [
      'an effect elsewhere',
      task(at('https://crm.example/deals/1')),
      'expected a completed pdf.render; task-',
    ],
    [
      'an object that is gone',
      task(at('s3://documents/gone.pdf')),
      'The document could not be read: NoSuchKey',
    ],
  ])('tells why it saves nothing: %s', async (_title, view, message) => {
    await expect(saveDocument(target(), view, join(folder, 'q.pdf'))).rejects.toThrow(message);
  });

  it.each([
    ['answers nothing', 's3://documents/stuck'],
    ['stops in the middle', 's3://documents/half.pdf'],
  ])('stops for a bucket that %s', async (_title, location) => {
    const save = saveDocument(target(), task(at(location)), join(folder, 'q.pdf'), 50);

    await expect(save).rejects.toThrow('The document could not be read: expected an answer within 0.05 s');
    expect(readdirSync(folder)).toEqual([]);
  });

  it('reports that the file cannot be written', async () => {
    const save = saveDocument(target(), task(at('s3://documents/x.pdf')), join(folder, 'missing', 'q.pdf'));

    await expect(save).rejects.toThrow('--save: expected a file that can be written (ENOENT');
  });
});
