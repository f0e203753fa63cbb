import type { Row } from './rows.ts';
import { clock, signed, type Display, type View } from './view.ts';

/** Tells the demo line by line as it goes: for pipes, logs and small terminals. */
export function createPlainLines(write: (line: string) => void): Display {
  const told = new Set<string>();
  const once = (key: string, line: string): void => {
    if (told.has(key)) return;
    told.add(key);
    write(line);
  };
  const tell = (row: Row, view: View): void => {
    const when = (ms: number): string => clock((ms - (view.epoch ?? ms)) / 1000, true).padStart(7);
    const { key } = row;
    if (row.state === 'spurious') once(`${key} made up`, `${when(row.at)}  made up   ${row.text}`);
    else once(`${key} happened`, `${when(row.at)}  happens   ${row.text}`);
    if (row.state === 'found') once(`${key} found`, `${when(row.at)}  logged    ${row.text}, start ${signed(row.error ?? 0)}`);
    if (row.state === 'missed') once(`${key} missed`, `${when(row.at)}  not seen  ${row.text}`);
    for (const [index, alert] of row.alerts.entries()) {
      const judged = alert.verdict === 'right' || alert.verdict === 'own' ? '' : ` (${alert.verdict})`;
      once(`${key} alert ${alert.rule} ${index}`, `${when(row.at)}  ALERT     ${alert.rule}: ${row.text}, after ${(alert.delay / 1000).toFixed(1)} s${judged}`);
    }
  };
  return {
    show: (view) => {
      if (view.page) once('page', `The page, while this runs: ${view.page.link}`);
      if (view.stage.kind === 'starting') once(view.stage.doing, `${view.stage.doing} …`);
      else once('playing', `The story begins: ${clock(view.duration)} minutes, seed ${view.seed}. Looking out for: ${view.rules.map((r) => `“${r.text}”`).join(', ')}.`);
      for (const row of view.rows) tell(row, view);
      if (view.stage.kind === 'settling') once('settling', 'The story is over; the last windows are on their way …');
    },
    close: () => undefined,
  };
}
