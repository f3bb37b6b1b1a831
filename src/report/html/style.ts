import { fontFamily } from '../figures/figure.js'

/** The look of the page: light and dark, phone and print, no font or file from elsewhere. */
export const style = `
:root { color-scheme: light dark; --page: #ffffff; --ink: #16191d; --soft: #545b64; --line: #d4d8dd; --panel: #f4f6f8;
  --blue: #0a68a5; --red: #b34a00; --green: #00704f; --amber: #7a5600; }
@media (prefers-color-scheme: dark) { :root { --page: #15181c; --ink: #e8eaed; --soft: #a9b1ba; --line: #3a4048; --panel: #1e2227;
  --blue: #6cb8ea; --red: #ff9a57; --green: #4fcaa3; --amber: #e2b04a; } }
* { box-sizing: border-box }
html { scroll-behavior: smooth }
body { margin: 0 auto; padding: 1rem 1.25rem 4rem; max-width: 66rem; background: var(--page); color: var(--ink);
  font: 16px/1.55 system-ui, "Segoe UI", Roboto, "Noto Sans", "DejaVu Sans", sans-serif }
h1 { font-size: 1.7rem; line-height: 1.2; margin: .6rem 0 }
h2 { font-size: 1.3rem; margin: 2.6rem 0 .6rem; padding-top: .6rem; border-top: 1px solid var(--line) }
h3 { font-size: 1.05rem; margin: 1.6rem 0 .3rem } h4 { font-size: .95rem; margin: .4rem 0 }
a { color: var(--blue) } code { font-size: .87em; overflow-wrap: anywhere }
.small, figcaption, .source { color: var(--soft); font-size: .9rem }
nav ul { list-style: none; padding: 0; margin: .5rem 0; display: flex; flex-wrap: wrap; gap: .2rem 1rem; font-size: .92rem }
.verdict { padding: .8rem 1rem; border-left: .4rem solid var(--soft); background: var(--panel); font-size: 1.05rem }
.verdict.decides { border-color: var(--green) } .verdict.absent, .verdict.real-but-small { border-color: var(--red) } .verdict.inconclusive { border-color: var(--amber) }
.notice { padding: .6rem 1rem; border-left: .3rem solid var(--amber); background: var(--panel) }
.notice ul { margin: .2rem 0; padding-left: 1.2rem }
.mark { white-space: nowrap; font-weight: 600 } .mark.holds { color: var(--green) } .mark.fails { color: var(--red); white-space: normal } .mark.undecided { color: var(--amber) }
.name { white-space: nowrap } .pair { white-space: nowrap; margin-right: .6em }
pre { white-space: pre-wrap; overflow-wrap: anywhere }
.scroll { overflow-x: auto; max-width: 100% }
/* A shadow at the side where there is more to scroll to: covers that move with the content hide it at the ends. */
.scroll, .drawing { background: linear-gradient(to right, var(--page) 40%, transparent) left / 2rem 100% no-repeat local,
  linear-gradient(to left, var(--page) 40%, transparent) right / 2rem 100% no-repeat local,
  linear-gradient(to right, #8889, transparent) left / .6rem 100% no-repeat scroll, linear-gradient(to left, #8889, transparent) right / .6rem 100% no-repeat scroll }
table { border-collapse: collapse; font-size: .9rem; font-variant-numeric: tabular-nums; min-width: 60% }
th, td { text-align: left; vertical-align: top; padding: .3rem .9rem .3rem 0; border-bottom: 1px solid var(--line) }
th { font-weight: 600; color: var(--soft) }
figure { margin: 1.2rem 0 1.8rem } figure h3 { margin-top: 0 } figcaption { max-width: 48rem; margin-top: .4rem }
.drawing { overflow-x: auto } .drawing > svg { display: block; height: auto; max-width: 100% } .drawing > svg.narrow { display: none } .drawing text { font-family: ${fontFamily} }
.tag { font-size: .8rem; font-weight: 400; color: var(--soft); border: 1px solid var(--line); border-radius: 1em; padding: .05em .6em; margin-left: .5em }
dfn, .drawing text:has(> title) { font-style: normal; text-decoration: underline dotted var(--soft); text-underline-offset: .2em; cursor: help; pointer-events: auto }
.glossary { display: grid; grid-template-columns: minmax(7rem, 12rem) minmax(0, 1fr); gap: .2rem 1rem; font-size: .9rem }
.files { font-size: .85rem; color: var(--soft) }
.controls { display: flex; flex-wrap: wrap; gap: .5rem; align-items: center; margin: .6rem 0 }
.controls label { display: flex; flex-wrap: wrap; gap: .5rem; align-items: center; max-width: 100% }
.controls select { min-width: 0; width: auto }
.controls select, .controls button { font: inherit; color: inherit; background: var(--panel); border: 1px solid var(--soft); border-radius: .3rem; padding: .3rem .6rem; max-width: 100% }
:focus-visible { outline: 3px solid var(--blue); outline-offset: 2px }
.picker.active > .panel { display: none } .picker.active > .panel.chosen { display: block } .picker.active .panel-title { display: none }
.sample { display: grid; grid-template-columns: minmax(7rem, 12rem) 1fr; gap: .6rem 1.4rem; align-items: start }
.sample .mark { white-space: normal } .sample dl { display: grid; grid-template-columns: auto minmax(0, 1fr); gap: .1rem .9rem; margin: 0; font-size: .95rem } dt { color: var(--soft) } dd { margin: 0 }
.states { grid-column: 1 / -1; display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 20rem), 1fr)); gap: 1rem }
.picture svg.input { width: 100%; border: 1px solid var(--line) }
.definitions { position: absolute }
.interactions { list-style: none; margin: 0; padding: 0 } .interactions li { display: flex; gap: .8rem; align-items: center; margin: .35rem 0 }
dd, .words { overflow-wrap: anywhere } .interactions svg.input { width: 4.2rem; flex: none; border: 1px solid var(--line) }
.words { flex: 1; min-width: 0; font-size: .88rem } .kind { font-weight: 600 } .value { font-variant-numeric: tabular-nums }
.bar { display: block; height: .55rem; margin: .15rem 0; min-width: 2px } .bar.positive { background: #0a7abf } .bar.negative { background: #d55e00 }
.dim { fill: #fff; fill-opacity: .72 } .outline { fill: none; stroke-width: 2px; vector-effect: non-scaling-stroke }
.outline.positive { stroke: #0a7abf } .outline.negative { stroke: #d55e00 } .outline.all { stroke: #e69f00; stroke-width: 1px }
.cells { display: inline-flex; flex-wrap: wrap; gap: .2rem; flex: none; max-width: 100% }
.cells.board { display: grid; grid-template-columns: repeat(3, 1.7em); grid-auto-rows: 1.7em; line-height: 1.6 } .picture .cells.board { font-size: 1.6rem }
.cells.row, .cells.text { flex: 1 1 45%; font-size: .8rem }
.cell { border: 1px solid var(--line); padding: 0 .3em; text-align: center; border-radius: .2em } .cell.player { border-color: #c98a00 } .cell.off { opacity: .38 }
.cell.lit { font-weight: 700 } .cell.lit.positive { background: #0a7abf; color: #fff; border-color: #0a7abf } .cell.lit.negative { background: #b34a00; color: #fff; border-color: #b34a00 }
#tip { position: fixed; pointer-events: none; background: var(--ink); color: var(--page); font-size: .82rem; padding: .2rem .5rem; border-radius: .3rem; max-width: 22rem; z-index: 9; white-space: pre-line }
@media (max-width: 40rem) { .clauses thead { display: none } .clauses tr { display: block; padding: .4rem 0; border-bottom: 1px solid var(--line) } .clauses td { display: block; border: 0; padding: .1rem 0 } .clauses .pair { display: inline-block }
  body { padding: .6rem .8rem 3rem } .sample { grid-template-columns: minmax(0, 1fr) } .picture { max-width: 12rem } }
@media screen and (max-width: 40rem) { .drawing > svg.narrow { display: block } .drawing > svg.wide { display: none } }
@page { margin: 12mm }
@media print { * { print-color-adjust: exact; -webkit-print-color-adjust: exact } :root { color-scheme: light; --page: #fff; --ink: #000; --soft: #444; --line: #bbb; --panel: #f3f3f3; --blue: #0a5a90; --red: #993f00; --green: #005f43; --amber: #6b4b00 }
  html { font-size: 9.5pt } body { max-width: none; font-size: 9.5pt; line-height: 1.4; padding: 0 } nav, .controls, .files, #tip, #manifest, #cite { display: none !important }
  .verdict { font-size: 10pt } h2 { margin: 1rem 0 .3rem; padding-top: .3rem } h3 { margin: .5rem 0 .1rem } h2, h3, h4 { break-after: avoid }
  /* Of what a picker shows one at a time, one: the page has all. Of the configuration what was set: config.yaml has all. */
  .picker > .panel { display: none } .picker > .panel.chosen, .picker .panel-title { display: block !important } #settings tr:has(.source:not(.set-here)) { display: none }
  figure { display: grid; grid-template-columns: 3fr 2fr; gap: .1rem 1rem; align-items: start; margin: .5rem 0 .8rem } figure h3 { grid-column: 1 / -1 } figcaption { font-size: 8pt; line-height: 1.35; margin: 0 }
  .drawing > svg { max-height: 52mm; width: auto }
  .glossary { display: block; columns: 2; font-size: 7pt } .glossary dt { display: inline; font-weight: 600 } .glossary dd { display: inline; margin: 0 0 0 .5em } .glossary dd::after { content: "\\a"; white-space: pre }
  /* A network takes one line, its name; networks.csv has the ids. */
  #networks td:not(:last-child) { white-space: nowrap } #networks td:first-child :is(br, code) { display: none }
  figure, .panel, .sample, tr, .notice { break-inside: avoid } .sample { font-size: 8.5pt; line-height: 1.35; gap: .3rem 1rem } .sample dl { font-size: inherit } .picture { max-width: 6rem } .picture .cells.board { font-size: 1rem } .interactions li { margin: .1rem 0 } .interactions svg.input { width: 2.6rem } .scroll, .drawing { overflow: visible; background: none } table { font-size: 7.5pt } th, td { padding-right: .5rem } pre { font-size: 7.5pt } details > * { display: block } }
`
