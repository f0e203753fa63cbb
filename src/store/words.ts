/** Letters of scripts that are written without spaces, of which people search for parts of any length. */
const RUN = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\u3005]+/u;
const PIECES = new RegExp(`${RUN.source}|[\\s\\S]+?(?=${RUN.source}|$)`, 'gu');

// oxlint-disable-next-line no-control-regex -- all of ASCII, control characters too
const ASCII = /^[\x00-\x7f]*$/;

/** The longest piece that is indexed as one word; longer ones overlap by half, so that each part of up to half is in one. */
const LONGEST = 128;
const HALF = LONGEST / 2;

/** What a search compares: without case, accents and differences of width (NFKD without combining marks, in small letters). */
export function folded(text: string): string {
  // Most texts are plain English, for which there is nothing else to do.
  if (ASCII.test(text)) return text.toLowerCase();
  return text.normalize('NFKD').replace(/[\u0300-\u036f]/gu, '').normalize('NFC').toLowerCase();
}

/** The words of a search text; all of them must occur, in any order, anywhere in a word. */
export function terms(text: string): string[] {
  return folded(text).split(/\s+/u).filter((word) => word !== '');
}

/** `word`: a piece between spaces, searched by its parts. `gram`: one or two characters of a script without spaces. */
export interface Token {
  readonly kind: 'word' | 'gram';
  readonly word: string;
}

/** The pieces of a term: runs of script without spaces, and what is between them. */
export function pieces(term: string): { text: string; run: boolean }[] {
  if (ASCII.test(term)) return [{ text: term, run: false }];
  return [...term.matchAll(PIECES)].map(([text]) => ({ text, run: RUN.test(text) }));
}

/** What stands for a text in the index, each token once. */
export function tokensOf(text: string): Token[] {
  const words = new Set<string>();
  const grams = new Set<string>();
  for (const piece of terms(text).flatMap(pieces)) {
    if (piece.run) {
      for (const c of piece.text) grams.add(c);
      for (const pair of pairs(piece.text)) grams.add(pair);
    } else for (const part of parts(piece.text)) words.add(part);
  }
  return [...[...words].map((word) => ({ kind: 'word', word }) as const), ...[...grams].map((word) => ({ kind: 'gram', word }) as const)];
}

/** The tokens that every text with this run holds. */
export function gramsOf(run: string): string[] {
  const all = pairs(run);
  return all.length > 0 ? all : [run];
}

/** What a word of the index must hold for a text to hold `piece`. */
export function partSought(piece: string): string {
  return piece.length > HALF ? piece.slice(0, HALF) : piece;
}

function pairs(run: string): string[] {
  const characters = [...run];
  return characters.slice(1).map((c, i) => `${characters[i] ?? ''}${c}`);
}

function parts(piece: string): string[] {
  if (piece.length <= LONGEST) return [piece];
  const count = Math.ceil((piece.length - LONGEST) / HALF) + 1;
  return Array.from({ length: count }, (_, i) => piece.slice(i * HALF, i * HALF + LONGEST));
}
