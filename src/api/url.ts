export interface Reached {
  readonly host: string;
  readonly port: number;
  readonly hosts?: readonly string[];
  /** a certificate: https */
  readonly cert?: string | undefined;
}

/** As a browser reaches it: what listens everywhere is reached on this machine, or under the first of its names. */
export function urlOf({ host, port, hosts = [], cert }: Reached): string {
  const name = ['0.0.0.0', '::', '[::]'].includes(host) ? (hosts[0] ?? '127.0.0.1') : host;
  return `${cert ? 'https' : 'http'}://${name.includes(':') && !name.startsWith('[') ? `[${name}]` : name}:${port}`;
}

/** What to say at a start: where the page is, or how to get in for the first time. */
export function pageHint(reached: Reached, tokens: { list(): readonly unknown[] }): string {
  const url = urlOf(reached);
  return tokens.list().length > 0 ? `the page: ${url}` : `the page: ${url} (nobody has a token yet: npx lookout token add me --scope admin)`;
}
