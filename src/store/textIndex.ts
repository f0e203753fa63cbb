import type { Database } from 'better-sqlite3';
import { gramsOf, partSought, pieces, terms, tokensOf } from './words.ts';
import type { Token } from './words.ts';

const KINDS = { word: 0, gram: 1, camera: 2 } as const;

/** Words whose numbers are remembered; beyond it they are looked up again. */
const REMEMBERED = 50_000;
/** A part of a word that is in more words than this finds nothing by the index: the texts themselves are read. */
const MOST_WORDS = 500;

/** Finds events by words of their text, parts of words included. */
export interface TextIndex {
  add(seq: number, text: string, camera: string): void;
  remove(seq: number): void;
  /**
   * What to MATCH in events_text for texts that may hold all words of `text` (they are to be checked); '' where the index is of no
   * help, undefined where no text holds them.
   */
  match(text: string, camera: string | undefined): string | undefined;
  /** Forgets what was learnt in a transaction that was rolled back. */
  forget(): void;
}

/**
 * The index of the texts: an FTS5 table whose documents are the numbers of the words (table `words`), so that nothing a text or a
 * question holds is ever FTS5's syntax. It keeps no positions (detail=none) and no text: a posting takes 1 to 3 bytes. A part of
 * a word is looked up among the words first (trigrams of them, word_parts). The camera is a word of its own, so that a rare
 * camera does not cost a walk through a frequent word.
 */
export function textIndex(db: Database): TextIndex {
  const insert = db.prepare<[number, string]>('INSERT INTO events_text (rowid, words) VALUES (?, ?)');
  const remove = db.prepare<[number]>('DELETE FROM events_text WHERE rowid = ?');
  const words = wordList(db);
  return {
    add: (seq, text, camera) => void insert.run(seq, `${tokensOf(text).map(words.learn).join(' ')} ${words.camera(camera)}`),
    remove: (seq) => void remove.run(seq),
    forget: () => words.forget(),
    match(text, camera) {
      const groups: (readonly number[])[] = [];
      for (const piece of terms(text).flatMap(pieces)) {
        for (const ids of piece.run ? gramsOf(piece.text).map(words.gram) : [words.holding(partSought(piece.text))]) {
          if (ids.length === 0) return undefined;
          if (ids.length <= MOST_WORDS) groups.push(ids);
        }
      }
      if (groups.length > 0 && camera !== undefined) groups.push(words.find('camera', camera));
      if (groups.some((ids) => ids.length === 0)) return undefined;
      return groups.map((ids) => `(${ids.map((id) => `"${code(id)}"`).join(' OR ')})`).join(' AND ');
    },
  };
}

/** A word's number as the index writes it: short, and never a word of FTS5's own language. */
function code(id: number): string {
  return id.toString(36);
}

interface WordList {
  /** the code of the word, which is added where it is new */
  learn(token: Token): string;
  camera(id: string): string;
  find(kind: keyof typeof KINDS, word: string): number[];
  gram(word: string): number[];
  /** words that hold this part; more than MOST_WORDS where they are too many */
  holding(part: string): number[];
  forget(): void;
}

function wordList(db: Database): WordList {
  const known = { word: new Map<string, string>(), gram: new Map<string, string>(), camera: new Map<string, string>() };
  const get = db.prepare<[number, string], number>('SELECT id FROM words WHERE kind = ? AND word = ?').pluck();
  const insert = db.prepare<[number, string]>('INSERT INTO words (kind, word) VALUES (?, ?)');
  const insertParts = db.prepare<[number | bigint, string]>('INSERT INTO word_parts (rowid, word) VALUES (?, ?)');
  const byTrigram = db.prepare<[string, number], number>('SELECT rowid FROM word_parts WHERE word_parts MATCH ? LIMIT ?').pluck();
  const byScan = db.prepare<[string, number], number>('SELECT id FROM words WHERE kind = 0 AND instr(word, ?) > 0 LIMIT ?').pluck();

  function codeOf(kind: keyof typeof KINDS, word: string): string {
    const codes = known[kind];
    const remembered = codes.get(word);
    if (remembered !== undefined) return remembered;
    if (codes.size >= REMEMBERED) codes.clear();
    const found = code(get.get(KINDS[kind], word) ?? added(kind, word));
    codes.set(word, found);
    return found;
  }
  function added(kind: keyof typeof KINDS, word: string): number {
    const id = Number(insert.run(KINDS[kind], word).lastInsertRowid);
    if (kind === 'word') insertParts.run(id, word);
    return id;
  }
  const find = (kind: keyof typeof KINDS, word: string): number[] => get.all(KINDS[kind], word);
  return {
    learn: (token) => codeOf(token.kind, token.word),
    camera: (id) => codeOf('camera', id),
    find,
    gram: (word) => find('gram', word),
    // The trigrams know no parts of one or two letters.
    holding: (part) => ([...part].length < 3 || part.includes('\0') ? byScan.all(part, MOST_WORDS + 1) : byTrigram.all(`"${part.replaceAll('"', '""')}"`, MOST_WORDS + 1)),
    forget: () => Object.values(known).forEach((codes) => codes.clear()),
  };
}
