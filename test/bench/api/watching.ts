import { qwenBackend } from '../../../src/infer/qwen.ts';
import type { ModelProcess } from '../../../src/qwen3vl/process/process.ts';
import { sceneWindow } from '../scenes.ts';

/** Of the demo's windows. */
const SIZE = { width: 192, height: 108 };
const RULES = ['someone picks up phone'];

/** Shows the model one window after the other until `stop`, so that it always has one in work; says how many it has answered. */
export function keepWatching(model: ModelProcess, stop: AbortSignal): () => number {
  const backend = qwenBackend(model);
  const scenes = Array.from({ length: 4 }, (_, i) => sceneWindow(i, SIZE));
  let answered = 0;
  const watch = async (): Promise<void> => {
    while (!stop.aborted) {
      const { frames, times } = scenes[answered % scenes.length] ?? sceneWindow(0, SIZE);
      const from = Date.UTC(2026, 0, 1) + answered * 60_000;
      const window = { id: `w${answered}`, camera: 'door-1', reason: 'hop' as const, cutAt: from, frames: frames.map((f, i) => ({ ...f, camera: 'door-1', pts: times[i] ?? 0, at: from + (times[i] ?? 0) * 1000, uncertainty: 0, timeSource: 'file' as const })) };
      await backend.events(window, RULES);
      answered += 1;
    }
  };
  watch().catch((error: unknown) => {
    // at the end the model goes while a window is in work
    if (!stop.aborted) throw error;
  });
  return () => answered;
}
