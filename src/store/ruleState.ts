import type { Database } from 'better-sqlite3';

/** What rules remember over a restart, one text for each rule and camera. */
export interface RuleStateLog {
  load(rule: string, camera: string): string | undefined;
  save(rule: string, camera: string, state: string | undefined): void;
}

export function ruleStateLog(db: Database): RuleStateLog {
  const get = db.prepare<[string, string], string>('SELECT state FROM rule_state WHERE rule_id = ? AND camera = ?').pluck();
  const set = db.prepare<[string, string, string]>('INSERT OR REPLACE INTO rule_state (rule_id, camera, state) VALUES (?, ?, ?)');
  const remove = db.prepare<[string, string]>('DELETE FROM rule_state WHERE rule_id = ? AND camera = ?');
  return {
    load: (rule, camera) => get.get(rule, camera),
    save: (rule, camera, state) => void (state === undefined ? remove.run(rule, camera) : set.run(rule, camera, state)),
  };
}
