import type { AlertStoryOut } from '../../api/schemas/explain.ts';
import { address } from '../api/client.ts';
import { t } from '../i18n/language.ts';
import { clock, lasting, number } from '../i18n/times.ts';
import { withQuery } from '../router.ts';
import { ButtonLink } from '../ui/button.tsx';
import { Notice, Waiting } from '../ui/surfaces.tsx';
import { Severity, Time } from '../ui/time.tsx';
import { Gone } from './gone.tsx';
import { Facts } from './facts.tsx';
import type { Fact } from './facts.tsx';
import { FeedbackForm } from './feedback.tsx';
import { Frames } from './frames.tsx';
import { Latency } from './latency.tsx';
import { Film, Picture } from './media.tsx';
import { Decisions, Deleted, Looks } from './saw.tsx';
import { useStory } from './story.ts';

/** An alert: what was seen, why it was given, how long that took, what became of it, and whether it was right. */
export function AlertDetail({ id }: { id: string }) {
  const { value, problem, reload } = useStory<AlertStoryOut>('alert', id);
  if (problem.value) return <Gone problem={problem.value} retry={reload} />;
  if (!value.value) return <Waiting label={t().shell.loading} />;
  const story = value.value;
  const { alert } = story;
  const words = t().detail;
  const { start_ms: from, end_ms: to } = alert;
  return (
    <div class="stack wide">
      {alert.links.clip ? <Film src={alert.links.clip} {...(alert.links.snapshot ? { poster: alert.links.snapshot } : {})} /> : <Picture src={alert.links.snapshot} says={words.snapshot(alert.event, alert.camera)} />}
      <header class="stack close">
        <div class="row"><Severity of={alert.severity} /><Time at={alert.happened_at_ms} as="full" /></div>
        <h3 class="said">{alert.event}</h3>
        <p class="quiet">{alert.rule_text}</p>
      </header>
      {alert.phase === 'retracted' && <Notice tone="warning">{words.takenBack}</Notice>}
      <FeedbackForm alert={alert.id} said={story.feedback.at(-1) ?? null} />
      <Facts facts={factsOf(story)} />
      <Latency split={alert.latency_ms} />
      <Frames camera={alert.camera} from={from} to={to} film={alert.links.clip === null} />
      <Evidence story={story} />
      <Looks looks={story.looks} />
      <Decisions decisions={story.decisions} />
      <Phases story={story} />
      <Deleted what={story.deleted} />
      <div class="row actions">
        <ButtonLink slim icon="timeline" href={address('/timeline', { from: from - 60_000, to: to + 60_000, alert: alert.id })}>{words.onTimeline}</ButtonLink>
        <ButtonLink slim icon="ask" href={address('/ask', { camera: alert.camera, from: from - 15_000, to: to + 15_000 })}>{words.ask}</ButtonLink>
        <ButtonLink slim icon="rules" href={`/rules/${encodeURIComponent(alert.rule)}`}>{words.openRule}</ButtonLink>
      </div>
    </div>
  );
}

function factsOf({ alert }: AlertStoryOut): readonly Fact[] {
  const words = t().detail;
  return [
    [words.when, <>{clock(alert.happened_at_ms, true)} <span class="faint">±{lasting(alert.start_uncertainty_ms)}</span></>],
    [words.lasted, lasting(alert.end_ms - alert.start_ms)],
    [words.camera, alert.camera],
    [words.rule, <a key="rule" href={`/rules/${encodeURIComponent(alert.rule)}`}>{alert.rule}</a>],
    [words.because, alert.why],
    [words.score, words.scoreOf(number(alert.score, 2), number(alert.threshold, 2))],
    ...(alert.verified === null ? [] : [[words.verified, number(alert.verified, 2)] as const]),
    [words.clock, words.clocks[alert.time_source]],
  ];
}

function Evidence({ story: { evidence } }: { story: AlertStoryOut }) {
  if (evidence.length === 0) return null;
  const words = t().detail;
  return (
    <section class="stack close">
      <h3>{words.evidence}</h3>
      <ul class="told">
        {evidence.map((one) => (
          <li key={one.event_id}>
            <a href={withQuery({ alert: null, event: one.event_id })}>{one.event}</a>
            <span class="small quiet numbers">{one.found && <>{clock(one.found.start_ms, true)} · </>}{number(one.score, 2)}</span>
          </li>
        ))}
      </ul>
    </section>
  );
}

function Phases({ story: { phases } }: { story: AlertStoryOut }) {
  const words = t().detail;
  return (
    <section class="stack close">
      <h3>{words.delivery}</h3>
      <ul class="told small quiet">
        {phases.map((one) => <li key={`${one.phase} ${one.published_at_ms}`}>{one.delivered ? words.delivered(words.phases[one.phase], clock(one.published_at_ms, true)) : words.waits(words.phases[one.phase])}</li>)}
      </ul>
    </section>
  );
}
