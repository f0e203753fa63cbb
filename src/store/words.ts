/** Letters of scripts that are written without spaces, of which people search for parts of any length. */
const RUN = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\u3005]+/u;
const PIECES = new RegExp(`${RUN.source}|[\\s\\S]+?(?=${RUN.source}|$)`, 'gu');

// oxlint-disable-next-line no-control-regex -- all of ASCII, control characters too
const ASCII = /^[\x00-\x7f]*$/;

/** Half of a character that takes two units; the log holds U+FFFD in its place. */
const HALF = /\p{Surrogate}/gu;

/** The longest piece that is indexed as one word; longer ones overlap by half, so that each part of up to half is in one. */
const LONGEST = 128;
const OVERLAP = LONGEST / 2;

/** What a search compares: without case, accents and differences of width (NFKD without combining marks, in small letters). */
export function folded(text: string): string {
  // Most texts are plain English, for which there is nothing else to do.
  if (ASCII.test(text)) return text.toLowerCase();
  return text.replace(HALF, '\ufffd').normalize('NFKD').replace(/[\u0300-\u036f]/gu, '').normalize('NFC').toLowerCase();
}

/** The words of a search text; all of them must occur, in any order, anywhere in a word. */
export function terms(text: string): string[] {
  return folded(text).split(/\s+/u).filter((word) => word !== '');
}

/** `word`: letters between spaces, searched by their parts. `gram`: one to three characters of what is searched by its characters. */
export interface Token {
  readonly kind: 'word' | 'gram';
  readonly word: string;
}

/**
 * A piece of a term. `run`: of a script without spaces; such a piece is indexed by its characters and pairs of them, since people
 * look for parts of any length.
 */
export interface Piece {
  readonly text: string;
  readonly run: boolean;
}

export function pieces(term: string): Piece[] {
  if (ASCII.test(term)) return [{ text: term, run: false }];
  return [...term.matchAll(PIECES)].map(([text]) => ({ text, run: RUN.test(text) }));
}

/** What stands for a text in the index, each token once. */
export function tokensOf(text: string): Token[] {
  const words = new Set<string>();
  const grams = new Set<string>();
  for (const piece of terms(text).flatMap(pieces)) {
    if (piece.run) for (const gram of gramsUpTo(2, piece.text)) grams.add(gram);
    // Number plates and the like are ever new ones: as words they would make the list of words as long as the log.
    else if (/\d/.test(piece.text)) for (const gram of gramsUpTo(3, piece.text)) grams.add(gram);
    else for (const part of parts(piece.text)) words.add(part);
  }
  return [...[...words].map((word) => ({ kind: 'word', word }) as const), ...[...grams].map((word) => ({ kind: 'gram', word }) as const)];
}

/** The tokens of a run that every text with it holds, or with `longest` 3 those of a word with digits. */
export function gramsOf(text: string, longest: 2 | 3): string[] {
  const characters = [...text];
  return gramsOfLength(Math.min(longest, characters.length), characters);
}

/** All sequences of one to `longest` characters. */
export function gramsUpTo(longest: 2 | 3, text: string): string[] {
  const characters = [...text];
  return Array.from({ length: longest }, (_, i) => gramsOfLength(i + 1, characters)).flat();
}

function gramsOfLength(length: number, characters: readonly string[]): string[] {
  const count = Math.max(0, characters.length - length + 1);
  return [...new Set(Array.from({ length: count }, (_, i) => characters.slice(i, i + length).join('')))];
}

/** What a word of the index must hold for a text to hold `piece`. */
export function partSought(piece: string): string {
  return piece.length > OVERLAP ? piece.slice(0, OVERLAP) : piece;
}

function parts(piece: string): string[] {
  if (piece.length <= LONGEST) return [piece];
  const count = Math.ceil((piece.length - LONGEST) / OVERLAP) + 1;
  return Array.from({ length: count }, (_, i) => piece.slice(i * OVERLAP, i * OVERLAP + LONGEST));
}
