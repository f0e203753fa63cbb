import { useComputed, useSignal } from '@preact/signals';
import type { TargetedKeyboardEvent } from 'preact';
import { locale, t } from '../i18n/language.ts';
import { clock, lasting } from '../i18n/times.ts';
import { withQuery } from '../router.ts';
import { Button } from '../ui/button.tsx';
import { Choice } from '../ui/field.tsx';
import { Icon } from '../ui/icon.tsx';
import { Badge, EmptyState, Panel } from '../ui/surfaces.tsx';
import { Severity } from '../ui/time.tsx';
import { chosenMark } from './chosen.ts';
import { dayName, sameDay, stretch } from './clock.ts';
import { linesOf } from './listed.ts';
import type { Line, LineKind } from './listed.ts';
import { reading } from './past.ts';
import { presently } from './present.ts';
import { useRested } from './rested.ts';
import { filter, known, lanes, NO_FILTER, view } from './state.ts';

/** Lines at first, and more at a time. */
const SHOWN = 60;

/** The same as the chart, for reading: everything in view, newest first. */
export function TimelineList() {
  const words = t().timeline;
  const kind = useSignal<LineKind>('all');
  const shown = useSignal(SHOWN);
  const rested = useRested(view);
  const lines = useComputed(() => linesOf(known.value, lanes.value, rested.value, kind.value));
  const count = (of: Line['kind']): number => lines.value.filter((line) => line.kind === of).length;
  const some = lines.value.slice(0, shown.value);
  return (
    <Panel
      flush
      title={<>{words.list} <span class="quiet small count">{kind.value === 'all' && words.listCount(count('alert'), count('event'))}</span></>}
      actions={<Choice label={words.list} value={kind.value} onChange={(to) => (kind.value = to)} options={(['all', 'alerts', 'events', 'gaps'] as const).map((value) => ({ value, text: words.kinds[value] }))} />}
    >
      {some.length === 0 ? <Nothing kind={kind.value} /> : (
        <ol class="lines past-lines" onKeyDown={walk}>
          {some.map((line, index) => {
            const before = some[index - 1];
            const style = { locale: locale() };
            const newDay = before === undefined ? !sameDay(line.at, presently(), style) : !sameDay(line.at, before.at, style);
            return [
              newDay && <li key={`day ${line.at}`} class="day small strong" role="presentation">{dayName(line.at, style, presently())}</li>,
              <OneLine key={keyOf(line)} line={line} />,
            ];
          })}
        </ol>
      )}
      {lines.value.length > some.length && (
        <div class="row more-lines"><Button slim onClick={() => (shown.value += SHOWN)}>{words.showMore(Math.min(SHOWN, lines.value.length - some.length))}</Button></div>
      )}
    </Panel>
  );
}

function keyOf(line: Line): string {
  return line.kind === 'alert' ? `alert:${line.alert.id}` : line.kind === 'event' ? `event:${line.event.id}` : `gap:${line.gap.camera}:${line.gap.from}`;
}

function OneLine({ line }: { line: Line }) {
  const words = t().timeline;
  if (line.kind === 'gap') {
    const { gap } = line;
    const reason = words.reasons[gap.reason as keyof typeof words.reasons] ?? gap.reason;
    const span = stretch(gap.from, gap.to, { locale: locale() }, presently());
    return (
      <li class="gap-line small quiet">
        <time class="numbers" dateTime={new Date(gap.from).toISOString()}>{clock(gap.from)}</time>
        <span class="swatch gap" aria-hidden="true" />
        <span class="grow">{gap.lasts ? words.unwatchedSince(gap.camera, clock(gap.from), reason) : words.unwatched(gap.camera, span, reason)}{gap.detail !== '' && ` (${gap.detail.replace(/\.$/, '')})`}</span>
        <span class="numbers">{lasting(gap.to - gap.from)}</span>
      </li>
    );
  }
  const one = line.kind === 'alert' ? line.alert : line.event;
  const current = chosenMark.value === keyOf(line);
  const href = withQuery(line.kind === 'alert' ? { alert: one.id, event: null } : { event: one.id, alert: null });
  return (
    <li class={`${line.kind}-line ${one.phase === 'retracted' ? 'gone' : ''}`}>
      <a href={href} aria-current={current ? 'true' : undefined}>
        <time class="numbers" dateTime={new Date(line.at).toISOString()}>{clock(line.at)}</time>
        <span class={`swatch ${line.kind === 'alert' ? line.alert.severity : 'event'}`} aria-hidden="true" />
        <span class="grow said">
          <span class={line.kind === 'alert' ? 'strong' : ''}>{one.event}</span>
          <span class="small quiet">{line.kind === 'alert' ? line.alert.rule : lasting(one.end_ms - one.start_ms)} · {one.camera}{line.kind === 'alert' && line.alert.phase !== 'retracted' && <> · {words.after(lasting(line.alert.latency_ms.total))}</>}</span>
        </span>
        {line.kind === 'alert' ? <AlertState line={line} /> : <>{one.phase !== 'end' && <Badge tone="accent">{words.going}</Badge>}{line.alerts > 0 && <Icon name="bell" size={16} label={words.legend.alert} />}</>}
      </a>
    </li>
  );
}

function AlertState({ line: { alert } }: { line: Line & { kind: 'alert' } }) {
  const words = t().timeline;
  if (alert.phase === 'retracted') return <Badge>{words.takenBack}</Badge>;
  return <span class="state"><Severity of={alert.severity} /></span>;
}

function Nothing({ kind }: { kind: LineKind }) {
  const words = t().timeline;
  if (reading.value) return <p class="quiet small pad" role="status">{words.reading}</p>;
  if (kind === 'gaps') return <p class="quiet small pad">{words.everythingWatched}</p>;
  const filtered = filter.value !== NO_FILTER;
  return (
    <EmptyState icon="timeline" title={words.none.title} action={filtered && <Button onClick={() => (filter.value = NO_FILTER)}>{words.noFilter}</Button>}>
      {filtered ? words.none.filtered : words.none.text}
    </EmptyState>
  );
}

/** Arrow keys go from line to line. */
function walk(event: TargetedKeyboardEvent<HTMLElement>): void {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (step === undefined) return;
  const links = [...event.currentTarget.querySelectorAll<HTMLElement>('a')];
  const next = links[links.indexOf(document.activeElement as HTMLElement) + step];
  if (!next) return;
  event.preventDefault();
  next.focus();
}
