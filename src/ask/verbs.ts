// English questions hide a sentence: "when did the courier come?" asks for "the courier comes". Rules and events are written in the present.

const IRREGULAR: Record<string, string> = {
  came: 'come', went: 'go', left: 'leave', fell: 'fall', sat: 'sit', stood: 'stand', put: 'put', took: 'take', got: 'get', ran: 'run', threw: 'throw', broke: 'break', brought: 'bring',
  gave: 'give', lay: 'lie', rose: 'rise', hung: 'hang', saw: 'see', rang: 'ring', drove: 'drive', stole: 'steal', spoke: 'speak', ate: 'eat', drank: 'drink', held: 'hold', lost: 'lose',
  gone: 'go', fallen: 'fall', taken: 'take', gotten: 'get', thrown: 'throw', broken: 'break', given: 'give', lain: 'lie', risen: 'rise', seen: 'see', driven: 'drive', stolen: 'steal',
  said: 'say', made: 'make', set: 'set', shut: 'shut', hit: 'hit', let: 'let', come: 'come', run: 'run',
};

/** What is seen to be done: where one of these stands in a question, it is the verb. */
const VERBS = new Set([
  ...Object.values(IRREGULAR),
  ...'pick enter walk open close arrive drop carry turn switch answer lift grab wave knock park stop start move appear disappear pass climb jump deliver talk touch push pull kick hand look step exit collapse tumble hang'.split(' '),
]);

/** "picked" → "pick", where it is a past that is known or looks like one. */
function presentOf(word: string): string | undefined {
  const known = IRREGULAR[word];
  if (known !== undefined) return known;
  if (!/[a-z]{2}ed$/.test(word)) return undefined;
  const stem = word.slice(0, -2);
  if (word.endsWith('ied')) return `${word.slice(0, -3)}y`;
  const candidates = [stem, `${stem}e`, stem.replace(/([bdgmnprt])\1$/, '$1')];
  return candidates.find((verb) => VERBS.has(verb)) ?? (/([bdgmnprt])\1$/.test(stem) ? stem.slice(0, -1) : stem);
}

function thirdPerson(verb: string): string {
  if (verb === 'have') return 'has';
  if (verb === 'be') return 'is';
  if (/(?:s|x|z|ch|sh|o)$/.test(verb)) return `${verb}es`;
  return /[^aeiou]y$/.test(verb) ? `${verb.slice(0, -1)}ies` : `${verb}s`;
}

/** Words that the subject of a question takes where no known verb ends it: "someone", "the courier", "a man in black". */
function subjectLength(words: readonly string[]): number {
  const article = /^(?:the|a|an|my|our|your|his|her|their|this|that|any|some|every)$/.test(words[0] ?? '');
  const head = article ? 2 : 1;
  return /^(?:in|with)$/.test(words[head] ?? '') ? head + 2 : head;
}

/** "did" + "someone pick up the phone" → "someone picks up the phone"; "was" + "the light on" → "the light is on"; "was" + "the bag taken" → "someone takes the bag". */
export function stated(auxiliary: string, rest: string): string {
  const words = indefinite(rest).split(' ');
  const verb = words.findIndex((word, i) => i > 0 && VERBS.has(auxiliary === 'has' || auxiliary === 'have' ? (presentOf(word) ?? word) : word));
  const at = verb > 0 && !/^(?:was|were|is|are)$/.test(auxiliary) ? verb : Math.min(subjectLength(words), words.length - 1);
  const done = /^(?:was|were)$/.test(auxiliary) ? presentOf(words[at] ?? '') : undefined;
  if (done !== undefined) return active(done, words.slice(0, at), words.slice(at + 1));
  const [subject, action, after] = [words.slice(0, at).join(' '), words[at] ?? '', words.slice(at + 1).join(' ')];
  if (/^(?:was|were|is|are)$/.test(auxiliary)) return `${subject} ${auxiliary === 'were' || auxiliary === 'are' ? 'are' : 'is'} ${action} ${after}`.trim();
  return `${subject} ${thirdPerson(presentOf(action) ?? action)} ${after}`.trim();
}

const PARTICLES = new Set(['up', 'down', 'off', 'on', 'away', 'out', 'over', 'in', 'back']);

/** "the phone" + "picked up by a man" → "a man picks up the phone": events tell who does what. */
function active(verb: string, what: readonly string[], rest: readonly string[]): string {
  const by = rest.indexOf('by');
  const [after, who] = by < 0 ? [rest, ['someone']] : [rest.slice(0, by), rest.slice(by + 1)];
  const particle = PARTICLES.has(after[0] ?? '') ? 1 : 0;
  return [...who, thirdPerson(verb), ...after.slice(0, particle), ...what, ...after.slice(particle)].join(' ');
}

/** "picked up the phone" → "picks up the phone"; a sentence that is in the present stays. `subject`: words before the verb. */
export function inPresent(sentence: string, subject: number): string {
  const words = indefinite(sentence).split(' ');
  const known = words.findIndex((word, i) => i > 0 && word in IRREGULAR && !VERBS.has(word));
  const at = known > 0 ? known : subject;
  const verb = presentOf(words[at] ?? '');
  return (verb === undefined ? words : words.with(at, thirdPerson(verb))).join(' ');
}

export { subjectLength };

/** Who is asked about is anyone; who does it is someone. */
function indefinite(text: string): string {
  return text.replace(/\bany(one|body|thing)\b/gi, 'some$1').replace(/\bany (?=\w)/gi, 'a ').replace(/^ever /i, '');
}
