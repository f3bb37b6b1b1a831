/** What every figure shares: its place in the paper, its words, and the look of its axes. */
import type { ReportStudy } from '../types.js'

/** A Vega-Lite specification, as plain JSON. */
export type Spec = Readonly<Record<string, unknown>>

/** A figure of the report, whatever the study. */
export interface Figure {
  /** Name of its files and anchor. */
  readonly id: string
  readonly title: string
  /** The figure of arXiv 2502.08625 that it corresponds to, such as `Figure 4a`, or `ours`. */
  readonly source: string
  /** What it shows of a study, from whose rows alone this follows; a text says why there is nothing to show. */
  readonly draw: (study: ReportStudy) => Drawn | string
}

/** What a figure shows of a study. */
export interface Drawn {
  /** What is drawn and how to read it, in one to three sentences. */
  readonly caption: string
  /** What {@link specOf} completes. */
  readonly spec: Spec
  /** Where it is not that of the figure. */
  readonly title?: string
}

/** A figure of one study; its specification is complete. */
export interface DrawnFigure extends Omit<Figure, 'draw'>, Omit<Drawn, 'title'> {}

/** A figure that a study does not have, and why. */
export interface MissingFigure extends Pick<Figure, 'id' | 'title'> {
  readonly missing: string
}

/**
 * Colours of Okabe and Ito (2008), told apart by readers with any kind of colour blindness; the ones
 * used for marks have a contrast of 3:1 or more on white and on the dark background alike.
 */
export const colours = {
  blue: '#0a7abf',
  vermillion: '#d55e00',
  green: '#009e73',
  purple: '#b8609a',
  grey: '#808080',
  amber: '#b88000',
} as const

/** Order of colours for categories without a meaning of their own. */
const categories = [
  colours.blue,
  colours.vermillion,
  colours.green,
  colours.purple,
  colours.amber,
  colours.grey,
] as const

/** One light-to-dark scale for shares 0 … 1, and its text is chosen to be readable on it. */
export const heatScheme = 'blues'

export const fontFamily = 'DejaVu Sans, Verdana, Geneva, sans-serif'

/** Colour of words and lines; on pages, which may be dark, it becomes that of the text around. */
export const ink = '#16191d'

const config = {
  background: 'transparent',
  font: fontFamily,
  view: { stroke: null },
  axis: {
    labelColor: ink,
    titleColor: ink,
    domainColor: colours.grey,
    tickColor: colours.grey,
    gridColor: colours.grey,
    gridOpacity: 0.22,
    labelFontSize: 11,
    titleFontSize: 12,
    titleFontWeight: 'normal',
    labelLimit: 260,
  },
  axisQuantitative: { labelOverlap: 'greedy', labelSeparation: 6 },
  header: { labelColor: ink, titleColor: ink, labelFontSize: 12, labelFontWeight: 'bold' },
  legend: {
    labelColor: ink,
    titleColor: ink,
    labelFontSize: 11,
    titleFontSize: 11,
    labelLimit: 260,
    symbolOpacity: 1,
  },
  title: {
    color: ink,
    subtitleColor: ink,
    fontSize: 12,
    subtitleFontSize: 11,
    anchor: 'start',
    fontWeight: 'bold',
  },
  text: { fill: ink, fontSize: 11 },
  rule: { stroke: colours.grey },
  range: { category: [...categories] },
} as const

/**
 * A complete specification from the parts that differ between figures. Numbers that no axis can have are 0 in it: the steps of
 * an axis are powers of ten, and those of denormal numbers have too few digits to lead from one end to the other.
 */
export function specOf(parts: Spec): Spec {
  const drawable = withoutTraces(parts) as Spec
  return { $schema: 'https://vega.github.io/schema/vega-lite/v6.json', config, ...drawable }
}

/** Smaller numbers than this are traces of 0. */
const LEAST_DRAWN = 1e-300

function withoutTraces(value: unknown): unknown {
  if (typeof value === 'number') return Math.abs(value) < LEAST_DRAWN ? 0 : value
  if (Array.isArray(value)) return value.map(withoutTraces)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, withoutTraces(part)]))
}

/** What marks mean, as a line above a figure or panel: a legend for shapes, with the shape itself before each word. */
export function marksKey(...entries: readonly string[]): Spec {
  return { text: entries.join('\u2003'), fontSize: 11, fontWeight: 'normal', offset: 6 }
}
