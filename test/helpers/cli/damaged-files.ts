/** Damages of a file by crashes, full disks and people. */
import { mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Damages a file whose correct content is `whole`. */
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
  // Unreadable for every user, including root, who can bypass permissions.
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
