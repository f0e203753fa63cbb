import { readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { parseArgs } from 'node:util';
import { recordVideo } from './gateRecording.ts';
import type { Recording } from './gateRecording.ts';
import { replay } from './gateReplay.ts';
import type { Replay } from './gateReplay.ts';

/**
 * What the packet gate saves and loses on video files: tsx test/bench/gate.ts [--cache FOLDER] [--frame-rate 4] [-v] FILE.mp4 …
 * Labels of happenings lie beside each file: FILE.json, [{"start": seconds, "end": seconds}, …]. Everything is decoded once;
 * gate and sampler are then played what a camera's process would have seen of it, and the sampler alone all of it.
 */

/** CPU of one 1080p picture, ms, measured on one stream and machine; demuxing and an idle process, ms a second. */
const KEYFRAME_MS = 15;
const OTHER_MS = 4;
const IDLE_MS = 4;
/** Kept frames belong together up to this gap, s. */
const DENSE = 0.75;
/** A happening's first kept frame comes so soon after its start, or before it, s. */
const SOON = 0.5;

interface Label {
  readonly start: number;
  readonly end: number;
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { cache: { type: 'string' }, 'frame-rate': { type: 'string', default: '4' }, verbose: { type: 'boolean', short: 'v', default: false } },
});

function shows(kept: readonly number[], { start, end }: Label): boolean {
  const within = kept.filter((t) => t >= start - SOON && t <= end);
  return within.some((t, i) => t <= start + SOON && (within[i + 1] ?? Infinity) - t <= DENSE);
}

/** Stretches in which the sampler kept frames densely: what it took for happenings. */
function stretches(kept: readonly number[]): Label[] {
  const found: { start: number; end: number; frames: number }[] = [];
  for (const t of kept) {
    const last = found.at(-1);
    if (last && t - last.end <= DENSE) Object.assign(last, { end: t, frames: last.frames + 1 });
    else found.push({ start: t, end: t, frames: 1 });
  }
  return found.filter((f) => f.frames >= 3);
}

const share = (found: number, of: number): string => (of === 0 ? '-' : `${found}/${of}`);

function row(name: string, recording: Recording, labels: readonly Label[], gated: Replay, full: Replay): Record<string, string> {
  const { packets, pictures } = recording;
  const seconds = ((pictures.at(-1)?.pts ?? 0) - (pictures[0]?.pts ?? 0)) / 1000;
  const keyframes = packets.filter((p) => p.keyframe).length;
  const all = IDLE_MS + (KEYFRAME_MS * keyframes + OTHER_MS * (packets.length - keyframes)) / seconds;
  const spent = IDLE_MS + (KEYFRAME_MS * gated.keyframesDecoded + OTHER_MS * gated.othersDecoded + gated.gateMs) / seconds;
  const minutes = seconds / 60;
  const found = labels.filter((l) => shows(full.kept, l));
  const seen = stretches(full.kept);
  const vain = (by: string): number => gated.wakes.filter((w) => w.by === by && !w.moved).length;
  return {
    clip: name,
    'asleep %': ((100 * gated.asleep) / packets.length).toFixed(0),
    'first at s': gated.firstSleep?.toFixed(1) ?? '-',
    'decoded %': ((100 * (gated.keyframesDecoded + gated.othersDecoded)) / packets.length).toFixed(1),
    'cpu of full %': ((100 * spent) / all).toFixed(1),
    'checks/min': (gated.checks.length / minutes).toFixed(1),
    'wakes size/check': `${gated.wakes.filter((w) => w.by === 'size').length}/${gated.wakes.filter((w) => w.by === 'check').length}`,
    'in vain/min': ((vain('size') + vain('check')) / minutes).toFixed(2),
    'labels found': share(found.filter((l) => shows(gated.kept, l)).length, found.length),
    'stretches': share(seen.filter((l) => shows(gated.kept, l)).length, seen.length),
    'kept gated/full': `${gated.kept.length}/${full.kept.length}`,
    'gate ms/s': (gated.gateMs / seconds).toFixed(2),
  };
}

const rows: Record<string, string>[] = [];
for (const file of positionals) {
  const name = basename(file).replace(/\.\w+$/, '');
  const recording = await recordVideo(file, values.cache ? join(values.cache, `${name}.rec`) : undefined);
  const labels = JSON.parse(await readFile(file.replace(/\.\w+$/, '.json'), 'utf8')) as Label[];
  const opts = { frameRate: Number(values['frame-rate']), idleInterval: 2, adaptive: true, lookBack: 2 };
  const [gated, full] = [replay(recording, opts, true), replay(recording, opts, false)];
  rows.push(row(name, recording, labels, gated, full));
  if (!values.verbose) continue;
  console.log(name, gated.wakes.map((w) => `${w.at.toFixed(1)}${w.by === 'check' ? 'c' : ''}${w.moved ? '' : '!'}`).join(' '));
  console.log('  not shown:', stretches(full.kept).filter((l) => !shows(gated.kept, l)).map((l) => `${l.start.toFixed(1)}-${l.end.toFixed(1)}`).join(' '));
}
console.table(rows);
