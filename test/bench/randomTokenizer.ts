import { createRandom } from '../../src/demo/random.ts';
import { firstSpecial } from './shapes.ts';

/** Qwen3's added tokens in the order of their ids; those that are not special are text that counts as one token. */
const SPECIAL = [
  '<|endoftext|>', '<|im_start|>', '<|im_end|>', '<|object_ref_start|>', '<|object_ref_end|>', '<|box_start|>', '<|box_end|>',
  '<|quad_start|>', '<|quad_end|>', '<|vision_start|>', '<|vision_end|>', '<|vision_pad|>', '<|image_pad|>', '<|video_pad|>',
] as const;
const PLAIN = [
  '<tool_call>', '</tool_call>', '<|fim_prefix|>', '<|fim_middle|>', '<|fim_suffix|>', '<|fim_pad|>', '<|repo_name|>', '<|file_sep|>',
  '<tool_response>', '</tool_response>', '<think>', '</think>',
] as const;

/** Merged first and so into few tokens: what the prompts and answers are made of. */
const WORDS =
  'user assistant seconds video event events start end the a in of and person someone who does what picks up phone puts down sits stands ' +
  'walks enters leaves room opens closes door List Event Rule Does satisfy rule Answer yes no Yes No as JSON array with times are from is on to ' +
  'red blue green white black shirt man woman bag table chair alert when Look out for few words Say stamped frames order this If nothing happens answer';
/** Punctuation that JSON's tokens begin and end with. */
const MARKS = ['{"', '":', '",', '"}', '},', '[{', '}]', ' "', ' {', '":"', '"]', ']}', '[]', '...', '--', '()', '?"', '."'];
/** Longest token made, in characters of the byte alphabet. */
const LONGEST = 14;
/** What is appended in a merge is one of the first so many tokens of its kind, so that long tokens come late. */
const EARLY = 300;

/** GPT-2's alphabet in Qwen's order: printable Latin-1 first, the other bytes as characters from U+0100 on. */
function alphabet(): string[] {
  const printable = (b: number): boolean => (b >= 0x21 && b <= 0x7e) || (b >= 0xa1 && b <= 0xac) || b >= 0xae;
  const bytes = Array.from({ length: 256 }, (_, b) => b);
  const others = bytes.filter((b) => !printable(b)).map((_, i) => String.fromCodePoint(0x100 + i));
  return [...bytes.filter(printable).map((b) => String.fromCodePoint(b)), ...others];
}

/** Characters that the pre-tokenizer keeps together; a merge across kinds would never be used. */
type Kind = 'word' | 'mark' | 'beyond';
const SPACE = 'Ġ';

function kindOf(token: string): Kind {
  if (/^Ġ?[A-Za-z]*$/.test(token)) return 'word';
  return /^Ġ?[!-/:-@[-`{-~]+$/.test(token) ? 'mark' : 'beyond';
}

/**
 * tokenizer.json of a byte-level BPE like Qwen's with `vocab` rows, its merges random but for the words of the prompts.
 * Every character can be encoded; in the full vocabulary the special tokens have Qwen's own ids.
 */
export function randomTokenizer(vocab: number, seed: number): { readonly tokenizer: object; readonly config: object } {
  const special = firstSpecial(vocab);
  const { tokens, merges } = growVocabulary(special, seed);
  const added = [...SPECIAL.map((content) => ({ content, special: true })), ...PLAIN.map((content) => ({ content, special: false }))];
  const flags = { single_word: false, lstrip: false, rstrip: false, normalized: false };
  const pattern = "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+";
  const byteLevel = { type: 'ByteLevel', add_prefix_space: false, trim_offsets: false, use_regex: false };
  const tokenizer = {
    version: '1.0', truncation: null, padding: null, normalizer: { type: 'NFC' }, post_processor: byteLevel, decoder: byteLevel,
    added_tokens: added.map((token, i) => ({ id: special + i, ...token, ...flags })),
    pre_tokenizer: { type: 'Sequence', pretokenizers: [{ type: 'Split', pattern: { Regex: pattern }, behavior: 'Isolated', invert: false }, byteLevel] },
    model: {
      type: 'BPE', dropout: null, unk_token: null, continuing_subword_prefix: '', end_of_word_suffix: '', fuse_unk: false, byte_fallback: false, ignore_merges: false,
      vocab: Object.fromEntries(tokens.map((token, id) => [token, id])), merges,
    },
  };
  const config = {
    tokenizer_class: 'Qwen2Tokenizer', add_prefix_space: false, bos_token: null, eos_token: '<|im_end|>', pad_token: '<|endoftext|>', unk_token: null,
    clean_up_tokenization_spaces: false, errors: 'replace', model_max_length: 262144, split_special_tokens: false, chat_template: CHAT_TEMPLATE,
    added_tokens_decoder: Object.fromEntries(added.map((token, i) => [String(special + i), { ...token, ...flags }])),
  };
  return { tokenizer, config };
}

function growVocabulary(size: number, seed: number): { readonly tokens: string[]; readonly merges: string[] } {
  const tokens = alphabet();
  const known = new Set(tokens);
  const pools: Record<Kind, string[]> = { word: [], mark: [], beyond: [] };
  for (const token of tokens) pools[kindOf(token)].push(token);
  const merges: string[] = [];
  const merge = (left: string, right: string): void => {
    if (left.length + right.length > LONGEST || tokens.length >= size) return;
    const token = left + right;
    if (known.has(token)) return;
    known.add(token);
    tokens.push(token);
    pools[kindOf(token)].push(token);
    merges.push(`${left} ${right}`);
  };
  const spell = (word: string): void => {
    for (let i = 1; i < word.length; i++) merge(word.slice(0, i), word.charAt(i));
  };
  for (const word of [...WORDS.split(' '), ...MARKS]) {
    spell(word.replaceAll(' ', SPACE));
    if (!word.startsWith(' ')) merge(SPACE, word);
  }
  const random = createRandom(seed);
  while (tokens.length < size) {
    // of Qwen's tokens about as many are words, and the fewest are punctuation
    const pool = pools[random.chance(0.7) ? 'word' : random.chance(0.1) ? 'mark' : 'beyond'];
    const right = pool[random.integer(0, Math.min(pool.length, EARLY) - 1)];
    if (right !== undefined && !right.startsWith(SPACE)) merge(random.pick(pool), right);
  }
  return { tokens, merges };
}

const CHAT_TEMPLATE =
  "{% for message in messages %}{{ '<|im_start|>' + message['role'] + '\\n' }}{% if message['content'] is string %}{{ message['content'] }}{% else %}" +
  "{% for part in message['content'] %}{% if part['type'] == 'video' %}{{ '<|vision_start|><|video_pad|><|vision_end|>' }}" +
  "{% elif part['type'] == 'image' %}{{ '<|vision_start|><|image_pad|><|vision_end|>' }}{% elif 'text' in part %}{{ part['text'] }}{% endif %}{% endfor %}" +
  "{% endif %}{{ '<|im_end|>\\n' }}{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\\n' }}{% endif %}";
