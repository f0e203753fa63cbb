import { describe, expect, it } from 'vitest';
import { ruleSchema } from '../../src/config/ruleSchema.ts';
import type { RuleOut } from '../../src/api/schemas/rules.ts';
import { blankDraft, clockOf, draftOf, entryOf, KINDS, lengthOf, lengthText, patchOf, secondsOf } from '../../src/web/rules/draft.ts';
import type { Draft } from '../../src/web/rules/draft.ts';

const base = { ...blankDraft('Europe/Berlin'), alert: 'someone picks up phone' };

/** A rule as the API tells it. */
function told(over: Partial<RuleOut> = {}): RuleOut {
  return {
    id: 'phone', alert: 'someone picks up phone', cameras: [], severity: 'info', threshold: 0.5, enabled: true, cooldown: 0, for: null, absent: null, count: null,
    // oxlint-disable-next-line unicorn/no-thenable
    then: null, without: null, within: null, verify: false, schedule: null, until: null, until_ms: null, snoozed_until: null, snoozed_until_ms: null, state: 'on', says: '',
    entry: { alert: 'someone picks up phone' }, file: 'rules/phone.yaml', line: 1, etag: 'e', ...over,
  };
}

describe('the form of a rule', () => {
  it('leaves out what is at its default', () => {
    expect(entryOf(base)).toEqual({ alert: 'someone picks up phone' });
  });

  it.each<[Partial<Draft>, object]>([
    [{ kind: 'for', length: { value: 30, unit: 's' } }, { for: '30s' }],
    [{ kind: 'absent', length: { value: 10, unit: 'm' } }, { absent: '10m' }],
    [{ kind: 'count', times: 3, length: { value: 5, unit: 'm' } }, { count: '3 in 5m' }],
    // oxlint-disable-next-line unicorn/no-thenable
    [{ kind: 'next', second: ' someone leaves ', length: { value: 30, unit: 's' } }, { then: 'someone leaves', within: '30s' }],
    [{ kind: 'without', second: 'the light goes on', length: { value: 1.5, unit: 'h' } }, { without: 'the light goes on', within: '1.5h' }],
    [{ cooldown: { value: 2, unit: 'h' }, severity: 'critical', threshold: 0.7, cameras: ['door'], enabled: false }, { cooldown: '2h', severity: 'critical', threshold: 0.7, cameras: ['door'], enabled: false }],
    [{ scheduled: true, days: [1, 2, 5], hours: [{ from: '22:00', to: '06:00' }], timezone: 'UTC' }, { schedule: { days: ['mon', 'tue', 'fri'], hours: ['22:00-06:00'], timezone: 'UTC' } }],
    [{ scheduled: true, days: [0, 1, 2, 3, 4, 5, 6], hours: [{ from: '', to: '06:00' }], timezone: 'UTC' }, { schedule: { timezone: 'UTC' } }],
    [{ kind: 'absent', verify: true }, { absent: '30s' }],
  ])('writes %j', (changes, more) => {
    const entry = entryOf({ ...base, ...changes });
    expect(entry).toEqual({ alert: base.alert, ...more });
    // as the files' own schema takes it
    expect(ruleSchema.safeParse({ id: 'x', ...entry }).error).toBeUndefined();
  });

  it('shows every kind of rule as it is', () => {
    const kinds = [
      [{}, 'once'], [{ for: 90 }, 'for'], [{ absent: 600 }, 'absent'], [{ count: { times: 4, within: 120 } }, 'count'],
      // oxlint-disable-next-line unicorn/no-thenable
      [{ then: 'someone leaves', within: 30 }, 'next'], [{ without: 'the light goes on', within: 30 }, 'without'],
    ] as const;
    expect(kinds.map(([, kind]) => kind)).toEqual([...KINDS]);
    for (const [over, kind] of kinds) expect(draftOf(told(over), 'UTC').kind).toBe(kind);
    expect(draftOf(told({ for: 90 }), 'UTC').length).toEqual({ value: 90, unit: 's' });
    expect(draftOf(told({ count: { times: 4, within: 120 } }), 'UTC')).toMatchObject({ times: 4, length: { value: 2, unit: 'm' } });
    expect(draftOf(told({ schedule: { days: [1], hours: [{ from: 1320, to: 390 }], timezone: 'Asia/Shanghai' } }), 'UTC')).toMatchObject({ scheduled: true, timezone: 'Asia/Shanghai', hours: [{ from: '22:00', to: '06:30' }] });
  });

  it('patches the keys that differ and takes out those that are gone', () => {
    const before = draftOf(told({ for: 30, cooldown: 60 }), 'UTC');
    expect(patchOf(before, before)).toEqual({});
    expect(patchOf(before, { ...before, kind: 'count', times: 3, length: { value: 5, unit: 'm' }, threshold: 0.6 })).toEqual({ for: null, count: '3 in 5m', threshold: 0.6 });
    expect(patchOf(before, { ...before, enabled: false, cooldown: { value: 0, unit: 's' } })).toEqual({ enabled: false, cooldown: null });
    expect(patchOf({ ...before, enabled: false }, before)).toEqual({ enabled: null });
  });

  it('writes lengths of time in the largest unit that fits', () => {
    expect([0, 45, 90, 120, 5400, 7200, 172_800].map(lengthOf).map(lengthText)).toEqual(['0s', '45s', '90s', '2m', '90m', '2h', '2d']);
    expect(secondsOf({ value: 1.5, unit: 'h' })).toBe(5400);
    expect([0, 390, 1439].map(clockOf)).toEqual(['00:00', '06:30', '23:59']);
  });
});
