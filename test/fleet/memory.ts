import { readdirSync, readFileSync } from 'node:fs';

/** Memory of a process and of all that it has started, MB; what several share is counted in parts (PSS, proc(5)). 0 where it is gone. */
export function memoryOf(pid: number): number {
  const parents = new Map<number, number>();
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    const stat = read(`/proc/${name}/stat`);
    // the command's name stands in brackets and may hold anything; after it come the state and the parent
    parents.set(Number(name), Number(stat.replace(/^.*\) /s, '').split(' ')[1]));
  }
  const tree = [pid];
  for (const one of tree) for (const [child, parent] of parents) if (parent === one) tree.push(child);
  const kb = tree.map((one) => Number(/^Pss:\s+(\d+)/m.exec(read(`/proc/${one}/smaps_rollup`))?.[1] ?? 0));
  return Math.round(kb.reduce((sum, k) => sum + k, 0) / 1024);
}

/** Empty where the process ended meanwhile. */
function read(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
