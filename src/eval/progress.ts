/** A progress bar on a terminal; nothing where the stream is none. */
export interface Progress {
  update(done: number, total: number): void;
  /** wipes the bar */
  end(): void;
}

const WIDTH = 30;

export function progressBar(stream: NodeJS.WriteStream, noun: string, now: () => number = Date.now): Progress {
  let began = 0;
  return {
    update(done, total) {
      if (!stream.isTTY) return;
      if (done === 0) began = now();
      stream.write(`\r\u001b[K${barText(done, total, noun, (now() - began) / 1000)}`);
    },
    end() {
      if (stream.isTTY) stream.write('\r\u001b[K');
    },
  };
}

/** The bar as text; `seconds` have gone since the first item was begun. */
export function barText(done: number, total: number, noun: string, seconds: number): string {
  const filled = total === 0 ? WIDTH : Math.round((done / total) * WIDTH);
  const left = done === 0 || done === total ? '' : `, ${Math.ceil((seconds / done) * (total - done))} s left`;
  return `${'█'.repeat(filled)}${'░'.repeat(WIDTH - filled)} ${done}/${total} ${noun}${left}`;
}
