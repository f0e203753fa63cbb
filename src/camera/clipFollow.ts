import { LookoutError } from '../errors.ts';
import { startClip } from './clipJob.ts';
import type { ClipJob, Span } from './clipJob.ts';
import { planClip } from './clipPlan.ts';
import { groupTime } from './packetRing.ts';
import type { Group, PacketRing, RingPacket } from './packetRing.ts';

/** A clip that takes what the ring has, and what comes. */
export interface FollowedClip {
  /** Moves its end, wall clock in ms. */
  until(to: number): void;
  /** what the file shows, once it is whole. Rejects with MEDIA_GONE or MEDIA_WRITE */
  readonly done: Promise<Span>;
}

/** Packets may come so long after their moment; then a clip ends with what it has, ms. */
const LATE = 10_000;
/** Nothing is waited for longer than this, ms. */
const LONGEST = 300_000;
/** A camera's clock that is off by more than its packets take to come is off, ms. */
const OFF = 5000;

/** Cuts a span into a file until it has what is wanted, or what comes is another stream, or nothing comes. */
export function followClip(ring: PacketRing, span: Span, file: string): FollowedClip {
  let { to } = span;
  let job: ClipJob | undefined;
  let timer: NodeJS.Timeout | undefined;
  let settle = (_done: Promise<Span>): void => undefined;
  const settled = new Promise<Span>((resolve) => (settle = resolve));

  const begin = (): void => {
    const run = planClip(ring.groups, span.from, to);
    const first = run[0];
    if (!first) return;
    job = startClip(file, first, to);
    settle(job.done);
    for (const group of run) for (const packet of group.packets) job.offer(group, packet);
    if (run.at(-1) !== ring.groups.at(-1)) job.end();
  };
  const heard = (group: Group, packet: RingPacket): void => {
    if (job) job.offer(group, packet);
    else begin();
  };
  const late = (): void => {
    if (job) job.end();
    else settle(Promise.reject(new LookoutError('MEDIA_GONE', `The camera has nothing of ${new Date(span.from).toISOString()} to ${new Date(to).toISOString()}.`)));
  };
  const wait = (): void => {
    clearTimeout(timer);
    timer = setTimeout(late, Math.min(LONGEST, Math.max(0, to + LATE - cameraNow(ring))));
  };
  begin();
  // what has not begun may begin with the next connection
  const deaf = ring.listen(heard, () => job?.end());
  wait();
  return {
    until(moment) {
      to = moment;
      job?.until(moment);
      wait();
    },
    done: settled.finally(() => {
      clearTimeout(timer);
      deaf();
    }),
  };
}

/** The present by the camera's clock, ms. */
function cameraNow(ring: PacketRing): number {
  const newest = ring.groups.at(-1);
  const ahead = newest ? (groupTime(newest) ?? newest.came) - newest.came : 0;
  return Date.now() + (Math.abs(ahead) > OFF ? ahead : 0);
}
