import { changeRule, snoozeRule } from '../../config/change.ts';
import type { Change } from '../../config/change.ts';
import { addRule, removeRule } from '../../config/edit.ts';
import type { RuleEntry } from '../../config/edit.ts';
import type { ConfigFiles, FiledRule } from '../../config/files.ts';
import { secondsOf } from '../../config/ruleTimes.ts';
import { LookoutError } from '../../errors.ts';
import { etagIn } from '../asked.ts';
import { Headed, route } from '../route.ts';
import type { Route } from '../route.ts';
import { ruleBody, ruleParams, rulePatch, ruleSchema, rulesAnswer, snoozeBody } from '../schemas/rules.ts';
import type { RuleOut } from '../schemas/rules.ts';
import { problemOut } from '../shapes.ts';
import { ruleOut } from '../ruleShape.ts';

export interface RulesNeeds {
  readonly files: ConfigFiles;
  /** wall clock, ms */
  now(): number;
}

/** The rules, and edits of their files; a running daemon takes those up by itself. */
export function rulesRoutes({ files, now }: RulesNeeds): Route[] {
  const found = (id: string): FiledRule => {
    const rule = files.read().rules.find((one) => one.rule.id === id);
    if (!rule) throw new LookoutError('RULE_NOT_FOUND', `there is no rule ${id}.`);
    return rule;
  };
  const told = (id: string): Headed => tagged(ruleOut(found(id), now()));
  return [
    route({
      method: 'GET', path: '/v1/rules', scope: 'viewer', tag: 'rules', summary: 'The rules', response: { json: rulesAnswer },
      handle() {
        const { rules, problem } = files.read();
        return { items: rules.map((rule) => ruleOut(rule, now())), problem: problemOut(problem) };
      },
    }),
    route({
      method: 'GET', path: '/v1/rules/:rule', scope: 'viewer', tag: 'rules', summary: 'One rule', params: ruleParams, response: { json: ruleSchema },
      handle: ({ params }) => told(params.rule),
    }),
    route({
      method: 'POST', path: '/v1/rules', scope: 'editor', tag: 'rules', status: 201,
      summary: 'Add a rule', description: 'It gets a file of its own, and is in force within a second. Without an id it gets one made from its sentence.',
      body: ruleBody, response: { json: ruleSchema },
      handle: ({ body }) => told(addRule(files.file, body as RuleEntry).id),
    }),
    route({
      method: 'PATCH', path: '/v1/rules/:rule', scope: 'editor', tag: 'rules',
      summary: 'Change keys of a rule', description: 'In the file that holds it, whose comments stay. Null takes a key out. With If-Match it is refused (412) where the file was edited in between.',
      params: ruleParams, body: rulePatch, response: { json: ruleSchema },
      handle({ params, body, head }) {
        changeRule(files.file, params.rule, body as Change<RuleEntry>, etagIn(head.ifMatch));
        return told(params.rule);
      },
    }),
    route({
      method: 'DELETE', path: '/v1/rules/:rule', scope: 'editor', tag: 'rules',
      summary: 'Remove a rule', description: 'Its alerts stay in the log.', params: ruleParams, response: { empty: true },
      handle({ params, head }) {
        removeRule(files.file, params.rule, etagIn(head.ifMatch));
        return undefined;
      },
    }),
    route({
      method: 'POST', path: '/v1/rules/:rule/snooze', scope: 'editor', tag: 'rules',
      summary: 'Keep a rule silent for a while', params: ruleParams, body: snoozeBody, response: { json: ruleSchema },
      handle({ params, body }) {
        snoozeRule(files.file, params.rule, secondsIn(body.for), now());
        return told(params.rule);
      },
    }),
  ];
}

function tagged(rule: RuleOut): Headed {
  return new Headed(rule, rule.etag === null ? {} : { etag: `"${rule.etag}"` });
}

const MOST_SECONDS = 366 * 86_400;

function secondsIn(length: number | string): number {
  const plain = typeof length === 'number' || /^\d+$/.test(length);
  const seconds = plain ? Number(length) : /^\s*(\d+(\.\d+)?\s*[smhd]\s*)+$/i.test(String(length)) ? secondsOf(String(length)) : Number.NaN;
  if (!(seconds >= 0 && seconds <= MOST_SECONDS)) throw new LookoutError('USAGE', 'a length of time is 900, 30m, 2h or 1h30m, a year at most; 0 ends the silence.');
  return seconds;
}
