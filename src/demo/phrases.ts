import { eventText, type Kind, KINDS, WEAR, type Wear } from './story.ts';

/** Ways to say what happens, after a subject ("somebody …"). The model is trained on some and tested on the others. */
interface Wording {
  readonly train: readonly string[];
  readonly heldOut: readonly string[];
}

const ACTS: Record<Kind, Wording> = {
  enters: {
    train: ['enters the room', 'comes in', 'walks in', 'comes into the room', 'enters', 'arrives', 'comes through the door', 'walks through the door', 'shows up in the room', 'steps into the room'],
    heldOut: ['walks into the room', 'steps in', 'arrives in the room', 'enters through the door'],
  },
  leaves: {
    train: ['leaves the room', 'goes out', 'walks out', 'leaves', 'goes out of the room', 'exits', 'walks out of the door', 'goes away', 'steps out', 'exits through the door'],
    heldOut: ['walks out of the room', 'exits the room', 'leaves through the door', 'steps out of the room'],
  },
  picks_up_phone: {
    train: ['picks up the phone', 'picks up phone', 'takes the phone', 'grabs the phone', 'lifts the phone', 'picks the phone up', 'takes the telephone', 'picks up the mobile', 'grabs the mobile', 'takes the phone from the table', 'answers the phone', 'picks up a telephone'],
    heldOut: ['grabs the telephone', 'takes the mobile', 'lifts the mobile from the table', 'picks up a phone', 'picks up the telephone'],
  },
  puts_down_phone: {
    train: ['puts down the phone', 'puts the phone down', 'puts the phone back', 'hangs up', 'lays the phone down', 'returns the phone', 'puts the phone on the table', 'hangs up the telephone', 'puts down the mobile', 'lays down the telephone'],
    heldOut: ['puts the mobile back', 'hangs up the phone', 'lays the mobile down', 'returns the telephone'],
  },
  sits_down: {
    train: ['sits down', 'takes a seat', 'sits on the chair', 'sits down on the chair', 'sits', 'has a seat', 'is seated on a chair', 'sits on a seat'],
    heldOut: ['sits down on a chair', 'takes a seat on the chair', 'sits on a chair'],
  },
  stands_up: {
    train: ['stands up', 'rises from the chair', 'gets up from the chair', 'leaves the chair', 'stands up from the seat', 'gets off the chair', 'rises from the seat'],
    heldOut: ['stands up from the chair', 'gets up from the seat', 'leaves the seat'],
  },
  falls: {
    train: ['falls down', 'falls', 'falls to the floor', 'collapses', 'drops to the floor', 'has a fall', 'falls over', 'collapses on the floor', 'tumbles', 'goes down on the floor'],
    heldOut: ['falls on the floor', 'collapses to the floor', 'falls over on the floor', 'tumbles to the floor'],
  },
  gets_up: {
    train: ['gets up from the floor', 'gets back on their feet', 'rises from the floor', 'gets up after a fall', 'gets off the floor', 'is back on their feet', 'stands up from the floor', 'gets up again after falling'],
    heldOut: ['rises after a fall', 'gets back up from the floor', 'is on their feet again after falling'],
  },
  leaves_bag: {
    train: ['leaves a bag', 'leaves a bag behind', 'puts down a bag', 'puts a bag on the floor', 'drops a bag', 'leaves luggage', 'abandons a bag', 'sets down a bag', 'leaves the bag on the floor', 'puts the luggage down', 'drops the luggage'],
    heldOut: ['drops a bag on the floor', 'leaves luggage behind', 'sets a bag down', 'abandons the luggage'],
  },
  takes_bag: {
    train: ['takes the bag', 'picks up the bag', 'takes a bag', 'picks up a bag', 'grabs the bag', 'lifts the bag', 'takes the bag from the floor', 'takes the luggage', 'picks the bag up', 'grabs the luggage'],
    heldOut: ['picks up the luggage', 'grabs a bag from the floor', 'lifts the luggage'],
  },
  light_off: {
    train: ['the light goes off', 'the light goes out', 'the lights go out', 'the light is switched off', 'it gets dark', 'the room goes dark', 'the lamp is turned off', 'the lights are turned off', 'the lamp goes out', 'it becomes dark in the room'],
    heldOut: ['the lamp is switched off', 'the room gets dark', 'the light is turned off', 'the lights go off'],
  },
  light_on: {
    train: ['the light goes on', 'the lights come on', 'the light is switched on', 'it gets bright', 'the room becomes bright', 'the lamp is turned on', 'the lights are turned on', 'the light comes on', 'the lamp goes on', 'the room lights up'],
    heldOut: ['the lamp is switched on', 'the room gets bright', 'the light is turned on', 'the lights go on'],
  },
};

const ACTS_ZH: Record<Kind, Wording> = {
  enters: { train: ['进入房间', '进来', '走进房间', '进门'], heldOut: ['走进来'] },
  leaves: { train: ['离开房间', '出去', '走出房间', '离开'], heldOut: ['走出去'] },
  picks_up_phone: { train: ['拿起手机', '拿起电话', '接电话', '拿手机'], heldOut: ['拿电话'] },
  puts_down_phone: { train: ['放下手机', '放下电话', '挂电话', '把手机放下'], heldOut: ['把电话放下'] },
  sits_down: { train: ['坐下', '坐到椅子上', '坐下来'], heldOut: ['坐在椅子上'] },
  stands_up: { train: ['站起来', '从椅子上起来', '起身'], heldOut: ['从椅子上站起来'] },
  falls: { train: ['摔倒', '跌倒', '倒在地上', '倒下'], heldOut: ['摔倒在地上'] },
  gets_up: { train: ['从地上爬起来', '从地上起来', '摔倒后起来'], heldOut: ['从地上站起来'] },
  leaves_bag: { train: ['放下包', '留下包', '把包放在地上', '遗留行李'], heldOut: ['留下行李'] },
  takes_bag: { train: ['拿走包', '拿起包', '提起包', '拿走行李'], heldOut: ['拿起行李'] },
  light_off: { train: ['灯灭了', '关灯', '房间变暗', '灯关了'], heldOut: ['房间的灯灭了'] },
  light_on: { train: ['灯亮了', '开灯', '房间变亮', '灯开了'], heldOut: ['房间的灯亮了'] },
};

const ANYONE = ['someone', 'somebody', 'a person', 'anyone', 'anybody', 'one of the people'];
const WEARING = ['a person in C', 'someone in C', 'the person in C', 'somebody wearing C', 'a person with a C shirt', 'someone in a C shirt', 'the person wearing C'];
const OPENINGS = ['alert when ', 'alert me when ', 'tell me when ', 'notify me if ', 'let me know when ', 'alert if ', 'warn me when ', '', '', '', ''];
const OPENINGS_ZH = ['', '', '当', '如果', '提醒我：'];
const WEAR_ZH: Record<Wear, string> = { red: '红', blue: '蓝', green: '绿', yellow: '黄', white: '白' };

/** A rule's sentence with what it truly asks for. */
export interface DemoRule {
  readonly text: string;
  readonly kind: Kind;
  /** null: whoever it is */
  readonly wear: Wear | null;
}

/** Every rule of one opening for each wording, held-out wordings alone or trained ones alone. */
export function rulesFor(kind: Kind, wear: Wear | null, set: 'train' | 'heldOut', language: 'en' | 'zh' = 'en'): DemoRule[] {
  const light = kind === 'light_on' || kind === 'light_off';
  const of = (text: string): DemoRule => ({ text, kind, wear });
  if (language === 'zh') {
    const who = light ? '' : wear === null ? '有人' : `穿${WEAR_ZH[wear]}色衣服的人`;
    return ACTS_ZH[kind][set].flatMap((act) => OPENINGS_ZH.map((o) => of(o === '当' ? `当${who}${act}时提醒我` : `${o}${who}${act}`)));
  }
  const subjects = light ? [''] : wear === null ? ANYONE.map((s) => `${s} `) : WEARING.map((s) => `${s.replace('C', wear)} `);
  return ACTS[kind][set].flatMap((act) => subjects.flatMap((s) => OPENINGS.map((o) => of(`${o}${s}${act}`))));
}

/** Does an event of the room satisfy the rule? The truth that the model's yes and no are measured against. */
export function satisfies(event: { kind: Kind; wear: Wear | null }, rule: DemoRule): boolean {
  return event.kind === rule.kind && (rule.wear === null || rule.wear === event.wear);
}

/** Every event that the room can show. */
export function allEvents(): { kind: Kind; wear: Wear | null; text: string }[] {
  return KINDS.flatMap((kind) => {
    const who: readonly (Wear | null)[] = kind === 'light_on' || kind === 'light_off' ? [null] : WEAR;
    return who.map((wear) => ({ kind, wear, text: eventText(kind, wear) }));
  });
}

/** The wordings never trained, for the figures of the model card and of `lookout eval`. */
export function heldOutRules(kind: Kind, wear: Wear | null): DemoRule[] {
  return rulesFor(kind, wear, 'heldOut');
}
