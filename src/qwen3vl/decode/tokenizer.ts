import { Tokenizer } from '@huggingface/tokenizers';
import { LookoutError } from '../../errors.ts';
import type { Checkpoint } from '../checkpoint/checkpoint.ts';

/** How a tokenizer's tokens turn into text: by the GPT-2 byte alphabet, by "▁" and "<0xNN>", or as they stand. */
type Spelling = 'bytes' | 'pieces' | 'words';

/** Texts between special tokens that are remembered, and their longest, characters. */
const MOST_PIECES = 1024;
const LONGEST_PIECE = 4096;

/** A checkpoint's tokenizer. */
export class QwenTokenizer {
  readonly #tokenizer: Tokenizer;
  readonly #spelling: Spelling;
  readonly #bytes = new Map<number, Uint8Array>();
  readonly #added: ReadonlySet<number>;
  readonly #special: ReadonlySet<number>;
  /** special tokens that no sentence contains by accident */
  readonly #controls: readonly string[];
  /** special tokens, where they cut a text into pieces that know nothing of each other */
  readonly #between: RegExp | undefined;
  readonly #pieces = new Map<string, readonly number[]>();

  constructor({ tokenizer, tokenizerConfig, dir }: Checkpoint) {
    const spec = tokenizer as { model?: { unk_token?: string }; decoder?: unknown };
    // a word-level model names its unknown token itself; the library looks for it in the other file
    const unknown = { unk_token: spec.model?.unk_token };
    try {
      this.#tokenizer = new Tokenizer(tokenizer, { ...unknown, ...tokenizerConfig });
    } catch (cause) {
      throw new LookoutError('MODEL_CONFIG_INVALID', `${dir}/tokenizer.json cannot be used: ${String(cause)}.`, { cause });
    }
    this.#spelling = spellingOf(spec.decoder);
    const added = [...this.#tokenizer.get_added_tokens_decoder().values()];
    const special = added.filter((t) => t.special);
    this.#added = new Set(added.map((t) => t.id));
    this.#special = new Set(special.map((t) => t.id));
    this.#between = this.#spelling === 'bytes' && added.every((t) => !t.lstrip && !t.rstrip) && special.length > 0 ? anyOf(special.map((t) => t.content)) : undefined;
    this.#controls = special.map((t) => t.content).filter((content) => /^<\|.*\|>$/.test(content));
  }

  /** Token ids; special tokens written in the text count as such. */
  encode(text: string): number[] {
    return this.#between ? text.split(this.#between).flatMap((piece) => this.#encodePiece(piece)) : this.#encodeWhole(text);
  }

  /** What stands between special tokens is tokenized by itself, and rolling windows say most of it again. */
  #encodePiece(piece: string): readonly number[] {
    const known = this.#pieces.get(piece);
    if (known) return known;
    const ids = this.#encodeWhole(piece);
    if (this.#pieces.size >= MOST_PIECES) this.#pieces.clear();
    if (piece.length <= LONGEST_PIECE) this.#pieces.set(piece, ids);
    return ids;
  }

  #encodeWhole(text: string): number[] {
    if (text === '') return [];
    const { ids, tokens } = this.#tokenizer.encode(text);
    const unknown = ids.findIndex((id: number | undefined) => id === undefined);
    if (unknown >= 0) throw new LookoutError('MODEL_RUNTIME', `The tokenizer has no token for "${tokens[unknown] ?? ''}".`);
    return ids;
  }

  idOf(token: string): number | undefined {
    return this.#tokenizer.token_to_id(token);
  }

  /** Tokens that stand for no text. */
  isSpecial(id: number): boolean {
    return this.#special.has(id);
  }

  /** `text` with control tokens like <|im_end|> broken up, so that text from outside cannot open a turn of its own. */
  harmless(text: string): string {
    return this.#controls.reduce((out, token) => out.replaceAll(token, `< ${token.slice(1)}`), text);
  }

  /** A token's text in UTF-8; it may be a part of a character. Special tokens and ids beyond the vocabulary have none. */
  bytes(id: number): Uint8Array {
    let bytes = this.#bytes.get(id);
    if (!bytes) {
      bytes = this.#spell(id);
      this.#bytes.set(id, bytes);
    }
    return bytes;
  }

  #spell(id: number): Uint8Array {
    const token = this.#tokenizer.id_to_token(id);
    if (token === undefined || this.isSpecial(id)) return new Uint8Array(0);
    if (this.#spelling === 'bytes' && !this.#added.has(id)) return Uint8Array.from([...token].map((c) => BYTE_ALPHABET.get(c) ?? 0x3f));
    if (this.#spelling === 'pieces') {
      const byte = /^<0x([0-9A-Fa-f]{2})>$/.exec(token);
      return byte ? Uint8Array.of(Number.parseInt(byte[1] ?? '', 16)) : new TextEncoder().encode(token.replaceAll('▁', ' '));
    }
    return new TextEncoder().encode(token);
  }
}

/** Matches any of the texts, the longest first, and keeps it when a string is split by it. */
function anyOf(texts: readonly string[]): RegExp {
  const longestFirst = [...texts].sort((a, b) => b.length - a.length);
  return new RegExp(`(${longestFirst.map((text) => text.replace(/[\\^$.*+?()[\]{}|]/g, String.raw`\$&`)).join('|')})`);
}

function spellingOf(decoder: unknown): Spelling {
  const text = JSON.stringify(decoder ?? null);
  if (text.includes('"ByteLevel"')) return 'bytes';
  return /"(Metaspace|ByteFallback)"/.test(text) ? 'pieces' : 'words';
}

/** GPT-2's alphabet: printable Latin-1 stands for itself, the other bytes for characters from U+0100 on. */
const BYTE_ALPHABET: ReadonlyMap<string, number> = (() => {
  const printable = (b: number): boolean => (b >= 0x21 && b <= 0x7e) || (b >= 0xa1 && b <= 0xac) || b >= 0xae;
  let extra = 0x100;
  const entries = Array.from({ length: 256 }, (_, b): [string, number] => [String.fromCodePoint(printable(b) ? b : extra++), b]);
  return new Map(entries);
})();
