import type { ComponentChildren, JSX } from 'preact';
import { Icon } from './icon.tsx';
import type { IconName } from './icon.tsx';

export interface ButtonProps extends Omit<JSX.IntrinsicElements['button'], 'icon' | 'label'> {
  /** `main`: the one thing that a view is for; `plain`: without a frame */
  kind?: 'normal' | 'main' | 'plain' | 'danger';
  icon?: IconName;
  slim?: boolean;
  /** shows the icon alone; the words are for those who hear the page, and appear when the pointer rests */
  label?: string;
  busy?: boolean;
  children?: ComponentChildren;
}

export function Button({ kind = 'normal', icon, slim, label, busy, children, disabled, type = 'button', class: extra, ...rest }: ButtonProps) {
  const classes = ['button', kind === 'normal' ? '' : kind, slim ? 'slim' : '', label && !children ? 'square' : '', typeof extra === 'string' ? extra : ''].filter(Boolean).join(' ');
  return (
    <button type={type} class={classes} disabled={disabled === true || busy === true} aria-busy={busy} aria-label={label} title={label} {...rest}>
      {busy ? <span class="waiting" aria-hidden="true" /> : icon && <Icon name={icon} size={slim ? 16 : 18} />}
      {children}
    </button>
  );
}

interface LinkProps extends Pick<ButtonProps, 'kind' | 'icon' | 'slim' | 'label' | 'children'> {
  href: string;
  target?: '_blank';
  rel?: string;
  /** a file's name, for what is to be kept and not shown */
  download?: string;
  /** leads out of this page, though not off this host */
  'data-outside'?: boolean;
}

/** A link that looks like a button. */
export function ButtonLink({ kind = 'normal', icon, slim, label, children, ...rest }: LinkProps) {
  return (
    <a class={['button', kind === 'normal' ? '' : kind, slim ? 'slim' : '', label && !children ? 'square' : ''].filter(Boolean).join(' ')} aria-label={label} title={label} {...rest}>
      {icon && <Icon name={icon} size={slim ? 16 : 18} />}
      {children}
    </a>
  );
}
