import type { ComponentChildren } from 'preact';

/** Names and values beside one another; what has none (null) is left out. */
export function Facts({ of: facts }: { of: readonly (readonly [string, ComponentChildren])[] }) {
  return (
    <dl class="facts">
      {facts.map(([name, value]) => value !== null && <div key={name}><dt>{name}</dt><dd class="numbers">{value}</dd></div>)}
    </dl>
  );
}
