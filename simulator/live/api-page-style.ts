/**
 * How the documentation looks: large enough for a projector, light or dark as the reader's system is.
 */
export const API_PAGE_STYLE = `
:root {
  color-scheme: light dark;
  --ink: #1c2430; --quiet: #566273; --paper: #fbfaf7; --panel: #f1efe9; --line: #d8d4ca;
  --accent: #0b5cad; --get: #1c6b41; --post: #8a4b00; --put: #5a3d9b;
  --code-ink: #1c2430; --code-paper: #eceae3;
  --mono: ui-monospace, "Cascadia Code", "SF Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace;
}
@media (prefers-color-scheme: dark) {
  :root {
    --ink: #e8e6e1; --quiet: #a7b0bd; --paper: #14181e; --panel: #1c222a; --line: #353e4a;
    --accent: #7dbbff; --get: #7fd6a2; --post: #f2b366; --put: #c3adff;
    --code-ink: #e8e6e1; --code-paper: #0d1014;
  }
}
* { box-sizing: border-box; }
html { font: clamp(17px, 0.55vw + 12px, 24px)/1.55 system-ui, "Segoe UI", Roboto, "Helvetica Neue", sans-serif; scroll-padding-top: 1.5rem; }
body { margin: 0; color: var(--ink); background: var(--paper); }
a { color: var(--accent); text-underline-offset: 0.15em; }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; border-radius: 3px; }
.skip { position: absolute; left: -100vw; }
.skip:focus { left: 1rem; top: 1rem; padding: 0.4rem 0.8rem; background: var(--paper); z-index: 1; }
.page { display: grid; grid-template-columns: minmax(13rem, 17rem) minmax(0, 52rem); gap: 3rem; max-width: 76rem; margin: 0 auto; padding: 0 1.5rem; }
nav { position: sticky; top: 0; align-self: start; max-height: 100vh; overflow: auto; padding: 2rem 0.5rem; font-size: 0.85rem; }
nav h2 { margin: 1.4rem 0 0.3rem; font-size: 0.8rem; color: var(--quiet); font-weight: 600; }
nav ul { list-style: none; margin: 0; padding: 0; }
nav a { display: block; padding: 0.15rem 0; color: inherit; text-decoration: none; }
nav a:hover { text-decoration: underline; }
main { padding: 2rem 0 5rem; }
h1 { margin: 0 0 0.5rem; font-size: 2rem; line-height: 1.15; letter-spacing: -0.02em; }
h2 { margin: 3.5rem 0 0.2rem; font-size: 1.45rem; letter-spacing: -0.01em; }
h3 { margin: 0 0 0.3rem; font-size: 1.15rem; }
h4 { margin: 1.4rem 0 0.3rem; font-size: 0.85rem; color: var(--quiet); font-weight: 600; }
p { margin: 0.4rem 0; max-width: 44rem; }
.quiet { color: var(--quiet); }
.operation { margin: 1.6rem 0 2.6rem; padding-top: 1.6rem; border-top: 1px solid var(--line); }
.address { margin: 0 0 0.6rem; font: 600 1rem/1.4 var(--mono); overflow-wrap: anywhere; }
.method { display: inline-block; min-width: 3.4em; margin-right: 0.4em; }
.get { color: var(--get); } .post { color: var(--post); } .put { color: var(--put); }
table { width: 100%; border-collapse: collapse; font-size: 0.9rem; }
th, td { padding: 0.35rem 0.9rem 0.35rem 0; text-align: left; vertical-align: top; border-bottom: 1px solid var(--line); }
th { font-weight: 600; } thead th { font-size: 0.8rem; color: var(--quiet); }
th[scope=row] { white-space: nowrap; }
.required { color: var(--post); font: 0.8rem/1 system-ui, sans-serif; }
code, pre { font-family: var(--mono); font-size: 0.9em; }
pre { margin: 0.3rem 0; padding: 0.9rem 1.1rem; overflow: auto; color: var(--code-ink); background: var(--code-paper); border-radius: 6px; line-height: 1.45; }
pre.command { white-space: pre-wrap; overflow-wrap: anywhere; user-select: all; -webkit-user-select: all; }
details { margin: 0.4rem 0; }
summary { cursor: pointer; font-size: 0.9rem; width: max-content; }
.table { overflow-x: auto; }
@media (max-width: 60rem) {
  .page { display: block; }
  nav { position: static; max-height: none; padding: 1.5rem 0 0; columns: 2; }
  nav section { break-inside: avoid; } nav section:first-child h2 { margin-top: 0; }
  main { padding-top: 1.5rem; }
}
@media (max-width: 36rem) { nav { columns: 1; } .page { padding: 0 1rem; } }
@media print { nav { display: none; } .page { display: block; } details:not([open]) > * { display: block; } }
`
