import type { Config } from '../config/schema.ts';
import { LookoutError } from '../errors.ts';
import { figure, percent, plural, quoted } from '../explain/check.ts';
import type { RuleVerdict } from '../feedback/judge.ts';
import { ENOUGH } from '../feedback/suggest.ts';
import type { AtThreshold } from '../feedback/suggest.ts';
import { localTime, print, printJson, printTable, visible } from './print.ts';
import { withModelFlags } from './modelFlags.ts';
import { withTextScorer } from './textScorer.ts';
import { withLog } from './withLog.ts';

export interface FeedbackFlags {
  readonly config?: string;
  readonly rule?: string;
  readonly since?: string;
  /** by the scores that are stored, without a model */
  readonly stored?: boolean;
  readonly model?: string;
  readonly device?: Config['model']['device'];
  readonly json?: boolean;
}

/** Scores the rules by what people said of their alerts. @throws LookoutError STORE_…, CONFIG_…, MODEL_…, TIME_UNPARSABLE */
export async function evalFeedback(flags: FeedbackFlags): Promise<void> {
  const { judgeRules } = await import('../feedback/judge.ts');
  const verdicts = await withLog(flags.config, async (store, { config, rules }) => {
    const { parseWhen } = await import('../store/when.ts');
    const range = flags.since === undefined ? {} : { since: parseWhen(flags.since, new Date()) };
    const judged = store.feedback({ ...range, ...(flags.rule === undefined ? {} : { rule: flags.rule }) });
    if (flags.rule !== undefined && judged.length === 0 && !rules.some((rule) => rule.id === flags.rule)) throw new LookoutError('RULE_NOT_FOUND', `there is no rule ${flags.rule}, and no word on an alert of it.`);
    if (flags.stored || judged.length === 0) return judgeRules(judged, { rules });
    const chosen = withModelFlags(config, { ...(flags.model ? { model: flags.model } : {}), ...(flags.device ? { device: flags.device } : {}) });
    return withTextScorer(chosen, ({ score }) => judgeRules(judged, { rules, score }));
  });
  if (flags.json) printJson({ rules: verdicts });
  else show(verdicts);
}

function show(verdicts: readonly RuleVerdict[]): void {
  if (verdicts.length === 0) return print('No alert has been judged yet. Say so with: lookout alert <id> --right, or --wrong');
  printTable(
    ['RULE', 'THRESHOLD', 'RIGHT', 'WRONG', 'PRECISION', 'NOW', 'SUGGESTED'],
    verdicts.map((v) => [v.present ? v.rule : `${v.rule} (gone)`, figure(v.threshold), String(v.right), String(v.wrong), precision(v.stored), v.rescored ? precision(v.rescored) : '–', v.suggestion ? String(v.suggestion.threshold) : '–']),
  );
  print('', ...verdicts.flatMap(sentences).map(visible));
}

/** 92 % (70 % to 98 %) */
function precision({ precision: share, interval }: AtThreshold): string {
  return share === null || interval === null ? 'no alerts' : `${percent(share)} (${percent(interval[0])} to ${percent(interval[1])})`;
}

function sentences({ rule, suggestion, enough, right, wrong, labels, threshold }: RuleVerdict): string[] {
  const told = labels.filter((label) => !label.right && label.note !== '').map((label) => `  wrong at ${localTime(label.happenedAt)}, ${quoted(label.text)}: ${quoted(label.note)}`);
  if (suggestion) {
    const cost = suggestion.rightLost === 0 ? 'no right one' : plural(suggestion.rightLost, 'right one');
    const sure = suggestion.sure === 'clear' ? '' : ' With so few labels that may be chance.';
    return [`${rule}: a threshold of ${suggestion.threshold} instead of ${figure(threshold)} would have spared ${plural(suggestion.wrongSpared, 'wrong alert')} and cost ${cost}.${sure}`, ...told];
  }
  if (!enough) return [`${rule}: ${right} right and ${wrong} wrong are too few for a suggestion; it takes ${ENOUGH} of each.`, ...told];
  return [`${rule}: no other threshold parts right from wrong better than ${figure(threshold)}.`, ...told];
}
