import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DEMO_MODEL } from '../../src/demo/folder.ts';
import { UNKNOWN } from '../../src/engine/answer.ts';
import type { Clip } from '../../src/eval/clip.ts';
import { DEFAULT_STAGES } from '../../src/eval/watchFile.ts';
import type { VideoModel } from '../../src/infer/qwen.ts';
import type { Qwen3VL } from '../../src/qwen3vl/model.ts';
import { openQwen3VL } from '../../src/qwen3vl/open.ts';
import { filmClips } from './clips.ts';
import { compareClips } from './compare.ts';
import { openEngine } from './engineModel.ts';
import { ENGINES } from './found.ts';
import type { Candidate } from './found.ts';
import { shownAs, withoutProbabilities } from './layouts.ts';
import { watchClip } from './watched.ts';
import type { WatchedClip } from './watched.ts';

/** fewer while something is being worked on */
const CLIPS = Number(process.env['LOOKOUT_ENGINE_CLIPS'] ?? 20);
/** An answer that differs does so at a token of which our own runtime was no surer than this. */
const SURE = 0.75;

let folder: string;
let own: Qwen3VL;
let clips: readonly Clip[];
/** of our own runtime, by how it is shown the clips */
const watched = new Map<string, readonly WatchedClip[]>();

/** What our own runtime makes of the clips, shown as an engine shows them. */
async function expected({ layout, probabilities }: Candidate): Promise<readonly WatchedClip[]> {
  const key = `${layout} ${probabilities}`;
  const known = watched.get(key);
  if (known) return known;
  const shown = shownAs(layout, own);
  const made = await watchAll(probabilities ? shown : withoutProbabilities(shown), probabilities);
  watched.set(key, made);
  return made;
}

/** An engine that does not tell how sure it is, is believed at first sight: as with `events.min_confidence: 0.5`. */
async function watchAll(model: VideoModel, probabilities: boolean): Promise<WatchedClip[]> {
  const { stitch } = DEFAULT_STAGES;
  const stages = { ...DEFAULT_STAGES, stitch: { ...stitch, minConfidence: probabilities ? stitch.minConfidence : UNKNOWN } };
  const made: WatchedClip[] = [];
  for (const clip of clips) made.push(await watchClip(clip, model, stages));
  return made;
}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'lookout-engines-'));
  clips = await filmClips(CLIPS, folder);
  own = await openQwen3VL(DEMO_MODEL, { device: 'cpu', threads: 1 });
});
afterAll(async () => {
  await own.close();
  rmSync(folder, { recursive: true, force: true });
});

describe.each(ENGINES.map((engine) => [engine.missing ? `${engine.name} (not here: ${engine.missing})` : engine.name, engine] as const))('%s', (_, engine) => {
  it.runIf(!engine.missing)(`tells of the same events at the same times on ${CLIPS} labelled clips as ONNX Runtime`, async () => {
    const stop = new AbortController();
    const running = await engine.start();
    try {
      const model = await openEngine(running, stop.signal);
      const ours = await expected(engine);
      const theirs = await watchAll(model, engine.probabilities);
      await model.close();
      const { told, events, unequal, alertedOtherwise, unsure } = compareClips(ours, theirs);
      process.stdout.write(`\n${engine.name} (${model.device ?? ''})\n${told}\n`);
      expect(events, 'the clips show something').toBeGreaterThan(CLIPS);
      if (engine.exact) expect(unequal).toEqual([]);
      // a score that is a word may choose otherwise than a probability near one half
      if (engine.exact && engine.probabilities) expect(alertedOtherwise).toEqual([]);
      // other arithmetic may choose otherwise where two tokens are all but equally probable, and nowhere else
      expect(Math.max(0, ...unsure), 'how sure ours was of the first token that differs').toBeLessThan(SURE);
      expect(unequal.length).toBeLessThanOrEqual(CLIPS / 4);
    } finally {
      stop.abort();
      await running.stop();
    }
  });
});
