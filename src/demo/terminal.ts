import type { WriteStream } from 'node:tty';
import { coloured } from './columns.ts';
import type { ColourDepth } from './halfBlocks.ts';
import { screenLines, SMALLEST } from './screen.ts';
import type { Display } from './view.ts';

const ENTER = '\u001b[?1049h\u001b[?25l\u001b[2J';
const LEAVE = '\u001b[?25h\u001b[?1049l';
/** The terminal shows what comes between these two at once, if it knows them. */
const HOLD = '\u001b[?2026h';
const RELEASE = '\u001b[?2026l';

/** Whether the stream is a terminal that is large and colourful enough for the screen. */
export function canDraw(out: WriteStream): boolean {
  return out.isTTY === true && out.hasColors(256) && out.columns >= SMALLEST.columns && out.rows >= SMALLEST.rows;
}

/** Draws the demo on a screen of its own, and only the lines that changed; what stood in the terminal comes back at the end. */
export function createTerminal(out: WriteStream): Display {
  const depth: ColourDepth = out.getColorDepth() === 24 ? 24 : 8;
  let shown: string[] = [];
  let full = true;
  const onResize = (): void => {
    full = true;
  };
  out.on('resize', onResize);
  // whatever ends the process, the terminal is given back
  let given = false;
  const giveBack = (): void => {
    if (!given) out.write(LEAVE);
    given = true;
  };
  process.once('exit', giveBack);
  out.write(ENTER);
  return {
    show: (view) => {
      // a terminal that takes its time (a slow line) is not sent more than it shows
      if (out.writableLength > 0) return;
      const lines = screenLines(view, { columns: out.columns, rows: out.rows }, coloured, depth);
      const changed = lines.flatMap((line, i) => (full || line !== shown[i] ? [`\u001b[${i + 1};1H${line}\u001b[0m\u001b[K`] : []));
      out.write(`${HOLD}${full ? '\u001b[2J' : ''}${changed.join('')}\u001b[${lines.length + 1};1H\u001b[J${RELEASE}`);
      shown = lines;
      full = false;
    },
    close: () => {
      out.off('resize', onResize);
      process.off('exit', giveBack);
      giveBack();
    },
  };
}
