import type { Config } from '../config/schema.ts';
import type { Rule } from '../rules/rule.ts';
import { HEARTBEAT_MOST } from '../window/window.ts';
import { meanActive } from './activity.ts';
import type { Activity } from './activity.ts';
import type { Plan } from './demand.ts';
import type { Figures } from './figures.ts';

/** What a configuration asks for, of cameras of which so many are active at a time. */
export function planOf(config: Config, rules: readonly Pick<Rule, 'enabled'>[], figures: Figures, activity: Activity | number): Plan {
  const { window, recordings, store } = config;
  return {
    figures,
    hop: hopOf(config),
    looksStill: 3600 / Math.max(window.heartbeat, HEARTBEAT_MOST),
    active: typeof activity === 'number' ? activity : meanActive(activity),
    rules: rules.filter(({ enabled }) => enabled).length,
    recording: recordings.mode,
    around: recordings.before + recordings.after,
    days: recordings.days,
    maxMb: recordings.max_mb,
    logDays: store.retention_days,
    model: isEngine(config) ? 'engine' : 'process',
  };
}

/** Windows are cut at whole pairs of frames, so none comes sooner than a pair does. */
export function hopOf({ window, video_processor: video }: Pick<Config, 'window' | 'video_processor'>): number {
  return Math.max(window.hop, 2 / video.frame_rate);
}

export function isEngine({ model }: Pick<Config, 'model'>): boolean {
  return model.backend === 'openai';
}
