import { clauseOf } from '../rules/rule.ts';
import { inPresent, stated, subjectLength } from './verbs.ts';

/**
 * What a prompt wants. `events`: all that happens. `match`: something that may have happened, as a sentence that an event satisfies or
 * not ("when did someone fall?" asks for "someone falls"). `open`: everything else; the model is asked in the prompt's own words.
 */
export type Question =
  | { readonly kind: 'events' }
  | { readonly kind: 'match'; readonly statement: string }
  | { readonly kind: 'open' };

const POLITE = /^(?:please|hey|hi|ok|so|and|now|well|(?:can|could|would|will) you(?: please)?)[, ]+/i;
const TELL = /^(?:tell|show|find|give|let|list|get|search|look)\s+(?:me|us|for|out)?\s*(?:know\s+|for\s+)?/i;
const ALL = [
  /^what(?:'s| is| was| has| have| all)?(?: been)? (?:happen|going on|went on|took place|events?\b)/i,
  /^what (?:do|does|did|can) (?:you|the (?:camera|model)|we) see/i,
  /^(?:list|describe|summari[sz]e|locali[sz]e|enumerate|report|detect|extract|identify)\b.*\b(?:events?|activit|actions?|happen|everything|all|going on|video|footage|recording|time range|scene changes|moments?)/i,
  /^(?:summari[sz]e|summary|events|everything|anything)\b[^?]{0,20}$/i,
  /(?:发生|發生)了?(?:什么|什麼|哪些|啥|过什么)|(?:什么|什麼|哪些)(?:事|事件|活动|动作)|(?:列出|描述|总结|總結|概括|说说|定位|找出)[^，。]{0,20}(?:事件|事情|发生|活动|动作|全部|所有|视频)|有(?:什么|什麼)(?:动静|情况)/u,
];
/** Instructions and questions that ask for no one thing that happens. */
const OPEN = /^(?:what|which|why|how (?!often|many times)|where|whose|whom|describe|count|explain|compare|estimate|read|translate|name|say|summari[sz]e|give|write|answer|can|could|should|would|is (?:this|that|it|there)|are (?:there|these|those)|was (?:this|that|it|there)|were there)\b/i;
const CHINESE_OPEN = /多少|几[个位人辆只条]|怎么|怎样|为什么|為什麼|什么|什麼|哪[里个些]|如何|描述|数一数|总结|解释/u;

/** What a prompt asks for. */
export function questionOf(prompt: string): Question {
  const plain = prompt.normalize('NFKC').trim().replace(/\s+/gu, ' ').replace(/[\s?？.!。！]+$/u, '');
  const bare = plain.replace(POLITE, '').replace(POLITE, '');
  if (ALL.some((pattern) => pattern.test(bare))) return { kind: 'events' };
  const statement = /\p{Script=Han}/u.test(bare) ? chineseStatement(bare) : englishStatement(bare, /[?？]\s*$/u.test(prompt));
  return statement === undefined || statement.length < 2 ? { kind: 'open' } : { kind: 'match', statement };
}

const AUXILIARY = '(did|does|do|was|were|is|are|has|have|had|will)';
const TIMED = new RegExp(`^(?:at )?(?:when(?: exactly)?|(?:at )?what times?|what moments?|how often|how many times|since when|until when) ${AUXILIARY} (.+)$`, 'i');
const YES_OR_NO = new RegExp(`^${AUXILIARY} (.+)$`, 'i');
const MOMENT = /^(?:(?:the |every |all |each )?(?:moments?|times?|scenes?|parts?|points?|instances?)(?: in (?:time|the video))?(?: at which| in which| where| when| that|)|when(?:ever)?) (.+)$/i;

function englishStatement(text: string, asked: boolean): string | undefined {
  const told = text.replace(TELL, '');
  const timed = TIMED.exec(told);
  if (timed) return stated((timed[1] ?? '').toLowerCase(), timed[2] ?? '');
  const that = /^(?:did it|does it|has it|when did it)(?: ever)? happen(?:ed)? that (.+)$/i.exec(told);
  if (that) return that[1];
  const who = /^who (?:(?:was it|is it) (?:that |who )?|all )?(.+)$/i.exec(told);
  if (who) return /^(?:is|are|was|were) (?:in|on|at|there|here|this|that|the|he|she)\b/i.test(who[1] ?? '') ? undefined : inPresent(`someone ${who[1] ?? ''}`, 1);
  if (OPEN.test(told)) return undefined;
  const question = YES_OR_NO.exec(told);
  if (question) return stated((question[1] ?? '').toLowerCase(), question[2] ?? '');
  const moment = MOMENT.exec(told);
  const clause = clauseOf(moment?.[1] ?? (asked ? told : text.replace(/^(?:find|show|search|look)\s+(?:me\s+|for\s+)?/i, '')));
  return inPresent(clause, subjectLength(clause.split(' ')));
}

function chineseStatement(text: string): string | undefined {
  const bare = text
    .replace(/\s/gu, '')
    .replace(/^(?:请问|請問|请|請|麻烦|帮我|幫我|告诉我|告訴我|找出|找到|查一下|看看|视频里|视频中|画面里|画面中)+/u, '')
    .replace(/(?:是|在)?(?:什[么麼][时時](?:候|间|間)|何[时時]|[几幾][点點][钟鐘]?|哪个时刻|多少次|几次)/gu, '')
    .replace(/^(?:是否|是不是|当|當)/u, '')
    .replace(/有没有|有沒有|是否有|有无/u, '有')
    .replace(/^有(?:任何|谁|誰)/u, '有')
    .replace(/^(?:谁|誰|是谁)/u, '有人')
    .replace(/(?:的时候|的時候|时|的时刻|的瞬间|的画面|的片段)$/u, '')
    .replace(/(?:了吗|了嗎|吗|嗎|呢|么|没有|沒有|过吗)$/u, '')
    .replace(/(?<=[\p{Script=Han}])(?:了|过|過)(?=[\p{Script=Han}]|$)/gu, '')
    .replace(/的$/u, '');
  if (CHINESE_OPEN.test(bare) || bare === '') return undefined;
  return clauseOf(bare);
}
