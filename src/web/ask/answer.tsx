import type { TimestampOut } from '../../api/schemas/multimodal.ts';
import { address } from '../api/client.ts';
import { locale, t } from '../i18n/language.ts';
import { clock, number } from '../i18n/times.ts';
import { stretch, videoTime } from '../timeline/clock.ts';
import { presently } from '../timeline/present.ts';
import { Button, ButtonLink } from '../ui/button.tsx';
import { Badge, Notice, Panel, Progress } from '../ui/surfaces.tsx';
import { ProblemNote } from '../ui/problem.tsx';
import type { Asking } from './asking.ts';
import { forget, stopAsking } from './run.ts';

/** The answer as far as it has come: its words, and the times as chips that lead there. */
export function Answer({ of, onStamp, again }: { of: Asking; onStamp: (stamp: TimestampOut) => void; again: () => void }) {
  const words = t().ask;
  const text = of.answer?.text ?? '';
  return (
    <Panel title={words.answer} class="answer" actions={of.state === 'running' ? <Button slim icon="close" onClick={stopAsking}>{words.stop}</Button> : <Button slim kind="plain" icon="close" label={words.forget} onClick={forget} />}>
      <div class="stack wide" aria-live="polite" aria-busy={of.state === 'running'}>
        <p class="asked quiet">{of.prompt}</p>
        {of.state === 'running' && <Way of={of} />}
        {of.problem && <ProblemNote problem={of.problem} retry={again} />}
        {of.state === 'stopped' && <Notice>{words.stopped}</Notice>}
        {text !== '' ? <p class="answer-text">{text}</p> : of.parts.length > 0 && <Parts of={of} />}
        <Stamps of={of} onStamp={onStamp} />
        {of.answer && <Made of={of} />}
      </div>
    </Panel>
  );
}

function Way({ of }: { of: Asking }) {
  const words = t().ask;
  const at = of.at === null ? undefined : of.about.kind === 'camera' ? clock(of.at) : videoTime(of.at / 1000);
  const says = of.stage === 'looking' && at !== undefined ? words.lookingAt(at) : words.stages[of.stage];
  return (
    <div class="stack close">
      <Progress share={of.share ?? undefined} label={says} />
      <span class="small quiet numbers">{says}</span>
    </div>
  );
}

/** What single windows say, until there is one answer of all. */
function Parts({ of }: { of: Asking }) {
  const time = timeOf(of);
  return (
    <div class="stack close">
      <h3>{t().ask.soFar}</h3>
      <ul class="told tall">
        {of.parts.map((part) => <li key={part.start}><span class="small quiet numbers">{time(part.start)} – {time(part.end)}</span>{part.text}</li>)}
      </ul>
    </div>
  );
}

function Stamps({ of, onStamp }: { of: Asking; onStamp: (stamp: TimestampOut) => void }) {
  const words = t().ask;
  const wall = of.about.kind === 'camera';
  const said = ({ start, end }: TimestampOut): string => (wall ? stretch(start, end, { locale: locale() }, presently(), 'tenth') : `${videoTime(start / 1000)} – ${videoTime(end / 1000)}`);
  if (of.stamps.length === 0) return of.state === 'done' ? <p class="small quiet">{words.noStamps}</p> : null;
  return (
    <section class="stack close">
      <h3>{words.stamps}</h3>
      <ul class="stamps">
        {of.stamps.map((stamp, index) => (
          <li key={`${stamp.start} ${index}`}>
            <button type="button" class="stamp-chip" onClick={() => onStamp(stamp)} title={words.sure(`${number(stamp.confidence * 100)} %`)}>
              <span class="numbers strong">{said(stamp)}</span>
              <span>{stamp.event}</span>
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}

/** What the answer was made of, and what it could not see. */
function Made({ of: { about, answer } }: { of: Asking }) {
  if (!answer) return null;
  const wall = about.kind === 'camera';
  const words = t().ask;
  const reasons = t().timeline.reasons;
  return (
    <>
      {answer.more && <Notice>{words.more}</Notice>}
      {answer.not_watched.length > 0 && (
        <Notice tone="warning">
          {answer.not_watched.slice(0, 4).map((gap) => <div key={gap.start_ms}>{words.unwatched(stretch(gap.start_ms, gap.end_ms ?? presently(), { locale: locale() }, presently()), reasons[gap.reason])}</div>)}
        </Notice>
      )}
      <div class="row small quiet"><Badge tone={answer.source === 'events' ? 'warning' : 'accent'}>{words.from[answer.source]}</Badge>{answer.usage.windows > 0 && words.facts(answer.usage.windows, answer.usage.frames, answer.model)}</div>
      {wall && <div><ButtonLink slim icon="timeline" href={address('/timeline', { from: answer.range.start, to: Math.max(answer.range.end, answer.range.start + 10_000) })}>{words.onTimeline}</ButtonLink></div>}
    </>
  );
}

function timeOf(of: Asking): (ms: number) => string {
  return of.about.kind === 'camera' ? (ms) => clock(ms, true) : (ms) => videoTime(ms / 1000);
}
