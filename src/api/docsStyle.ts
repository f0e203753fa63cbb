/** Of the page to read: one column of chapters, one of text; by day and by night. */
export const DOCS_STYLE = `:root { color-scheme: light dark; --ground: #fbfbf9; --panel: #f3f2ee; --line: #dddad2; --ink: #1d2126; --quiet: #5b626b; --accent: #0b6b5c; --get: #1d5fa8; --post: #1a7040; --change: #8a5300; --delete: #b0282f; }
@media (prefers-color-scheme: dark) { :root { --ground: #14171a; --panel: #1c2024; --line: #31373d; --ink: #e6e8ea; --quiet: #a0a8b0; --accent: #5cc9b4; --get: #7db4f0; --post: #6fcf97; --change: #e6b566; --delete: #ff8f8f; } }
* { box-sizing: border-box; }
html { scroll-behavior: smooth; scroll-padding-top: 1rem; }
@media (prefers-reduced-motion: reduce) { html { scroll-behavior: auto; } }
body { margin: 0; display: grid; grid-template-columns: 19rem minmax(0, 1fr); background: var(--ground); color: var(--ink); font: 16px/1.6 system-ui, -apple-system, 'Segoe UI', sans-serif; }
a { color: var(--accent); text-underline-offset: 0.15em; }
a:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; border-radius: 2px; }
.skip { position: absolute; left: -100rem; } .skip:focus { left: 1rem; top: 1rem; background: var(--panel); padding: 0.5rem 1rem; }
nav { position: sticky; top: 0; height: 100vh; overflow-y: auto; padding: 1.5rem 1.25rem; background: var(--panel); border-right: 1px solid var(--line); font-size: 0.875rem; }
nav ul { list-style: none; margin: 0; padding: 0; } nav > ul > li { margin-top: 0.9rem; } nav > ul > li > a { font-weight: 650; color: var(--ink); text-decoration: none; }
nav li li a { display: block; padding: 0.1rem 0; color: var(--quiet); text-decoration: none; white-space: nowrap; overflow: hidden; text-overflow: ellipsis; } nav a:hover { color: var(--accent); text-decoration: underline; }
nav b { display: inline-block; width: 3.4rem; font-size: 0.6875rem; letter-spacing: 0.03em; } .brand { margin: 0 0 0.5rem; font-size: 1.125rem; font-weight: 700; } .brand a { color: inherit; text-decoration: none; } .brand span { color: var(--quiet); font-weight: 400; font-size: 0.875rem; }
main { padding: 2.5rem clamp(1.25rem, 4vw, 4rem) 6rem; max-width: 66rem; }
h1 { font-size: 2rem; line-height: 1.2; margin: 0 0 1rem; letter-spacing: -0.02em; } h2 { font-size: 1.5rem; margin: 4rem 0 1rem; padding-bottom: 0.4rem; border-bottom: 1px solid var(--line); letter-spacing: -0.01em; }
h3 { font-size: 1.0625rem; margin: 0; font-weight: 600; display: flex; flex-wrap: wrap; gap: 0.6rem; align-items: baseline; } h3 code { background: none; padding: 0; font-size: 1rem; overflow-wrap: anywhere; } h3 b { font-size: 0.8125rem; }
h4 { font-size: 0.8125rem; margin: 1.25rem 0 0.4rem; text-transform: uppercase; letter-spacing: 0.06em; color: var(--quiet); font-weight: 600; } h4 small { text-transform: none; letter-spacing: 0; font-weight: 400; }
article { margin: 1.25rem 0; padding: 1.25rem 1.5rem; border: 1px solid var(--line); border-radius: 0.75rem; } article:target { border-color: var(--accent); }
p { margin: 0.5rem 0; max-width: 46rem; } .summary { font-size: 1.0625rem; }
code, pre { font-family: ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; font-size: 0.875em; } code { background: var(--panel); padding: 0.1em 0.3em; border-radius: 0.25rem; overflow-wrap: break-word; }
pre { background: var(--panel); border-radius: 0.5rem; padding: 0.9rem 1.1rem; overflow-x: auto; margin: 0.4rem 0; line-height: 1.5; } pre code { background: none; padding: 0; }
.scroll { overflow-x: auto; } table { border-collapse: collapse; width: 100%; font-size: 0.875rem; } th, td { text-align: left; vertical-align: top; padding: 0.4rem 1rem 0.4rem 0; border-top: 1px solid var(--line); } th { font-weight: 400; white-space: nowrap; } th em { color: var(--delete); font-style: normal; font-size: 0.75rem; } small { color: var(--quiet); } td:last-child { min-width: 14rem; }
.depth-1 th { padding-left: 1.25rem; } .depth-2 th { padding-left: 2.5rem; } .depth-3 th { padding-left: 3.75rem; } .depth-4 th { padding-left: 5rem; }
.get { color: var(--get); } .post { color: var(--post); } .put, .patch { color: var(--change); } .delete { color: var(--delete); }
.scope { margin-left: auto; font-size: 0.75rem; font-weight: 500; color: var(--quiet); border: 1px solid var(--line); border-radius: 1rem; padding: 0.05rem 0.6rem; } .admin { color: var(--delete); } .editor { color: var(--change); }
@media (max-width: 60rem) { body { grid-template-columns: minmax(0, 1fr); } nav { position: static; height: auto; max-height: 40vh; border-right: 0; border-bottom: 1px solid var(--line); } article { padding: 1rem; } main { padding-top: 1.5rem; } }
@media print { nav { display: none; } body { display: block; } }
`;
