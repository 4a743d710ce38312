/** How the server's own pages look: the tokens of packages/ui, and their own rules. */
import { TOKENS } from './tokens.ts';

export const PAGE_STYLE = `${TOKENS}
:root { font: var(--text)/1.5 var(--font); }
* { box-sizing: border-box; }
html { scroll-padding-top: 1rem; }
body { margin: 0; background: var(--paper); color: var(--ink); overflow-wrap: anywhere; }
body > header, main, footer { max-width: 40rem; margin: 0 auto; padding: 0 1rem; }
.wide > header, .wide main { max-width: 75rem; }
body > header { padding-top: 1rem; }
body > header a {
  display: inline-flex; align-items: center; gap: .5rem; min-height: var(--control);
  color: inherit; font-weight: 600; text-decoration: none;
}
main { padding-bottom: 4rem; }
h1 { margin: 1.5rem 0 .5rem; font-size: var(--title); line-height: 1.2; }
h2 { margin: 2.5rem 0 .5rem; font-size: var(--large); line-height: 1.3; }
h3, h4 { margin: 1.5rem 0 .5rem; font-size: 1rem; }
p, ul, ol, dl, pre, table { margin: .75rem 0; }
a { color: var(--accent); text-underline-offset: .15em; }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; border-radius: 4px; }
.quiet { color: var(--quiet); }
small, .small { font-size: var(--small); }
code, pre, kbd { font: .8125rem/1.5 ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; }
pre {
  padding: .75rem 1rem; border: 1px solid var(--line); border-radius: var(--round);
  background: var(--card); overflow-x: auto; white-space: pre; overflow-wrap: normal;
}
dt { margin-top: .75rem; font-weight: 600; }
dd { margin: 0; color: var(--quiet); }
dd code { color: var(--ink); }
.doors { padding: 0; list-style: none; }
.doors a {
  display: block; min-height: var(--control); margin: .5rem 0; padding: .75rem 1rem;
  border: 1px solid var(--edge); border-radius: var(--round); background: var(--card);
  color: inherit; text-decoration: none;
}
.doors strong { display: block; color: var(--accent); }
.doors a:hover { border-color: var(--accent); }
.message {
  margin: 1rem 0; padding: 1rem; border: 1px solid var(--line); border-radius: var(--round);
  background: var(--card);
}
.message h2 { margin: 0; font-size: 1rem; }
.message p { margin: .25rem 0; white-space: pre-line; }
.code { font-size: var(--title); font-variant-numeric: tabular-nums; letter-spacing: .06em; }
form { display: flex; flex-wrap: wrap; align-items: end; gap: .5rem; margin: 1rem 0; }
label { display: grid; flex: 1 1 14rem; gap: .25rem; }
input, button, .button {
  min-height: var(--control); padding: .5rem .75rem; border: 1px solid var(--edge); border-radius: var(--round);
  background: var(--card); color: inherit; font: inherit;
}
button, .button { cursor: pointer; }
.primary { border-color: var(--accent); background: var(--accent); color: var(--on-accent); }
table { width: 100%; border-collapse: collapse; }
th, td { padding: .4rem .75rem .4rem 0; border-bottom: 1px solid var(--line); text-align: left; vertical-align: top; }
th { font-size: var(--small); color: var(--quiet); }
td:first-child { overflow-wrap: normal; }
.unseen {
  position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap;
}
.columns { display: grid; }
.columns > div { min-width: 0; max-width: 52rem; }
.columns nav ul { padding: 0; list-style: none; }
.columns nav a { display: inline-block; min-height: 28px; }
@media (min-width: 60rem) {
  .columns { grid-template-columns: 19rem 1fr; gap: 1rem; }
  .columns > div > section:first-child h2 { margin-top: .5rem; }
  .columns nav { position: sticky; top: 0; align-self: start; max-height: 100vh; overflow-y: auto; }
}
details { margin: .5rem 0; border: 1px solid var(--line); border-radius: var(--round); background: var(--card); }
summary { min-height: var(--control); padding: .65rem 1rem; border-radius: var(--round); cursor: pointer; }
summary .what { display: block; }
summary .type { color: var(--quiet); }
.method { font-size: var(--small); font-weight: 600; color: var(--accent); }
.inner { padding: 0 1rem .5rem; border-top: 1px solid var(--line); }
.sample { position: relative; }
.sample pre { padding-right: 6rem; background: var(--paper); }
.copy { font-size: var(--small); }
@media (min-width: 40rem) { .copy { position: absolute; top: .35rem; right: .35rem; } }
.fields { padding: 0; list-style: none; }
.fields li { padding: .25rem 0; border-bottom: 1px solid var(--line); font-size: var(--small); }
.fields b { font-weight: 600; }
@media (max-width: 40rem) { td, th { padding-right: .5rem; } }
`;
