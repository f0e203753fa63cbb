/** Of the picture of an evaluation: light and dark, no other file. */
export const STYLE = `
:root { color-scheme: light dark; --ground: light-dark(#f6f7f7, #14191b); --surface: light-dark(#fff, #1c2225); --ink: light-dark(#1d2629, #e8eced); --ink-2: light-dark(#56646a, #a3afb3); --line: light-dark(#dfe4e6, #333c40); --grid: light-dark(#edf0f1, #272f32);
  --bad: light-dark(#b3261e, #ff8f85); --warn: light-dark(#8a5a00, #f2bf62); --good: light-dark(#1c6e43, #7bd3a0); font: 15px/1.5 system-ui, -apple-system, 'Segoe UI', Roboto, 'Noto Sans', 'PingFang SC', 'Microsoft YaHei', sans-serif; }
* { box-sizing: border-box; }
body { margin: 0; background: var(--ground); color: var(--ink); }
main { max-width: 1240px; margin: 0 auto; padding: 40px 24px 64px; }
h1 { font-size: 1.6rem; font-weight: 650; letter-spacing: -0.01em; margin: 0 0 4px; overflow-wrap: anywhere; }
.about { color: var(--ink-2); margin: 0 0 28px; }
.cards { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(250px, 45%), 1fr)); gap: 14px; margin-bottom: 14px; }
.card { background: var(--surface); border: 1px solid var(--line); border-radius: 14px; padding: 14px 18px; }
.card h3 { margin: 0; font-size: 0.8rem; font-weight: 550; color: var(--ink-2); }
.card p { margin: 2px 0 0; font-size: 1.7rem; font-weight: 620; letter-spacing: -0.02em; font-variant-numeric: tabular-nums; }
.card small { display: block; color: var(--ink-2); font-size: 0.8rem; font-variant-numeric: tabular-nums; }
.wide { display: grid; grid-template-columns: minmax(0, 3fr) minmax(0, 2fr); gap: 14px; margin-bottom: 28px; }
@media (max-width: 760px) { .wide { grid-template-columns: minmax(0, 1fr); } }
.strip { width: 100%; height: auto; display: block; margin-top: 10px; overflow: visible; }
.strip circle { fill: light-dark(#0f766e, #5ecfc2); fill-opacity: 0.55; } .strip line { stroke: var(--line); } .strip .zero { stroke: var(--ink-2); } .strip text { fill: var(--ink-2); font-size: 12px; text-anchor: middle; }
.kinds { list-style: none; margin: 8px 0 0; padding: 0; font-size: 0.85rem; max-height: 180px; overflow: auto; }
.kinds li { display: grid; grid-template-columns: minmax(0, 1fr) 90px 44px; gap: 10px; align-items: center; }
.kinds i { height: 6px; border-radius: 3px; background: linear-gradient(to right, light-dark(#0f766e, #5ecfc2) var(--share), var(--grid) var(--share)); }
.kinds span { overflow: hidden; text-overflow: ellipsis; white-space: nowrap; } .kinds b { font-weight: 500; text-align: right; font-variant-numeric: tabular-nums; color: var(--ink-2); }
.bar-above { display: flex; flex-wrap: wrap; gap: 8px 22px; align-items: center; margin: 0 0 14px; font-size: 0.85rem; color: var(--ink-2); }
.bar-above label { margin-left: auto; cursor: pointer; } .bar-above input { accent-color: light-dark(#0f766e, #5ecfc2); vertical-align: -2px; }
.key { display: inline-flex; gap: 7px; align-items: center; } .key .sample { position: static; width: 26px; height: 14px; padding: 0; } .key .alert { position: relative; width: 12px; padding: 0; height: 24px; margin: 0; }
body:has(#only:checked) .clip.right { display: none; }
.clip { background: var(--surface); border: 1px solid var(--line); border-radius: 14px; padding: 16px 18px 12px; margin-bottom: 16px; }
.clip h2 { font-size: 1rem; font-weight: 600; margin: 0 0 8px; overflow-wrap: anywhere; } .clip h2 small { font-weight: 400; color: var(--ink-2); margin-left: 8px; font-size: 0.82rem; }
.scroll { overflow-x: auto; padding-bottom: 4px; } .scroll:focus-visible { outline: 2px solid light-dark(#0f766e, #5ecfc2); outline-offset: 3px; border-radius: 6px; }
.tracks { position: relative; padding: 0 24px 0 40px; }
.axis { position: relative; height: 20px; font-size: 0.72rem; color: var(--ink-2); font-variant-numeric: tabular-nums; } .axis span { position: absolute; transform: translateX(-50%); white-space: nowrap; }
.body { position: relative; } .grid { position: absolute; inset: 0; } .grid i { position: absolute; top: 0; bottom: 0; width: 1px; background: var(--grid); }
.lane { position: relative; padding: 5px 0; min-height: 16px; } .lane + .lane { border-top: 1px solid var(--grid); }
.window { position: absolute; top: 0; bottom: 0; background: light-dark(#0f766e, #5ecfc2); opacity: 0.07; border-radius: 4px; }
.pair-row { position: relative; height: 58px; } .pair-row > b, .alert-row > b { position: absolute; left: -40px; font-weight: 400; font-size: 0.7rem; color: var(--ink-2); line-height: 20px; } .is-true { top: 4px; } .is-said { top: 33px; }
.bar, .none { position: absolute; height: 21px; line-height: 21px; font-size: 0.78rem; white-space: nowrap; border-radius: 5px; }
.bar { padding-left: 6px; min-width: 3px; background: color-mix(in oklab, var(--hue) 30%, transparent); box-shadow: inset 3px 0 var(--hue), inset 0 0 0 1px color-mix(in oklab, var(--hue) 45%, transparent); }
.bar.slim { padding: 0; } .bar.slim > span { position: absolute; left: calc(100% + 5px); } .bar.flip.slim > span { left: auto; right: calc(100% + 5px); }
.bar.true { top: 3px; } .bar.said { top: 33px; color: var(--ink-2); font-variant-numeric: tabular-nums; }
.joint { position: absolute; top: 24px; height: 9px; left: 0; width: 100%; } .joint polygon { fill: var(--hue); fill-opacity: 0.16; }
.c0 { --hue: light-dark(#0f8a80, #4fd1c2); } .c1 { --hue: light-dark(#3b6fd1, #86aefb); } .c2 { --hue: light-dark(#8a52c9, #c39bf5); } .c3 { --hue: light-dark(#4f8a1e, #9cd35f); } .c4 { --hue: light-dark(#b04a8d, #f094cd); } .c5 { --hue: light-dark(#44748a, #93c3d8); }
.unit.missed .bar, .sample.missed { --hue: var(--bad); background: none; box-shadow: none; outline: 1.5px dashed var(--bad); outline-offset: -1.5px; } .none { top: 33px; color: var(--bad); padding-left: 6px; }
.unit.spurious .bar, .sample.spurious { --hue: var(--warn); background: repeating-linear-gradient(135deg, color-mix(in oklab, var(--warn) 34%, transparent) 0 4px, color-mix(in oklab, var(--warn) 12%, transparent) 4px 8px); color: inherit; }
.unit:hover .bar { outline: 2px solid currentColor; outline-offset: -1px; }
.alert-row { position: relative; height: 24px; }
.alert { position: absolute; height: 24px; line-height: 24px; padding-left: 18px; margin-left: -5px; font-size: 0.78rem; white-space: nowrap; color: var(--ink-2); } .alert::before { content: ''; position: absolute; left: 1px; top: 7px; width: 9px; height: 9px; transform: rotate(45deg); border-radius: 2px; background: var(--hue); border: 1.5px solid var(--hue); }
.alert.flip { padding: 0 18px 0 0; margin: 0; transform: translateX(calc(-100% + 6px)); } .alert.flip::before { left: auto; right: 1px; }
.alert.right { --hue: var(--good); } .alert.again, .alert.spurious { --hue: var(--warn); } .alert.missed { --hue: var(--bad); } .alert.missed::before { background: none; border-style: dashed; } .alert.taken-back { text-decoration: line-through; } .alert.again::before { background: none; }
details { margin-top: 8px; font-size: 0.82rem; } summary { cursor: pointer; color: var(--ink-2); } details { overflow-x: auto; }
table { border-collapse: collapse; margin-top: 6px; width: 100%; } th, td { text-align: left; padding: 3px 12px 3px 0; border-bottom: 1px solid var(--grid); font-variant-numeric: tabular-nums; } th { font-weight: 500; color: var(--ink-2); } tr.missed td:nth-child(-n+2) { color: var(--bad); } tr.spurious td:nth-child(-n+2) { color: var(--warn); }
@media print { :root { color-scheme: light; } .clip { break-inside: avoid; } .bar-above label { display: none; } }
`;
