import type { VideoModel } from '../infer/qwen.ts';
import type { GenerateRequest, GenerateResult } from '../qwen3vl/request.ts';
import type { QuestionLine } from './line.ts';
import type { Usage } from './steps.ts';

/** A model that questions are put to. */
export interface AskedModel extends VideoModel {
  readonly context: number;
}

/** The stream of all questions' windows: cameras keep theirs, and their names have no such character. */
const STREAM = '\u0000question';

/**
 * The model as a question gets it: each call takes its turn in the line, keys and values are kept apart from the cameras', and what
 * is used is counted. A window's features count once, however often it is asked about. `pace`: ms that a call takes on average.
 */
export function countedModel(model: AskedModel, line: Pick<QuestionLine, 'turn'>, signal: AbortSignal): { readonly model: AskedModel; usage(): Usage; pace(): number } {
  let usage: Usage = { windows: 0, secondLooks: 0, frames: 0, visualTokens: 0, cachedVisualTokens: 0, promptTokens: 0, answerTokens: 0 };
  let [shown, calls, took]: [unknown, number, number] = [undefined, 0, 0];
  const count = ({ video, once = false }: GenerateRequest, result: GenerateResult): void => {
    const first = video?.frames[0];
    const again = !once && first === shown;
    if (!once) shown = first;
    usage = {
      windows: usage.windows + (again || once ? 0 : 1),
      secondLooks: usage.secondLooks + (once ? 1 : 0),
      frames: usage.frames + (again || once ? 0 : (video?.frames.length ?? 0)),
      visualTokens: usage.visualTokens + (again ? 0 : result.visualTokens),
      cachedVisualTokens: usage.cachedVisualTokens + (again ? 0 : (result.cachedVisualTokens ?? 0)),
      promptTokens: usage.promptTokens + result.promptTokens,
      answerTokens: usage.answerTokens + result.tokens.length,
    };
  };
  return {
    usage: () => usage,
    pace: () => (calls === 0 ? 0 : took / calls),
    model: {
      name: model.name,
      get context() {
        return model.context;
      },
      prefill: (video, stream) => model.prefill(video, stream),
      scoreMany: (prompts, yes, no) => model.scoreMany(prompts, yes, no),
      generate: (request) => line.turn(async () => {
        const began = performance.now();
        const result = await model.generate({ ...request, stream: STREAM });
        took += performance.now() - began;
        calls += 1;
        count(request, result);
        return result;
      }, signal),
    },
  };
}
