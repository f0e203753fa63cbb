import type { Database } from 'better-sqlite3';
import { gramsOf, gramsUpTo, partSought } from './words.ts';

const KINDS = { word: 0, gram: 1, camera: 2 } as const;
type Kind = keyof typeof KINDS;

/** Words whose codes are remembered, of each kind; beyond it they are looked up again. */
const REMEMBERED = 50_000;
/** A part that is in more words than this narrows nothing down. */
export const MOST_WORDS = 500;

/** The words that occur in texts, each with its code: short, of letters and digits, in quotes where it is sought. */
export interface WordList {
  /** the code of the word, which is added where it is new */
  learn(token: { readonly kind: Kind; readonly word: string }): string;
  find(kind: Kind, word: string): string | undefined;
  /** the codes of words that hold this part, MOST_WORDS and one at most */
  holding(part: string): string[];
  forget(): void;
}

/** Table `words`, and `word_parts`: which words hold which one to three characters, as hexadecimal digits. */
export function wordList(db: Database): WordList {
  const known = { word: new Map<string, string>(), gram: new Map<string, string>(), camera: new Map<string, string>() };
  const get = db.prepare<[number, string], number>('SELECT id FROM words WHERE kind = ? AND word = ?').pluck();
  const insert = db.prepare<[number, string]>('INSERT INTO words (kind, word) VALUES (?, ?)');
  const insertParts = db.prepare<[number | bigint, string]>('INSERT INTO word_parts (rowid, parts) VALUES (?, ?)');
  const holding = db
    .prepare<[string, string, number], number>(
      'SELECT words.id FROM word_parts CROSS JOIN words ON words.id = word_parts.rowid WHERE word_parts MATCH ? AND instr(word, ?) > 0 LIMIT ?',
    )
    .pluck();

  function added(kind: Kind, word: string): number {
    const id = Number(insert.run(KINDS[kind], word).lastInsertRowid);
    if (kind === 'word') insertParts.run(id, gramsUpTo(3, word).map(hex).join(' '));
    return id;
  }
  return {
    learn({ kind, word }) {
      const codes = known[kind];
      const remembered = codes.get(word);
      if (remembered !== undefined) return remembered;
      if (codes.size >= REMEMBERED) codes.clear();
      const code = codeOf(get.get(KINDS[kind], word) ?? added(kind, word));
      codes.set(word, code);
      return code;
    },
    find(kind, word) {
      const id = get.get(KINDS[kind], word);
      return id === undefined ? undefined : quoted(codeOf(id));
    },
    holding(part) {
      const sought = partSought(part);
      return holding.all(gramsOf(sought, 3).map((gram) => quoted(hex(gram))).join(' AND '), sought, MOST_WORDS + 1).map((id) => quoted(codeOf(id)));
    },
    forget: () => Object.values(known).forEach((codes) => codes.clear()),
  };
}

function codeOf(id: number): string {
  return id.toString(36);
}

function hex(gram: string): string {
  return Buffer.from(gram).toString('hex');
}

function quoted(code: string): string {
  return `"${code}"`;
}
