import type { ComponentChildren } from 'preact';

export type Fact = readonly [name: string, value: ComponentChildren];

/** Names and values in two columns. */
export function Facts({ facts }: { facts: readonly Fact[] }) {
  return (
    <dl class="detail-facts">
      {facts.map(([name, value]) => <div key={name}><dt>{name}</dt><dd class="numbers">{value}</dd></div>)}
    </dl>
  );
}
