/** What may be in the place of a file: the ways in which crashes, full disks and people damage it. */
import { mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Puts something into the place of a file, of which `whole` is the right content. */
type Damage = (file: string, whole: string) => void;

const otherVersion: Damage = (file, whole) => {
  const value: Record<string, unknown> = JSON.parse(whole);
  const { apiUrl: _apiUrl, secrets: _secrets, ...rest } = value;
  writeFileSync(file, JSON.stringify({ ...rest, version: 99 }));
};

/** By name. */
export const DAMAGES: Readonly<Record<string, Damage>> = {
  empty: (file) => writeFileSync(file, ''),
  truncated: (file, whole) => writeFileSync(file, whole.slice(0, whole.length / 2)),
  binary: (file) => writeFileSync(file, Buffer.from([0, 255, 254, 0, 216, 1, 10, 13, 0])),
  'a folder': (file) => {
    mkdirSync(file);
    writeFileSync(join(file, 'inside'), '');
  },
  // Unreadable to everybody, also to root, for whom permissions are no obstacle.
  unreadable: (file) => symlinkSync(file, file),
  'another version': otherVersion,
  'another value': (file) => writeFileSync(file, '[null, 1]'),
};

/** Damages a file. */
export function damage(name: string, file: string, whole: string): void {
  rmSync(file, { recursive: true, force: true });
  const put = DAMAGES[name];
  if (put === undefined) throw new Error(`no damage ${name}`);
  put(file, whole);
}
