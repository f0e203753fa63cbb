import type { Database } from 'better-sqlite3';
import { MOST_WORDS, wordList } from './wordList.ts';
import type { WordList } from './wordList.ts';
import { gramsOf, pieces, terms, tokensOf } from './words.ts';
import type { Piece } from './words.ts';

/** Finds events by words of their text, parts of words included. */
export interface TextIndex {
  /** what stands for a text in the index */
  document(text: string, camera: string): string;
  add(seq: number, document: string): void;
  remove(seq: number): void;
  /**
   * What to MATCH in events_text for texts that may hold all words of `text` (they are to be checked); '' where the index is of no
   * help, undefined where no text holds them.
   */
  match(text: string, camera: string | undefined): string | undefined;
  /** Forgets what was learnt in a transaction that was rolled back. */
  forget(): void;
}

/** Parts shorter than this that are in more words than that narrow little down where there are longer ones, and cost much. */
const TELLING = 3;
const FEW_WORDS = 20;

/**
 * The index of the texts: an FTS5 table whose documents are the codes of the words (table `words`), so that nothing a text or a
 * question holds is ever FTS5's syntax. It keeps no positions (detail=none) and no text: a posting takes 1 to 4 bytes. The camera
 * is a word of its own, so that a rare camera does not cost a walk through a frequent word.
 */
export function textIndex(db: Database): TextIndex {
  const insert = db.prepare<[number, string]>('INSERT INTO events_text (rowid, words) VALUES (?, ?)');
  const remove = db.prepare<[number]>('DELETE FROM events_text WHERE rowid = ?');
  const words = wordList(db);
  return {
    document: (text, camera) => `${tokensOf(text).map(words.learn).join(' ')} ${words.learn({ kind: 'camera', word: camera })}`,
    add: (seq, document) => void insert.run(seq, document),
    remove: (seq) => void remove.run(seq),
    forget: () => words.forget(),
    match(text, camera) {
      const all = terms(text).flatMap(pieces);
      const telling = (piece: Piece): boolean => piece.run || piece.text.length >= TELLING;
      const some = all.some(telling);
      const conditions = all.map((piece) => condition(piece, words, some && !telling(piece) ? FEW_WORDS : MOST_WORDS));
      if (conditions.includes(undefined)) return undefined;
      const useful = conditions.filter((c) => c !== '');
      if (useful.length === 0 || camera === undefined) return useful.join(' AND ');
      const its = words.find('camera', camera);
      return its && [...useful, its].join(' AND ');
    },
  };
}

/** '' where more than `most` words hold the piece, undefined where none does. */
function condition({ text, run }: Piece, words: WordList, most: number): string | undefined {
  const grams = gramsOf(text, run ? 2 : 3).map((gram) => words.find('gram', gram));
  const byGrams = grams.includes(undefined) ? undefined : `(${grams.join(' AND ')})`;
  if (run) return byGrams;
  const holding = words.holding(text);
  if (holding.length > most) return '';
  const any = [...holding, ...(byGrams === undefined ? [] : [byGrams])];
  return any.length === 0 ? undefined : `(${any.join(' OR ')})`;
}
