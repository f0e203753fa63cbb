/** HTML that was put together here, and is safe. */
export class Markup {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

type Part = Markup | string | number | readonly Part[] | null | undefined | false;

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

/** Text as HTML: what a model or a person wrote cannot become markup, in an element or in a quoted attribute. Characters that are not to be seen are left out. */
export function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (character) => ENTITIES[character] ?? character).replace(/[^\P{C}\n]/gu, '');
}

/** HTML with values in it: strings and numbers are escaped, Markup goes in as it is, nothing where there is nothing. */
export function html(strings: TemplateStringsArray, ...values: readonly Part[]): Markup {
  return new Markup(strings.reduce((text, piece, i) => text + piece + (i < values.length ? of(values[i]) : ''), ''));
}

function of(part: Part): string {
  if (part === null || part === undefined || part === false) return '';
  if (part instanceof Markup) return part.text;
  if (typeof part === 'string' || typeof part === 'number') return escaped(String(part));
  return part.map(of).join('');
}
