import type { Paint } from './columns.ts';
import type { Scoreboard } from './scoreboard.ts';

/** The final scoreboard in words, and what to try next. */
export function closingLines(board: Scoreboard, opts: { config: string; seed: number; paint: Paint }): string[] {
  return ['', ...scoreLines(board, opts.paint), '', ...nextLines(opts.config, opts.seed, opts.paint), ''];
}

function scoreLines(board: Scoreboard, paint: Paint): string[] {
  const share = (part: number, whole: number): string => (whole > 0 ? `${Math.round((100 * part) / whole)} %` : '–');
  const time = (value: number | null): string => (value === null ? '–' : `${value.toFixed(2)} s`);
  const good = (text: string, is: boolean): string => paint(is ? 'green' : 'yellow', text);
  const recall = share(board.matched, board.happened);
  const precision = share(board.matched, board.logged);
  return [
    paint('bold', '  What truly happened, and what Lookout made of it'),
    `  ${board.happened} things happened, ${board.logged} were logged: ${board.matched} right, ${board.happened - board.matched} missed, ${board.spurious} made up`,
    `  recall ${good(recall, board.matched >= 0.9 * board.happened)}   precision ${good(precision, board.matched >= 0.9 * board.logged)}`,
    `  when it began: off by ${time(board.onset_error_p50_s)} (median), ${time(board.onset_error_p95_s)} (95 %)`,
    `  alerts: ${board.alerts_sent} over MQTT, ${board.alerts_expected} expected, ${good(`${board.alerts_duplicate} twice`, board.alerts_duplicate === 0)}`,
    `  from its beginning to the alert: ${time(board.onset_to_alert_p95_s)} (95 %)`,
    paint('dim', `  ${board.windows} windows shown to the model, ${board.visual_tokens} visual tokens`),
  ];
}

function nextLines(config: string, seed: number, paint: Paint): string[] {
  const command = (text: string): string => `    ${paint('cyan', text)}`;
  return [
    paint('bold', '  Try next'),
    '  search what was logged (the demo’s log stays until the next demo):',
    command(`npx lookout events -c ${config} --since "5 minutes ago"`),
    command(`npx lookout events -c ${config} --text phone`),
    '  watch for something of your own, in your own words:',
    command(`npx lookout rule add -c ${config} "tell me when someone stands up"`),
    command(`npm run demo -- --seed ${seed + 1}`),
    '  a camera of your own (it wants a real Qwen3-VL checkpoint: see README.md):',
    command("npx lookout camera add door 'rtsp://viewer:${DOOR_PASSWORD}@192.168.1.20/stream1'"),
    command('npx lookout run -c configs/lookout.yaml'),
  ];
}
