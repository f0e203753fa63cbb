/** Where the page is: `/rules/phone?alert=…` is view `rules`, rest `['phone']`. */
export interface Place {
  readonly view: string;
  readonly rest: readonly string[];
  readonly query: URLSearchParams;
}

/** What an address of this page leads to. */
export function placeOf(path: string): Place {
  const url = new URL(path, 'http://page.invalid');
  const [view = '', ...rest] = url.pathname.split('/').filter((part) => part !== '').map(decoded);
  return { view: view || 'live', rest, query: url.searchParams };
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
