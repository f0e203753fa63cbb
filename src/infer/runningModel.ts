import type { Observable } from 'rxjs';
import type { LookoutError } from '../errors.ts';
import type { ChildState } from '../health/child.ts';
import type { ChatHooks, ChatRequest, ChatResult } from '../qwen3vl/conversation.ts';
import type { Processing, SamplingDefaults } from '../qwen3vl/checkpoint/checkpoint.ts';
import type { VideoSize } from '../qwen3vl/request.ts';
import type { VideoModel } from './qwen.ts';

/** What was counted of the engines since the start, and their state. Totals only grow. */
export interface EngineReading {
  readonly endpoints: readonly {
    /** host and port */
    readonly id: string;
    /** of its circuit breaker: whether it gets requests, one at a time to try it out, or none */
    readonly state: 'closed' | 'half-open' | 'open';
    readonly requests: number;
    readonly failures: number;
    readonly outstanding: number;
    /** of recent answers, mean; undefined before the first */
    readonly ms: number | undefined;
  }[];
  /** requests that wait for an endpoint */
  readonly waiting: number;
  readonly retries: number;
  readonly hedges: { readonly won: number; readonly lost: number };
  /** of prompts, and how many of them were in the engines' prefix caches */
  readonly tokens: { readonly prompt: number; readonly reused: number };
}

/** A model that the daemon runs with: the one in a child process of ours, or one that an engine serves. */
export interface RunningModel extends VideoModel {
  /** most tokens of prompt and answer */
  readonly context: number;
  /** bounds on frames × height × width of a video, pixels */
  readonly videoSize: VideoSize;
  /** pixels on a side of one visual token */
  readonly side: number;
  readonly processing: Processing;
  /** how answers of conversations are drawn where nobody says how; undefined: the most probable tokens */
  readonly sampling: SamplingDefaults | undefined;
  /** windows that it can work on at a time; asked for each anew */
  readonly atOnce: number;
  /** resolves when it can be asked for the first time; rejects with its error where it cannot be opened */
  readonly ready: Promise<void>;
  readonly state$: Observable<ChildState>;
  /** of a model in a process of ours */
  readonly childPid: number | undefined;
  /** what it runs on, in words, once that is known */
  readonly device: string | undefined;
  /** why it cannot be asked at present, where that is known */
  readonly problem?: LookoutError | undefined;
  /** of a model that engines serve: how each of them fares */
  engines?(): EngineReading | undefined;
  chat(request: ChatRequest, hooks?: ChatHooks): Promise<ChatResult>;
  close(): Promise<void>;
}
