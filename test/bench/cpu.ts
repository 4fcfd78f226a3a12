/** CPU time of processes, as Linux says it. */
import { readdirSync, readFileSync } from 'node:fs';

/** Of a process, what it has waited for, and its children's children: microseconds. Linux counts in hundredths of a second. */
export function cpuOf(pid: number): number {
  const parents = new Map<number, number>();
  const ticks = new Map<number, number>();
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    const fields = statOf(name);
    if (fields === null) continue;
    // proc(5): after the name come state, parent, and from the twelfth on utime, stime, cutime, cstime.
    parents.set(Number(name), Number(fields[1]));
    ticks.set(
      Number(name),
      Number(fields[11]) + Number(fields[12]) + Number(fields[13]) + Number(fields[14]),
    );
  }
  const isWithin = (each: number): boolean => {
    for (let at: number | undefined = each; at !== undefined && at > 1; at = parents.get(at))
      if (at === pid) return true;
    return false;
  };
  let total = 0;
  for (const [each, spent] of ticks) if (isWithin(each)) total += spent;
  return total * 10_000;
}

/** Null for one that has just ended. */
function statOf(pid: string): readonly string[] | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  } catch {
    return null;
  }
}
