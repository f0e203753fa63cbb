import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { DEMO_MODEL } from '../../src/demo/folder.ts';
import { evaluateClips } from '../../src/eval/evaluateClips.ts';
import { DEFAULT_STAGES } from '../../src/eval/watchFile.ts';
import { qwenBackend } from '../../src/infer/qwen.ts';
import { openQwen3VL } from '../../src/qwen3vl/open.ts';
import { filmClips, filmLong } from './clips.ts';
import { openEngine } from './engineModel.ts';
import { ENGINES } from './found.ts';
import { shownAs } from './layouts.ts';
import { measurePrefix } from './prefix.ts';
import type { PrefixFigures } from './prefix.ts';

/**
 * What an engine's prefix cache saves from window to window: windows that grow from their first frame against windows that slide, on the
 * same film, one after the other. `--layouts 20`: what stills cost the demo checkpoint against pairs of frames, on so many clips.
 */
const { values } = parseArgs({ options: { seconds: { type: 'string', default: '60' }, layouts: { type: 'string', default: '0' }, only: { type: 'string', default: '' } } });
const folder = mkdtempSync(join(tmpdir(), 'lookout-bench-engine-'));
const say = (line: string): void => void process.stdout.write(`${line}\n`);

try {
  const frames = await filmLong(Number(values.seconds), folder);
  for (const engine of ENGINES.filter(({ name }) => name.toLowerCase().includes(values.only.toLowerCase()))) {
    if (engine.missing) {
      say(`${engine.name}: not here. ${engine.missing}`);
      continue;
    }
    const stop = new AbortController();
    const running = await engine.start();
    try {
      const model = await openEngine(running, stop.signal);
      say(model.device ?? engine.name);
      if (!engine.counts) say('  does not tell how many tokens of a prompt it had already');
      const growing = await measurePrefix(model, frames, DEFAULT_STAGES, running.url);
      const sliding = await measurePrefix(model, frames, { ...DEFAULT_STAGES, window: { ...DEFAULT_STAGES.window, overlap: 1 } }, running.url);
      say(`  growing: ${inWords(growing)}`);
      say(`  sliding: ${inWords(sliding)}`);
      const computed = (figures: PrefixFigures): number => (figures.prompt - figures.reused) / figures.windows;
      say(`  prompt tokens computed for a window, sliding to growing: ${(computed(sliding) / computed(growing)).toFixed(2)}; median time: ${(sliding.ms / growing.ms).toFixed(2)}`);
      await model.close();
    } finally {
      stop.abort();
      await running.stop();
    }
  }
  if (Number(values.layouts) > 0) await layouts(Number(values.layouts));
} finally {
  rmSync(folder, { recursive: true, force: true });
}

function inWords({ windows, prompt, reused, share, ms, counters }: PrefixFigures): string {
  const told = Object.entries(counters).map(([name, by]) => `, ${name} +${by}`);
  return `${windows} windows, ${prompt} prompt tokens, ${reused} of them there already (${percent(reused / prompt)}; median of windows ${percent(share)}), median ${Math.round(ms)} ms${told.join('')}`;
}

function percent(share: number): string {
  return `${(100 * share).toFixed(0)} %`;
}

/** The same clips, shown to our own runtime in each layout. */
async function layouts(count: number): Promise<void> {
  const clips = await filmClips(count, folder);
  const model = await openQwen3VL(DEMO_MODEL, { device: 'cpu', threads: 1 });
  say(`${count} labelled clips, ONNX Runtime:`);
  for (const layout of ['pairs', 'stills', 'every frame'] as const) {
    const { events, rules, visualTokens } = await evaluateClips(clips, [qwenBackend(shownAs(layout, model))], { meaning: 'exact' });
    const { median, p95 } = events.onsetError;
    say(`  ${layout}: events F1 ${written(events.f1, 3)}, alerts F1 ${written(rules?.f1, 3)}, onset error median ${written(median, 2)} s, 95 % ${written(p95, 2)} s, ${visualTokens} visual tokens`);
  }
  await model.close();
}

function written(figure: number | null | undefined, places: number): string {
  return figure?.toFixed(places) ?? '–';
}
