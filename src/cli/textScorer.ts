import type { Config } from '../config/schema.ts';
import { LookoutError } from '../errors.ts';
import { createLogger } from '../health/log.ts';
import type { TextQuestion } from '../infer/scoreTexts.ts';

/** Scores texts as the daemon does, by the configuration's model, which is opened at the first question. */
export interface TextScorer {
  readonly signal: AbortSignal;
  score(questions: readonly TextQuestion[]): Promise<number[]>;
}

/** Lends a scorer: with a bar on a terminal, ended by Ctrl-C; the model goes when `use` is done. @throws LookoutError MODEL_…, USAGE */
export async function withTextScorer<T>(config: Config, use: (scorer: TextScorer) => Promise<T>): Promise<T> {
  const stop = new AbortController();
  const end = (): void => stop.abort(new LookoutError('USAGE', 'Stopped before the end.'));
  process.once('SIGINT', end).once('SIGTERM', end);
  const closing: (() => Promise<void>)[] = [];
  const score = async (questions: readonly TextQuestion[]): Promise<number[]> => {
    if (questions.length === 0) return [];
    const { progressBar } = await import('../eval/progress.ts');
    const { gatherTexts } = await import('../infer/scoreTexts.ts');
    const { secondOpinion } = await import('../infer/secondOpinion.ts');
    const { wordingsOf } = await import('../rules/wordings.ts');
    const { openModel } = await import('../daemon/openModel.ts');
    const model = openModel(config, stop.signal, createLogger({ level: 'warn', pretty: process.stderr.isTTY }));
    closing.push(() => model.close());
    await model.ready;
    const bar = progressBar(process.stderr, 'texts');
    try {
      const gathered = gatherTexts((...args) => model.scoreMany(...args), { signal: stop.signal, onProgress: (done, total) => bar.update(done, total) });
      const opinion = secondOpinion(gathered, wordingsOf);
      return await Promise.all(questions.map(({ text, ask }) => opinion(text, ask)));
    } finally {
      bar.end();
    }
  };
  try {
    return await use({ signal: stop.signal, score });
  } finally {
    process.off('SIGINT', end).off('SIGTERM', end);
    for (const close of closing) await close();
  }
}
