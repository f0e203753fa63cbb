import { follows, same, setsOf } from './clipJob.ts';
import { createDiskPatience } from './diskPatience.ts';
import type { DiskPatience, DiskPatienceOptions, LossSink } from './diskPatience.ts';
import { groupTime } from './packetRing.ts';
import type { Group, RingPacket } from './packetRing.ts';
import { Segment } from './segment.ts';
import { openSegmentFile } from './segmentFile.ts';
import type { Finished, SegmentFileOptions } from './segmentFile.ts';

/** What hears of it. */
export interface SegmentSink extends LossSink {
  finished(segment: Finished): void;
}

export interface SegmenterOptions extends Pick<SegmentFileOptions, 'folder' | 'free'>, DiskPatienceOptions {
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

/** A longer gap between pictures is one of the recording, ms. */
const GAP = 2000;

export function createSegmenter(opts: SegmenterOptions): Segmenter {
  return new Cutter(opts);
}

class Cutter implements Segmenter {
  readonly #opts: SegmenterOptions;
  readonly #disk: DiskPatience;
  #told: Promise<void> = Promise.resolve();
  #segment: Segment | undefined;
  /** the one before, until it is known whether pictures follow the keyframe that are shown before it: they refer to both */
  #leaving: { readonly segment: Segment; readonly key: RingPacket; shared: boolean } | undefined;
  /** wall clock of the newest packet, ms */
  #newest = 0;

  constructor(opts: SegmenterOptions) {
    this.#opts = opts;
    this.#disk = createDiskPatience(opts, opts.sink);
  }

  get running(): boolean {
    return this.#segment !== undefined;
  }

  offer(group: Group, packet: RingPacket): void {
    this.#newest = momentOf(group, packet.pts);
    try {
      if (packet === group.packets[0]) this.#group(group);
      else if (this.#leaving) this.#leave(group, packet);
      this.#segment?.add(group, packet);
    } catch (error) {
      this.#failed(error);
    }
    if (!this.#disk.choked || !this.#segment) return;
    this.#disk.slow(this.#opts.folder, this.#newest);
    this.cut();
  }

  cut(): void {
    this.#left();
    const segment = this.#segment;
    this.#segment = undefined;
    this.#end(segment);
  }

  settled(): Promise<void> {
    return this.#told;
  }

  /** A keyframe: the segment ends here, or goes on. */
  #group(group: Group): void {
    const [segment, key] = [this.#segment, group.packets[0]];
    if (segment && key) {
      const on = follows(segment.group, group) && key.pts - segment.group.newest < GAP;
      const full = key.pts - segment.start >= 1000 * this.#opts.seconds;
      const alike = same(segment.sets, setsOf(group));
      if (on && !full && alike) return;
      this.#left();
      this.#segment = undefined;
      if (on && alike) this.#leaving = { segment, key, shared: false };
      else this.#end(segment, on ? key.pts : undefined);
    }
    if (this.#disk.ready()) this.#begin(group);
  }

  #begin(group: Group): void {
    const { folder, free, sink } = this.#opts;
    const file = openSegmentFile({ folder, backlog: this.#disk.backlog, ...(free ? { free } : {}) });
    const { done } = file;
    let segment: Segment | undefined;
    done.catch((error: unknown) => {
      // the next one may have begun already, and will find out by itself
      if (segment === this.#segment || segment === this.#leaving?.segment) this.#drop();
      this.#disk.failed(error, momentOf(group));
    });
    // told in the order in which they began
    const before = this.#told;
    this.#told = done.catch(() => undefined).then(async (finished) => {
      await before;
      if (!finished) return;
      this.#disk.written(finished.from);
      sink.finished(finished);
    });
    try {
      segment = this.#segment = new Segment(group, file);
    } catch (error) {
      file.abandon();
      throw error;
    }
  }

  /** Pictures that are shown before the keyframe are the one's before; it gets the keyframe as well. */
  #leave(group: Group, packet: RingPacket): void {
    const leaving = this.#leaving;
    if (!leaving || packet.pts > leaving.key.pts) return this.#left();
    if (!leaving.shared) leaving.segment.add(group, leaving.key);
    leaving.shared = true;
    leaving.segment.add(group, packet);
  }

  #left(): void {
    const leaving = this.#leaving;
    this.#leaving = undefined;
    this.#end(leaving?.segment, leaving?.shared ? undefined : leaving?.key.pts);
  }

  #end(segment: Segment | undefined, next?: number): void {
    try {
      segment?.end(next);
    } catch (error) {
      this.#failed(error);
    }
  }

  #drop(): void {
    this.#segment?.close();
    this.#leaving?.segment.close();
    this.#segment = this.#leaving = undefined;
  }

  #failed(error: unknown): void {
    this.#drop();
    this.#disk.failed(error, this.#newest);
  }
}

function momentOf(group: Group, pts = group.packets[0]?.pts ?? 0): number {
  return (groupTime(group) ?? group.came) + pts - (group.packets[0]?.pts ?? 0);
}
