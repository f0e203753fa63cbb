import type { ComponentChildren } from 'preact';
import { Icon } from './icon.tsx';
import type { IconName } from './icon.tsx';

/** A framed part of a view. */
export function Panel({ title, actions, flush, children, class: extra = '' }: { title?: ComponentChildren; actions?: ComponentChildren; flush?: boolean; children?: ComponentChildren; class?: string }) {
  return (
    <section class={`panel ${extra}`}>
      {(title !== undefined || actions !== undefined) && (
        <div class="head">
          {title !== undefined && <h2>{title}</h2>}
          {actions}
        </div>
      )}
      <div class={flush ? 'body flush' : 'body'}>{children}</div>
    </section>
  );
}

/** The frame of a view: its heading, what can be done, and its parts. */
export function View({ title, text, actions, width = '', children }: { title: string; text?: ComponentChildren; actions?: ComponentChildren; width?: '' | 'narrow' | 'broad'; children?: ComponentChildren }) {
  return (
    <div class={`view ${width}`}>
      <div class="title">
        <div>
          <h1>{title}</h1>
          {text !== undefined && <p>{text}</p>}
        </div>
        {actions !== undefined && <div class="row">{actions}</div>}
      </div>
      {children}
    </div>
  );
}

/** Where there is nothing yet: why, and what to do. */
export function EmptyState({ icon, title, children, action }: { icon: IconName; title: string; children?: ComponentChildren; action?: ComponentChildren }) {
  return (
    <div class="empty">
      <div class="mark"><Icon name={icon} size={28} /></div>
      <h2>{title}</h2>
      {children !== undefined && <p>{children}</p>}
      {action}
    </div>
  );
}

export type Tone = 'info' | 'warning' | 'critical' | 'good';

const ICONS: Readonly<Record<Tone, IconName>> = { info: 'info', warning: 'warning', critical: 'warning', good: 'check' };

export function Notice({ tone = 'info', role, children }: { tone?: Tone; role?: 'status' | 'alert'; children: ComponentChildren }) {
  return (
    <div class={`notice ${tone}`} role={role}>
      <Icon name={ICONS[tone]} />
      <div class="grow">{children}</div>
    </div>
  );
}

export function Badge({ tone, dot, children }: { tone?: Tone | 'accent'; dot?: boolean; children: ComponentChildren }) {
  return (
    <span class={tone ? `badge ${tone}` : 'badge'}>
      {dot && <span class="dot" />}
      {children}
    </span>
  );
}

/** Work of known (0..1) or unknown length. */
export function Progress({ share, label }: { share?: number | undefined; label: string }) {
  const percent = share === undefined ? undefined : Math.round(Math.min(1, Math.max(0, share)) * 100);
  return (
    <div class={percent === undefined ? 'progress unsure' : 'progress'} role="progressbar" aria-label={label} aria-valuemin={0} aria-valuemax={100} aria-valuenow={percent}>
      <span style={percent === undefined ? {} : { width: `${percent}%` }} />
    </div>
  );
}

export function Waiting({ label }: { label: string }) {
  return (
    <div class="row quiet small" role="status">
      <span class="waiting" aria-hidden="true" />
      {label}
    </div>
  );
}
