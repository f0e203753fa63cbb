/** Names for endpoints as logs may have them: host and port, numbered where two have the same. No credentials, no path. */
export function endpointIds(endpoints: readonly { readonly url: string }[]): string[] {
  const hosts = endpoints.map(({ url }) => new URL(url).host);
  return hosts.map((host, i) => {
    const before = hosts.slice(0, i).filter((other) => other === host).length;
    return before === 0 ? host : `${host}#${before + 1}`;
  });
}
