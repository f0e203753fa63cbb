import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { from, merge, type Observable, Subject, tap } from 'rxjs';
import type { Publisher } from '../alerts/publisher.ts';
import type { LoadedConfig } from '../config/load.ts';
import type { Config } from '../config/schema.ts';
import { refine } from '../events/refine.ts';
import { STITCH_DEFAULTS, stitch, type StitchOptions } from '../events/stitch.ts';
import type { Logger } from '../health/log.ts';
import type { Backend } from '../infer/backend.ts';
import { alternate } from '../infer/alternate.ts';
import { equivalent } from '../infer/equivalent.ts';
import { qwenBackend, type VideoModel } from '../infer/qwen.ts';
import type { RunningModel } from '../infer/runningModel.ts';
import { createSecondLook } from '../infer/secondLook.ts';
import { secondOpinion } from '../infer/secondOpinion.ts';
import { SpareLine } from '../infer/spareLine.ts';
import { matchRules } from '../rules/match.ts';
import { wordingsOf } from '../rules/wordings.ts';
import type { RecordingsKeeper } from '../recordings/keeper.ts';
import type { Store } from '../store/store.ts';
import type { Event, Watched, Window } from '../values.ts';
import type { RecentFrames } from '../window/recentFrames.ts';
import type { AlertDesk } from './alerts.ts';
import { guard } from './guard.ts';
import { type LookCounts, looks } from './looks.ts';
import { patienceOf } from './openModel.ts';
import { sentencesFor } from './sentences.ts';
import { WatchedTime } from './watched.ts';
import { WatchNews } from './watchNews.ts';

/** Rules that an event is held against together. */
const SCORES_AT_ONCE = 64;

export interface PipelineOptions {
  current(): LoadedConfig;
  readonly model: VideoModel & Pick<RunningModel, 'atOnce'>;
  readonly store: Store;
  readonly publisher: Pick<Publisher, 'publishEvent' | 'publishWatched'>;
  readonly desk: Pick<AlertDesk, 'tell'>;
  readonly recordings: Pick<RecordingsKeeper, 'event'>;
  readonly frames: RecentFrames;
  /** events that the last run may not have told to the end */
  readonly recalled: readonly Event[];
  readonly log: Logger;
}

export interface Pipeline {
  readonly windows: Subject<Window>;
  /** windows that are not cut yet */
  readonly growing: Subject<Window>;
  readonly watched: WatchedTime;
  /** is each camera watched now? */
  readonly news: WatchNews;
  /** what can wait until no window wants the model */
  readonly spare: SpareLine;
  counters(): LookCounts;
  /** how long the model took for each window, ms */
  readonly inferred$: Observable<number>;
  /** the windows that wait are answered, open events end, and what no window showed is written down; at most `ms` */
  finish(ms: number): Promise<void>;
}

/** Windows in, alerts out; this is the drawing of the README. */
export function joinRooms({ current, model, store, publisher, desk, recordings, frames, recalled, log }: PipelineOptions): Pipeline {
  const { events, video_processor: video } = current().config;
  const backend = qwenBackend(model, { alignTimes: video.enable_temporal_alignment, patience: patienceOf(current().config) });
  const windows = new Subject<Window>();
  const growing = new Subject<Window>();
  const seen = new Subject<Watched>();
  const inferred = new Subject<number>();
  const watched = new WatchedTime((stretch) => seen.next(stretch));
  const news = new WatchNews(publisher);
  const spare = new SpareLine({ now: Date.now });
  const lookFor = (camera: string): string[] => sentencesFor(camera, current().rules, Date.now());
  const { answers, again: onLook, counters, close } = looks({ current, backend, atOnce: () => model.atOnce, lookFor, growing, spare, store, watched, news, inferred: (ms) => inferred.next(ms), log });
  const onFailed = (error: unknown, camera: string): void => log.debug({ err: error, camera }, 'a second look failed');
  const score = secondOpinion((event, sentence) => backend.score(event, sentence), wordingsOf);
  const again = createSecondLook({ backend, frames, score, lookFor, line: spare, onLook, onFailed });

  const happened = windows.pipe(
    answers,
    alternate(again.alternate),
    stitch(stitching(backend, events)),
    refine({ look: again.refine, now: Date.now }),
    tap((event) => {
      log.info({ camera: event.camera, phase: event.phase, event: event.text, at: new Date(event.start).toISOString() }, 'event');
      guard(log, () => store.putEvent(event));
      publisher.publishEvent(event);
      recordings.event(event);
    }),
  );
  const subscription = merge(happened, seen, from(recalled))
    .pipe(
      matchRules({
        rules: () => current().rules,
        score,
        verify: (event, _rule, sentence) => again.verify(event, sentence),
        concurrency: SCORES_AT_ONCE,
        now: Date.now,
        newId: randomUUID,
        memory: ruleMemory(store, log),
        onDecision: (decision) => guard(log, () => store.putDecision(decision)),
        onError: (error, event, rule) => log.error({ err: error, event: event.id, rule: rule.id }, 'a rule could not be held against an event'),
        onDropped: (event, rule) => log.error({ event: event.id, rule: rule.id }, 'the model cannot keep up: a rule was not held against an event'),
      }),
    )
    .subscribe({
      next: (verdict) => desk.tell(verdict),
      error: (error: unknown) => log.fatal({ err: error }, 'the pipeline failed'),
    });
  const finish = async (ms: number): Promise<void> => {
    const over = new Promise<void>((resolve) => void subscription.add(resolve));
    for (const source of [growing, windows, seen]) source.complete();
    await Promise.race([over, sleep(ms, undefined, { ref: false })]);
    subscription.unsubscribe();
    close();
  };
  return { windows, growing, watched, news, spare, counters, inferred$: inferred, finish };
}

function stitching(backend: Backend, { min_confidence: minConfidence, confirmations }: Config['events']): StitchOptions {
  return { ...STITCH_DEFAULTS, minConfidence, confirmations, equivalent: (a, b) => equivalent(backend, a, b), now: Date.now, newId: randomUUID };
}

/** What rules wait for outlives the daemon; a log that fails leaves them what they have in mind. */
function ruleMemory(store: Store, log: Logger): { load(rule: string, camera: string): string | undefined; save(rule: string, camera: string, state: string | undefined): void } {
  return {
    load(rule, camera) {
      let state: string | undefined;
      guard(log, () => (state = store.loadRuleState(rule, camera)));
      return state;
    },
    save: (rule, camera, state) => guard(log, () => store.saveRuleState(rule, camera, state)),
  };
}
