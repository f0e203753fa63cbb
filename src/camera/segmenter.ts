import { LookoutError } from '../errors.ts';
import { follows, same, setsOf } from './clipJob.ts';
import type { Group, RingPacket } from './packetRing.ts';
import { Segment } from './segment.ts';
import { openSegmentFile } from './segmentFile.ts';
import type { Backlog, Finished, SegmentFileOptions } from './segmentFile.ts';

/** What hears of it. */
export interface SegmentSink {
  finished(segment: Finished): void;
  /** What came from `from` to `to` (wall clock, ms) is not recorded, or not as a whole. */
  lost(error: LookoutError, from: number, to: number): void;
}

export interface SegmenterOptions extends Pick<SegmentFileOptions, 'free'> {
  /** the camera's */
  readonly folder: string;
  /** s; a segment ends with the first keyframe after that */
  readonly seconds: number;
  readonly sink: SegmentSink;
}

/** Cuts a stream's packets into files, each from a keyframe on. */
export interface Segmenter {
  /** The next packet of a group; of one that it got from its first packet on. */
  offer(group: Group, packet: RingPacket): void;
  /** Another connection's packets follow, or none. */
  cut(): void;
  /** Resolves when the files that it has ended are in their places. */
  settled(): Promise<void>;
  /** a file is open */
  readonly running: boolean;
}

/** What may wait for the disk. Beyond that all is left out until it has caught up to this share, so that gaps are few and whole. */
const MOST_WAITING = 32e6;
const CAUGHT_UP = 0.25;
/** After a failure the disk is left in peace so long, ms. */
const PAUSE = 5000;
/** A longer gap between pictures is one of the recording, ms. */
const GAP = 2000;

export function createSegmenter(opts: SegmenterOptions): Segmenter {
  return new Cutter(opts);
}

class Cutter implements Segmenter {
  readonly #opts: SegmenterOptions;
  readonly #backlog: Backlog = { bytes: 0 };
  readonly #files = new Set<Promise<unknown>>();
  #segment: Segment | undefined;
  /** nothing is recorded until then: performance.now(), ms */
  #rest = 0;
  #slow = false;
  /** why packets are left out at present, and since when (their arrival, ms) */
  #fault: { readonly error: LookoutError; readonly since: number } | undefined;

  constructor(opts: SegmenterOptions) {
    this.#opts = opts;
  }

  get running(): boolean {
    return this.#segment !== undefined;
  }

  offer(group: Group, packet: RingPacket): void {
    try {
      if (packet === group.packets[0]) this.#group(group);
      this.#segment?.add(group, packet);
      if (this.#backlog.bytes > MOST_WAITING) this.#choked();
    } catch (error) {
      this.#failed(error);
    }
  }

  cut(): void {
    this.#end();
  }

  async settled(): Promise<void> {
    await Promise.allSettled(this.#files);
  }

  /** A keyframe: the segment ends here, or goes on. */
  #group(group: Group): void {
    const [segment, pts] = [this.#segment, group.packets[0]?.pts ?? 0];
    if (segment) {
      const on = follows(segment.group, group) && pts - segment.group.newest < GAP;
      const full = pts - segment.start >= 1000 * this.#opts.seconds;
      if (on && !full && same(segment.sets, setsOf(group))) return;
      this.#end(on ? pts : undefined);
    }
    if (this.#slow && this.#backlog.bytes > CAUGHT_UP * MOST_WAITING) return;
    if (performance.now() < this.#rest) return;
    this.#slow = false;
    this.#begin(group);
  }

  #begin(group: Group): void {
    const { folder, free, sink } = this.#opts;
    const file = openSegmentFile({ folder, backlog: this.#backlog, ...(free ? { free } : {}) });
    let segment: Segment | undefined;
    const { done } = file;
    this.#files.add(done);
    done.then(
      (finished) => {
        if (!finished) return;
        if (this.#fault) sink.lost(this.#fault.error, this.#fault.since, finished.from);
        this.#fault = undefined;
        sink.finished(finished);
      },
      (error: unknown) => {
        // the next one may have begun already, and will find out by itself
        if (segment && segment === this.#segment) this.#drop();
        this.#rest = performance.now() + PAUSE;
        this.#tell(error, group.came);
      },
    ).finally(() => this.#files.delete(done));
    try {
      segment = this.#segment = new Segment(group, file);
    } catch (error) {
      file.abandon();
      throw error;
    }
  }

  #end(next?: number): void {
    const segment = this.#segment;
    this.#segment = undefined;
    try {
      segment?.end(next);
    } catch (error) {
      this.#failed(error);
    }
  }

  #drop(): void {
    this.#segment?.close();
    this.#segment = undefined;
  }

  #choked(): void {
    this.#slow = true;
    this.#tell(new LookoutError('RECORDINGS_WRITE', `${this.#opts.folder}: the disk does not keep up.`), Date.now());
    this.#end();
  }

  #failed(error: unknown): void {
    this.#drop();
    this.#rest = performance.now() + PAUSE;
    this.#tell(error, Date.now());
  }

  /** Told at once, and again with its length when it is over. */
  #tell(reason: unknown, since: number): void {
    const error = reason instanceof LookoutError ? reason : new LookoutError('RECORDINGS_WRITE', String(reason));
    if (this.#fault) return;
    this.#fault = { error, since };
    this.#opts.sink.lost(error, since, since);
  }
}
