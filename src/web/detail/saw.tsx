import type { AlertStoryOut, DecisionOut } from '../../api/schemas/explain.ts';
import type { LookOut } from '../../api/schemas/looks.ts';
import { t } from '../i18n/language.ts';
import { clock, number } from '../i18n/times.ts';
import { Badge } from '../ui/surfaces.tsx';

/** Looks that are shown before one asks for all. */
const SHOWN = 4;

/** The windows that the model was shown, and what it told of them. */
export function Looks({ looks }: { looks: readonly LookOut[] }) {
  if (looks.length === 0) return null;
  const words = t().detail;
  const line = (look: LookOut) => (
    <li key={look.window_id}>
      <span class="small quiet numbers">{clock(look.from_ms, true)} – {clock(look.to_ms, true)} · {words.window(look.frames)} · {words.reasons[look.reason]}</span>
      {look.sightings.length === 0 ? <span class="quiet">{words.sawNothing}</span> : look.sightings.map((one) => <span key={`${one.event} ${one.start_ms}`}>{one.event} <span class="small quiet">{number(one.confidence * 100)} %</span></span>)}
    </li>
  );
  return (
    <section class="stack close">
      <h3>{words.saw}</h3>
      <ul class="told tall">{looks.slice(0, SHOWN).map(line)}</ul>
      {looks.length > SHOWN && <details><summary class="small quiet">{words.moreLooks(looks.length - SHOWN)}</summary><ul class="told tall">{looks.slice(SHOWN).map(line)}</ul></details>}
    </section>
  );
}

/** What each rule made of it, with its score beside its threshold. */
export function Decisions({ decisions }: { decisions: readonly DecisionOut[] }) {
  const words = t().detail;
  return (
    <section class="stack close">
      <h3>{words.decisions}</h3>
      {decisions.length === 0 && <p class="small quiet">{words.noDecision}</p>}
      <ul class="told">
        {decisions.map((one, index) => (
          <li key={index} class="decision">
            <a class="strong" href={`/rules/${encodeURIComponent(one.rule)}`}>{one.rule}</a>
            {one.score !== null && <Score score={one.score} threshold={one.threshold} />}
            <Badge tone={one.outcome === 'alerted' ? 'good' : undefined}>{words.outcomes[one.outcome]}</Badge>
            {one.detail !== '' && <span class="small quiet">{one.detail}</span>}
          </li>
        ))}
      </ul>
    </section>
  );
}

/** A score as a bar, with a notch at the threshold. */
function Score({ score, threshold }: { score: number; threshold: number }) {
  const says = t().detail.scoreOf(number(score, 2), number(threshold, 2));
  return (
    <span class="score" role="img" aria-label={says} title={says}>
      <span class={score >= threshold ? 'over' : ''} style={{ width: `${Math.round(score * 100)}%` }} />
      <i style={{ left: `${Math.round(threshold * 100)}%` }} />
    </span>
  );
}

export function Deleted({ what }: { what: AlertStoryOut['deleted'] }) {
  return <>{what.map((one) => <p key={one} class="small quiet">{t().detail.deleted[one]}</p>)}</>;
}
