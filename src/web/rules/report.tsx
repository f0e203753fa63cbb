import { useSignal } from '@preact/signals';
import type { BacktestOut } from '../../api/schemas/backtest.ts';
import { t } from '../i18n/language.ts';
import { lasting, number } from '../i18n/times.ts';
import { withQuery } from '../router.ts';
import { Button } from '../ui/button.tsx';
import { Notice } from '../ui/surfaces.tsx';
import { Time } from '../ui/time.tsx';
import { percent } from './percent.ts';
import { DaysPlot, ScoresPlot, ThresholdsPlot } from './plots.tsx';

const FIRST_SHOWN = 8;

/** What the rule would have done: counts, three pictures, what it missed by a little, and each alert. */
export function Report({ report, threshold, onThreshold }: { report: BacktestOut; threshold: number; onThreshold: (threshold: number) => void }) {
  const words = t().rules.trial;
  return (
    <div class="stack wide">
      <div class="figures">
        <p><span class="figure">{number(report.alerts)}</span> {words.alerts(report.alerts)}</p>
        {report.per_day !== null && <p><span class="figure">{number(report.per_day, 1)}</span> {words.perDay}</p>}
        {report.taken_back > 0 && <p><span class="figure">{number(report.taken_back)}</span> {words.takenBack}</p>}
      </div>
      <p class="small quiet">{words.held(number(report.events), number(report.texts))}{report.watched.map(({ camera, ms }) => ` · ${words.watched(camera, lasting(ms))}`)}</p>
      {report.events === 0 && <Notice>{words.noEvents}</Notice>}
      {report.events > 0 && report.alerts === 0 && <Notice><div class="strong">{words.none}</div>{words.noneHelp}</Notice>}
      {report.events > 0 && (
        <>
          {report.list.length + report.near_misses.length > 0 && <ScoresPlot report={report} threshold={report.rule.threshold} />}
          <div class="plot-pair">
            {report.days.length > 1 && <DaysPlot report={report} />}
            <ThresholdsPlot report={report} threshold={report.rule.threshold} />
          </div>
          <div class="row tight" role="group" aria-label={words.thresholds}>
            {report.thresholds.map((one) => (
              <Button key={one.threshold} slim aria-pressed={one.threshold === threshold} label={undefined} title={words.use(percent(one.threshold))} onClick={() => onThreshold(one.threshold)}>
                {percent(one.threshold)} <span class="faint numbers">{number(one.alerts)}</span>
              </Button>
            ))}
          </div>
        </>
      )}
      <NearMisses report={report} />
      <Alerts report={report} />
      <details class="more">
        <summary>{words.caveats}</summary>
        <ul class="small quiet stack close">{report.caveats.map((one) => <li key={one}>{one}</li>)}</ul>
      </details>
    </div>
  );
}

function NearMisses({ report }: { report: BacktestOut }) {
  const words = t().rules.trial;
  if (report.near_misses.length === 0 && report.in_vain.length === 0) return null;
  return (
    <div class="stack close">
      <h3>{words.nearMisses}</h3>
      <ul class="trial-list">
        {report.near_misses.slice(0, FIRST_SHOWN).map((one) => (
          <li key={`${one.event} ${one.why}`}><a href={withQuery({ event: one.last.id, alert: null })}><span class="grow">{one.event}</span><span class="faint numbers">{words.nearShort(percent(one.score), percent(one.short), one.events)}</span></a></li>
        ))}
        {report.in_vain.slice(0, FIRST_SHOWN).map((one) => (
          <li key={`${one.at_ms} ${one.event_id}`}><span class="in-vain"><Time at={one.at_ms} /><span class="grow">{words.inVain}: {one.detail}</span></span></li>
        ))}
      </ul>
    </div>
  );
}

function Alerts({ report }: { report: BacktestOut }) {
  const all = useSignal(false);
  const words = t().rules.trial;
  const list = report.list.toReversed();
  if (list.length === 0) return null;
  return (
    <div class="stack close">
      <h3>{words.list}</h3>
      <ul class="trial-list">
        {list.slice(0, all.value ? list.length : FIRST_SHOWN).map((one) => {
          const said = <><Time at={one.happened_at_ms} /><span class={one.taken_back ? 'grow struck' : 'grow'}>{one.event}</span><span class="faint">{one.camera}</span><span class="faint numbers">{percent(one.score)}</span></>;
          return <li key={`${one.happened_at_ms} ${one.event_id}`}>{one.event_id === null ? <span class="in-vain">{said}</span> : <a href={withQuery({ event: one.event_id, alert: null })}>{said}</a>}</li>;
        })}
      </ul>
      {list.length > FIRST_SHOWN && !all.value && <div><Button kind="plain" slim onClick={() => (all.value = true)}>{words.showAll(list.length)}</Button></div>}
    </div>
  );
}
