/** How fast something runs, in CPU time: other processes of the machine do not change it as they change the time by the clock. */
import { median } from '../../tools/report/report.ts';

/** CPU time of warming up: the compiler needs several passes before code has its speed. */
const WARM_UP_US = 500_000;
/** CPU time of measuring. */
const MEASURED_US = 1_500_000;
const MIN_PASSES = 3;

/** CPU time of this process so far, all threads and the garbage collector included, in µs. */
export function cpuTimeUs(): number {
  const { user, system } = process.cpuUsage();
  return user + system;
}

function passUs(work: () => unknown): number {
  const beganAtUs = cpuTimeUs();
  work();
  return cpuTimeUs() - beganAtUs;
}

/** Operations per second of CPU time: the median of at least three passes. @param operations operations in one pass */
export function rateOf(operations: number, work: () => unknown): number {
  for (let spentUs = 0; spentUs < WARM_UP_US;) spentUs += passUs(work);
  const passesUs: number[] = [];
  for (let spentUs = 0; spentUs < MEASURED_US || passesUs.length < MIN_PASSES;) {
    const us = passUs(work);
    passesUs.push(us);
    spentUs += us;
  }
  return Math.round((operations * 1_000_000) / median(passesUs));
}
