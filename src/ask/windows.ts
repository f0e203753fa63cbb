import { existsSync, realpathSync } from 'node:fs';
import type { Config } from '../config/schema.ts';
import { DEMO_MODEL } from '../demo/folder.ts';
import { DEMO_SETTINGS } from '../demo/settings.ts';

/** How a range is looked at. */
export interface WindowSettings {
  readonly windowSize: number;
  readonly overlapRatio: number;
}

/** What is asked for; what is not, is as configured. The demo model knows small windows only, whatever is asked for. */
export function windowSettings(config: Pick<Config, 'model' | 'long_video'>, asked: Partial<WindowSettings>): WindowSettings {
  const { window_size: size, overlap_ratio: overlap } = config.long_video;
  if (!isDemoModel(config.model.name)) return { windowSize: asked.windowSize ?? size, overlapRatio: asked.overlapRatio ?? overlap };
  const demo = DEMO_SETTINGS.long_video;
  const windowSize = Math.min(asked.windowSize ?? demo.window_size, demo.window_size);
  // so much of a window that was meant to be larger
  return { windowSize, overlapRatio: asked.overlapRatio === undefined ? demo.overlap_ratio : Math.max(asked.overlapRatio, asked.windowSize === windowSize ? 0 : demo.overlap_ratio) };
}

function isDemoModel(dir: string): boolean {
  return existsSync(dir) && realpathSync(dir) === realpathSync(DEMO_MODEL);
}
