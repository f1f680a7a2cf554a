/** Finds and kills the process at the other end of a local TCP connection. */
import { execFile } from 'node:child_process';
import { readFileSync, readdirSync, readlinkSync } from 'node:fs';
import type { Socket } from 'node:net';
import { promisify } from 'node:util';

const run = promisify(execFile);

const readOr = <T>(read: () => T, otherwise: T): T => {
  try {
    return read();
  } catch {
    return otherwise;
  }
};

const portOf = (address: string | undefined): number => Number.parseInt(address?.split(':')[1] ?? '', 16);

/** Inode of the socket whose local port is `clientPort` and whose remote port is `serverPort`. */
const inodeOf = (clientPort: number, serverPort: number): string | undefined => {
  const tables = ['/proc/net/tcp', '/proc/net/tcp6'].map((file) =>
    readOr(() => readFileSync(file, 'utf8'), ''),
  );
  const rows = tables.flatMap((table) =>
    table
      .split('\n')
      .slice(1)
      .map((line) => line.trim().split(/\s+/)),
  );
  const row = rows.find((fields) => portOf(fields[1]) === clientPort && portOf(fields[2]) === serverPort);
  return row?.[9] === '0' ? undefined : row?.[9];
};

const holdsInode = (pid: string, inode: string): boolean => {
  const folder = `/proc/${pid}/fd`;
  const descriptors = readOr(() => readdirSync(folder), []);
  return descriptors.some((fd) => readOr(() => readlinkSync(`${folder}/${fd}`), '') === `socket:[${inode}]`);
};

const linuxOwners = (clientPort: number, serverPort: number): readonly number[] => {
  const inode = inodeOf(clientPort, serverPort);
  if (inode === undefined) return [];
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  return pids.filter((pid) => holdsInode(pid, inode)).map(Number);
};

/** Reads `lsof -F pn`: a line `p<pid>`, then `n<local>-><peer>` for each of its connections. */
const lsofOwners = async (clientPort: number, serverPort: number): Promise<readonly number[]> => {
  const { stdout } = await run('lsof', ['-nP', `-iTCP:${clientPort}`, '-sTCP:ESTABLISHED', '-Fpn']);
  const owners: number[] = [];
  let pid = 0;
  for (const line of stdout.split('\n')) {
    if (line.startsWith('p')) pid = Number(line.slice(1));
    if (line.startsWith('n') && line.includes(`:${clientPort}->`) && line.endsWith(`:${serverPort}`))
      owners.push(pid);
  }
  return owners;
};

const killOne = (pid: number): boolean => {
  try {
    return process.kill(pid, 'SIGKILL');
  } catch {
    // It has ended in the meantime.
    return false;
  }
};

/**
 * Kills with SIGKILL every process that holds the client's end of a connection to this process; returns their pids. It never
 * kills this process, its parent or process 1. Empty if the client has already ended.
 */
export const killClientOf = async (socket: Socket): Promise<readonly number[]> => {
  const { remotePort, localPort } = socket;
  if (remotePort === undefined || localPort === undefined) return [];
  const owners =
    process.platform === 'linux'
      ? linuxOwners(remotePort, localPort)
      : await lsofOwners(remotePort, localPort);
  const spared = [process.pid, process.ppid, 1];
  return owners.filter((pid) => !spared.includes(pid)).filter(killOne);
};
