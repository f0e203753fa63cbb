import type { Observable } from 'rxjs';
import type { ChildState } from '../health/child.ts';
import type { ChatHooks, ChatRequest, ChatResult } from '../qwen3vl/conversation.ts';
import type { Processing, SamplingDefaults } from '../qwen3vl/checkpoint/checkpoint.ts';
import type { VideoSize } from '../qwen3vl/request.ts';
import type { VideoModel } from './qwen.ts';

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
  chat(request: ChatRequest, hooks?: ChatHooks): Promise<ChatResult>;
  close(): Promise<void>;
}
