import { useEffect } from 'preact/hooks';
import type { StatusOut } from '../../api/schemas/status.ts';
import { get } from '../api/client.ts';
import { StateBadge } from '../cameras/status.tsx';
import { t } from '../i18n/language.ts';
import { bytes, lasting, number, zone } from '../i18n/times.ts';
import { ButtonLink } from '../ui/button.tsx';
import { Facts } from '../ui/facts.tsx';
import { ProblemNote } from '../ui/problem.tsx';
import { Badge, Notice, Panel, Progress, View, Waiting } from '../ui/surfaces.tsx';
import { Time } from '../ui/time.tsx';
import { useLoad } from '../ui/useLoad.ts';
import './status.css';

const EVERY_MS = 10_000;

/** How everything stands, read again now and then. */
export function StatusPage() {
  const words = t().status;
  const status = useLoad(async (signal) => {
    const asked = Date.now();
    const value = await get<StatusOut>('/v1/status', {}, signal);
    // the answer was made about halfway
    return { value, skew: value.now_ms - (asked + Date.now()) / 2 };
  }, []);
  const { reload } = status;
  useEffect(() => {
    const timer = setInterval(reload, EVERY_MS);
    return () => clearInterval(timer);
  }, [reload]);
  const known = status.value.value;
  return (
    <View
      title={words.title} text={known && words.text(known.value.version, lasting(known.value.uptime_s * 1000))}
      actions={<><ButtonLink kind="plain" icon="book" href="/docs" target="_blank" rel="noreferrer" data-outside>{words.api}</ButtonLink><ButtonLink kind="plain" icon="status" href="/metrics" target="_blank" rel="noreferrer" data-outside>{words.metrics}</ButtonLink></>}
    >
      {status.problem.value && <ProblemNote problem={status.problem.value} retry={reload} />}
      {!known && !status.problem.value && <Waiting label={t().shell.loading} />}
      {known && <Known status={known.value} skew={known.skew} />}
    </View>
  );
}

/** What wants attention, in the words of whoever says so. */
function faults({ config, model, broker, cameras }: StatusOut): { code: string; message: string }[] {
  const offline = cameras.filter(({ state }) => state === 'offline').map(({ id, reason, code }) => ({ code: code ?? 'CAMERA_UNREACHABLE', message: `${id}: ${reason ?? t().live.states.offline}` }));
  return [config.problem, model.problem, broker.problem].flatMap((one) => (one ? [one] : [])).concat(offline);
}

function Known({ status, skew }: { status: StatusOut; skew: number }) {
  const words = t().status;
  const wrong = faults(status);
  return (
    <>
      <Notice tone={wrong.length > 0 ? 'warning' : 'good'}>
        <div class="strong">{wrong.length > 0 ? words.bad(wrong.length) : words.good}</div>
        {wrong.map(({ code, message }) => <div key={message}>{message} <span class="code">{code}</span></div>)}
      </Notice>
      <div class="status-columns">
        <Panel title={words.model} actions={<Badge dot tone={{ ready: 'good' as const, opening: 'info' as const, failed: 'critical' as const }[status.model.state]}>{words.modelStates[status.model.state]}</Badge>}>
          <Facts of={[[words.model, status.model.name], [words.device, status.model.device], [words.context, status.model.context === null ? null : words.tokens(number(status.model.context))], [words.windows, number(status.model.windows)], [words.visual, number(status.model.visual_tokens)]]} />
        </Panel>
        <Panel title={words.broker} actions={<Badge dot tone={status.broker.state === 'connected' ? 'good' : 'critical'}>{words.brokerStates[status.broker.state]}</Badge>}>
          <Facts of={[[words.address, status.broker.address], [words.waiting, number(status.broker.waiting)], [words.site, status.site], [words.shard, status.shard]]} />
        </Panel>
        <Panel title={words.cameras}>
          <ul class="stack close">{status.cameras.map((camera) => <li class="row apart" key={camera.id}><a class="plain-link" href={`/live/${camera.id}`}>{camera.id}</a><StateBadge state={camera.state} /></li>)}</ul>
        </Panel>
        <Panel title={words.log}>
          <Facts
            of={[
              [words.size, status.store.max_mb === null ? bytes(status.store.bytes) : words.of(bytes(status.store.bytes), bytes(status.store.max_mb * 2 ** 20))],
              [words.keeps, words.days(number(status.store.retention_days))],
              [words.reaches, status.store.oldest_ms === null ? null : <Time at={status.store.oldest_ms} as="full" />],
              [words.gaps, number(status.store.open_gaps)],
            ]}
          />
        </Panel>
        <Disks disk={status.disk} />
        <Panel title={words.config}>
          <Facts of={[[words.file, <span class="mono">{status.config.file}</span>], [words.restart, status.config.restart.length === 0 ? null : status.config.restart.join(', ')]]} />
        </Panel>
        <Panel title={words.clock}>
          <p class="small">{Math.abs(skew) < 1000 ? words.clockFine : words.clockText(lasting(Math.abs(skew)))}</p>
          <Facts of={[[words.machineZone, status.timezone], [words.yourZone, zone]]} />
        </Panel>
      </div>
    </>
  );
}

function Disks({ disk }: Pick<StatusOut, 'disk'>) {
  const words = t().status;
  return (
    <Panel title={words.disk}>
      <ul class="stack">
        {disk.map(({ what, path, free_bytes: free, used_bytes: used, max_bytes: most }) => (
          <li key={path} class="stack close small">
            <span class="row apart"><span class="strong">{what}</span><span class="quiet numbers">{used !== null && (most === null ? bytes(used) : words.of(bytes(used), bytes(most)))}{free !== null && ` · ${words.free(bytes(free))}`}</span></span>
            {used !== null && most !== null && <Progress share={used / most} label={what} />}
            <span class="mono tiny faint clip-line">{path}</span>
          </li>
        ))}
      </ul>
    </Panel>
  );
}
