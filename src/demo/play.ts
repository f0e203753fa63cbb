import type { DemoNeeds, Stage } from './demo.ts';
import { CAMERA } from './folder.ts';
import { timeline } from './rows.ts';
import { type Known, type LoggedEvent, score, type Scoreboard } from './scoreboard.ts';
import { onWallClock } from './sentences.ts';
import type { View } from './view.ts';

/** Between two looks at the log for the display, ms. */
const TICK = 200;
/** After the story's end the last windows and alerts get this long at most … */
const GRACE = 6000;
/** … and are over when nothing new has come for so long, ms. */
const QUIET = 3000;

/** The figures, and the last view for those who want to see the whole timeline. */
export interface Played {
  readonly board: Scoreboard;
  readonly view: View;
}

/** Play the story, give its last events their time, and score. */
export async function play(stage: Stage, needs: DemoNeeds): Promise<Played> {
  const { room, sentences, viewer, camera, daemon } = stage;
  let { picture, camera: report } = stage.base;
  const listening = [
    camera.thumbnails$.subscribe((next) => {
      picture = next;
    }),
    camera.reports$.subscribe((next) => {
      report = next;
    }),
  ];
  const epoch = camera.begin();
  const story = onWallClock(room, sentences, epoch);
  const rules = new Set(sentences.map((sentence) => sentence.id));
  const known = (): Known => ({ story, logged: logged(stage), alerts: viewer.alerts, rules });
  const view = (kind: 'playing' | 'settling'): View => ({
    ...stage.base, ...daemon.counters(), stage: { kind }, epoch, picture, camera: report,
    elapsed: (Date.now() - epoch) / 1000, rows: timeline(known(), Date.now()),
  });
  try {
    const end = epoch + room.duration * 1000;
    while (Date.now() < end && !needs.signal.aborted) {
      needs.display.show(view('playing'));
      await tick();
    }
    const until = Math.min(Date.now(), end);
    await settle(() => logged(stage).length + viewer.alerts.length, () => needs.display.show(view('settling')), needs.hurry);
    return { board: score({ ...known(), ...daemon.counters(), from: epoch, until }), view: view('settling') };
  } finally {
    for (const subscription of listening) subscription.unsubscribe();
  }
}

async function settle(known: () => number, show: () => void, hurry: AbortSignal): Promise<void> {
  const begun = Date.now();
  let [last, since] = [known(), begun];
  while (!hurry.aborted && Date.now() - begun < GRACE && Date.now() - since < QUIET) {
    show();
    await tick();
    if (known() !== last) [last, since] = [known(), Date.now()];
  }
}

/** The log's events, their text fit to be printed (it comes from a model that reads whatever a camera shows). */
function logged(stage: Stage): LoggedEvent[] {
  const events = stage.daemon.store.events({ camera: CAMERA, order: 'asc', limit: 10_000 });
  return events
    .filter((event) => event.phase !== 'retracted')
    .map(({ id, text, start, end }) => ({ id, text: text.replace(/[\p{Cc}\p{Cf}]/gu, ' '), start, end }));
}

function tick(): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, TICK);
  });
}
