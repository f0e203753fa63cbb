import { satisfies, type DemoRule } from './phrases.ts';
import type { Room } from './room.ts';
import type { Happening } from './scoreboard.ts';

/** A rule of the demo, as its file holds it, with what it truly asks for. */
export interface DemoSentence extends DemoRule {
  readonly id: string;
  readonly severity: 'info' | 'warning' | 'critical';
}

/** The rules that the demo watches for; one of them is about a person of this very room. */
export function demoSentences(room: Room): DemoSentence[] {
  const wear = room.story.actors[0]?.wear ?? 'red';
  return [
    { id: 'phone', text: 'someone picks up phone', kind: 'picks_up_phone', wear: null, severity: 'info' },
    { id: 'fall', text: 'alert when somebody falls down', kind: 'falls', wear: null, severity: 'critical' },
    { id: 'bag', text: 'alert me when a person leaves a bag behind', kind: 'leaves_bag', wear: null, severity: 'warning' },
    { id: 'dark', text: 'tell me when the light goes off', kind: 'light_off', wear: null, severity: 'info' },
    { id: 'visitor', text: `let me know when someone in ${wear} comes in`, kind: 'enters', wear, severity: 'info' },
    { id: 'seat', text: '当有人坐下时提醒我', kind: 'sits_down', wear: null, severity: 'info' },
  ];
}

/** The room's story on the wall clock: second 0 is at `epoch` (ms). */
export function onWallClock(room: Room, sentences: readonly DemoSentence[], epoch: number): Happening[] {
  return room.events.map((event) => ({
    text: event.text,
    start: epoch + event.start * 1000,
    end: epoch + event.end * 1000,
    rules: sentences.filter((sentence) => satisfies(event, sentence)).map((sentence) => sentence.id),
  }));
}
