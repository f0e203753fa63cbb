import type { ComponentChildren } from 'preact';
import { useId } from 'preact/hooks';
import { Icon } from './icon.tsx';

export interface Labelled {
  readonly id: string;
  readonly 'aria-describedby'?: string;
  readonly 'aria-invalid'?: boolean;
}

/** A label, a help line and a fault around one input, which takes what `children` is called with. */
export function Field({ label, help, fault, children }: { label: ComponentChildren; help?: ComponentChildren; fault?: string | undefined; children: (labelled: Labelled) => ComponentChildren }) {
  const id = useId();
  const described = [help !== undefined && `${id}-help`, fault !== undefined && `${id}-fault`].filter(Boolean).join(' ');
  return (
    <div class="field">
      <label class="label" for={id}>{label}</label>
      {children({ id, ...(described ? { 'aria-describedby': described } : {}), ...(fault === undefined ? {} : { 'aria-invalid': true }) })}
      {help !== undefined && <div class="help" id={`${id}-help`}>{help}</div>}
      {fault !== undefined && (
        <div class="fault" id={`${id}-fault`} role="alert">
          <Icon name="warning" size={16} />
          {fault}
        </div>
      )}
    </div>
  );
}

export function Switch({ on, onChange, label, hidden, disabled }: { on: boolean; onChange: (on: boolean) => void; label: string; hidden?: boolean; disabled?: boolean }) {
  return (
    <label class="switch">
      <input type="checkbox" role="switch" checked={on} disabled={disabled} onChange={(event) => onChange(event.currentTarget.checked)} />
      <span class={hidden ? 'only-heard' : ''}>{label}</span>
    </label>
  );
}

/** One of a few, all in sight; arrow keys move between them. */
export function Choice<T extends string>({ label, value, options, onChange }: { label: string; value: T; options: readonly { readonly value: T; readonly text: ComponentChildren; readonly label?: string }[]; onChange: (value: T) => void }) {
  const move = (event: KeyboardEvent): void => {
    const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
    if (step === undefined) return;
    event.preventDefault();
    const index = options.findIndex((one) => one.value === value);
    const next = options[(index + step + options.length) % options.length];
    if (!next) return;
    onChange(next.value);
    const group = event.currentTarget;
    if (group instanceof HTMLElement) group.querySelector<HTMLElement>(`[data-value="${CSS.escape(next.value)}"]`)?.focus();
  };
  return (
    <div class="choice" role="radiogroup" aria-label={label} onKeyDown={move}>
      {options.map((one) => (
        <button type="button" key={one.value} role="radio" data-value={one.value} aria-label={one.label} title={one.label} aria-checked={one.value === value} tabIndex={one.value === value ? 0 : -1} onClick={() => onChange(one.value)}>
          {one.text}
        </button>
      ))}
    </div>
  );
}
