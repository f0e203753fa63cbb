import { useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import type { BacktestIn, BacktestOut, BacktestTold } from '../../api/schemas/backtest.ts';
import type { RuleEntryIn } from '../../api/schemas/rules.ts';
import { told } from '../api/client.ts';
import type { Problem } from '../api/problem.ts';
import { t } from '../i18n/language.ts';
import { number } from '../i18n/times.ts';
import { Button } from '../ui/button.tsx';
import { Choice } from '../ui/field.tsx';
import { asProblem, ProblemNote } from '../ui/problem.tsx';
import { Panel, Progress } from '../ui/surfaces.tsx';
import { Report } from './report.tsx';
import { Suggestion } from './suggestion.tsx';

const RANGES = ['1h', '1d', '7d', '30d'] as const;
const ALERTS = 500;

export interface TrialProps {
  /** of one that is saved */
  readonly rule?: string | undefined;
  readonly entry: RuleEntryIn;
  readonly ready: boolean;
  readonly threshold: number;
  readonly onThreshold: (threshold: number) => void;
}

/** Runs the rule over the log and shows what it would have done. */
export function Trial({ rule, entry, ready, threshold, onThreshold }: TrialProps) {
  const range = useSignal<(typeof RANGES)[number]>('7d');
  const progress = useSignal<BacktestTold['progress'] | undefined>(undefined);
  const report = useSignal<BacktestOut | undefined>(undefined);
  const problem = useSignal<Problem | undefined>(undefined);
  const running = useRef<AbortController | null>(null);
  const words = t().rules.trial;
  useEffect(() => () => running.current?.abort(), []);
  const run = async (): Promise<void> => {
    const stop = new AbortController();
    running.current = stop;
    problem.value = undefined;
    progress.value = { stage: 'reading', done: 0, total: null };
    const { enabled: _enabled, until: _until, ...tried } = entry;
    const body = { entry: { ...tried, id: tried.id ?? 'trial', alert: entry.alert }, since: range.value, limit: ALERTS } satisfies BacktestIn;
    try {
      for await (const { event, data } of told('/v1/rules/test', body, stop.signal)) {
        // of this page's own server, whose types say what it sends
        if (event === 'progress') progress.value = data as BacktestTold['progress'];
        else if (event === 'report' || event === 'result') report.value = data as BacktestOut;
      }
    } catch (error) {
      if (!stop.signal.aborted) problem.value = asProblem(error);
    }
    progress.value = undefined;
  };
  return (
    <Panel title={words.title} class="trial">
      <div class="stack wide">
        <p class="quiet small">{words.text}</p>
        {rule !== undefined && <Suggestion rule={rule} onThreshold={onThreshold} />}
        <div class="row">
          <span class="small quiet">{words.range}</span>
          <Choice label={words.range} value={range.value} onChange={(value) => (range.value = value)} options={RANGES.map((value) => ({ value, text: words.ranges[value] }))} />
          {progress.value
            ? <Button onClick={() => running.current?.abort()}>{words.stop}</Button>
            : <Button icon="test" disabled={!ready} onClick={() => void run()}>{report.value ? words.again : words.run}</Button>}
        </div>
        {progress.value && <Working progress={progress.value} />}
        {problem.value && <ProblemNote problem={problem.value} retry={() => void run()} />}
        {report.value && !progress.value && <Report report={report.value} threshold={threshold} onThreshold={onThreshold} />}
      </div>
    </Panel>
  );
}

function Working({ progress: { stage, done, total } }: { progress: BacktestTold['progress'] }) {
  const words = t().rules.trial;
  return (
    <div class="stack close" role="status">
      <Progress label={words.stages[stage]} share={total === null ? undefined : done / Math.max(1, total)} />
      <span class="small quiet numbers">{words.stages[stage]}{total !== null && ` · ${words.of(number(done), number(total))}`}</span>
    </div>
  );
}
