import type { EventStoryOut } from '../../api/schemas/explain.ts';
import { address } from '../api/client.ts';
import { t } from '../i18n/language.ts';
import { clock, lasting, number } from '../i18n/times.ts';
import { withQuery } from '../router.ts';
import { ButtonLink } from '../ui/button.tsx';
import { Badge, Notice, Waiting } from '../ui/surfaces.tsx';
import { Severity, Time } from '../ui/time.tsx';
import { Facts } from './facts.tsx';
import { Frames } from './frames.tsx';
import { Gone } from './gone.tsx';
import { Decisions, Deleted, Looks } from './saw.tsx';
import { useStory } from './story.ts';

/** An event: when it was, what showed it, and what each rule made of it. */
export function EventDetail({ id }: { id: string }) {
  const { value, problem, reload } = useStory<EventStoryOut>('event', id);
  if (problem.value) return <Gone problem={problem.value} retry={reload} />;
  if (!value.value) return <Waiting label={t().shell.loading} />;
  const { event, looks, decisions, alerts, deleted } = value.value;
  const words = t().detail;
  const { start_ms: from, end_ms: to } = event;
  return (
    <div class="stack wide">
      <header class="stack close">
        <div class="row"><Time at={from} as="full" />{event.phase !== 'end' && event.phase !== 'retracted' && <Badge tone="accent" dot>{words.goingOn}</Badge>}</div>
        <h3 class="said">{event.event}</h3>
      </header>
      {event.phase === 'retracted' && <Notice tone="warning">{words.takenBack}</Notice>}
      <Frames camera={event.camera} from={from} to={to} film />
      <Facts
        facts={[
          [words.when, <>{clock(from, true)} <span class="faint">±{lasting(event.start_uncertainty_ms)}</span> – {clock(to, true)} <span class="faint">±{lasting(event.end_uncertainty_ms)}</span></>],
          [words.lasted, lasting(to - from)],
          [words.camera, event.camera],
          [words.confidence, `${number(event.confidence * 100)} %, ${words.sightings(event.sightings)}`],
          [words.clock, words.clocks[event.time_source]],
        ]}
      />
      {alerts.length > 0 && (
        <section class="stack close">
          <h3>{words.alerts}</h3>
          <ul class="told">
            {alerts.map((alert) => <li key={alert.id}><a href={withQuery({ event: null, alert: alert.id })}>{alert.rule_text}</a><Severity of={alert.severity} /></li>)}
          </ul>
        </section>
      )}
      <Decisions decisions={decisions} />
      <Looks looks={looks} />
      <Deleted what={deleted} />
      <div class="row actions">
        <ButtonLink slim icon="timeline" href={address('/timeline', { from: from - 60_000, to: to + 60_000, event: event.id })}>{words.onTimeline}</ButtonLink>
        <ButtonLink slim icon="ask" href={address('/ask', { camera: event.camera, from: from - 15_000, to: to + 15_000 })}>{words.ask}</ButtonLink>
        <ButtonLink slim icon="search" href={withQuery({ event: null, why: String(Math.round((from + to) / 2)) })}>{words.whyNot}</ButtonLink>
      </div>
    </div>
  );
}
