/** Reads a drawing as a person does: the place of every mark against the labels of the axes, its colour against the legend. */
import { loader, logger, None, parse, View } from 'vega'
import { compile, type TopLevelSpec } from 'vega-lite'
import type { Spec } from '../figures/figure.js'

/** A mark, in what the axes beside it count. */
export interface DrawnMark {
  readonly kind: 'symbol' | 'rect' | 'rule' | 'text' | 'line' | 'area'
  /** Title of its panel. */
  readonly panel: string | undefined
  /** What the legend calls its colour. */
  readonly series: string | undefined
  /** Where it is; a rectangle's middle. The label of an axis of names, or else the number. */
  readonly x: number | string | undefined
  readonly y: number | string | undefined
  /** Where it begins and ends, on axes of numbers: of a bar, an interval or a band. */
  readonly xEnds: Ends | undefined
  readonly yEnds: Ends | undefined
  /** Titles of the axes. */
  readonly xTitle: string | undefined
  readonly yTitle: string | undefined
  readonly fill: string | undefined
  readonly text: string | undefined
}

type Ends = readonly [low: number, high: number]

/** What Vega leaves in its scene graph of a group or of a mark; lengths in pixels. */
interface Item {
  readonly x?: number
  readonly y?: number
  readonly x2?: number
  readonly y2?: number
  readonly width?: number
  readonly height?: number
  readonly opacity?: number
  readonly text?: unknown
  readonly fill?: unknown
  readonly stroke?: unknown
  readonly items?: readonly Scene[]
}

interface Scene {
  readonly marktype: string
  readonly role: string
  readonly items: readonly Item[]
}

interface Tick {
  readonly at: number
  readonly label: string
}

/** An axis: which way it goes, where it stands across that, its ticks. */
interface Axis {
  readonly isVertical: boolean
  readonly across: number
  readonly title: string | undefined
  readonly ticks: readonly Tick[]
}

interface Found {
  readonly axes: Axis[]
  readonly titles: { readonly left: number; readonly text: string }[]
  readonly legend: Map<unknown, string>
  readonly marks: { readonly kind: string; readonly item: Item; readonly origin: Point }[]
}

type Point = readonly [x: number, y: number]

/** Every mark of a drawing; those of axes, titles and legends are what they are read by. */
export async function readDrawing(spec: Spec): Promise<DrawnMark[]> {
  const quiet = logger(None)
  const { spec: vega } = compile(spec as unknown as TopLevelSpec, { logger: quiet })
  const view = new View(parse(vega), { renderer: 'none', logger: quiet, loader: loader() })
  await view.runAsync()
  const found: Found = { axes: [], titles: [], legend: new Map(), marks: [] }
  const { root } = view.scenegraph() as unknown as { root: Scene }
  gather(root, [0, 0], found)
  view.finalize()
  return found.marks.map((mark) => read(mark, found))
}

function gather(scene: Scene, [left, top]: Point, found: Found): void {
  const { marktype, role, items } = scene
  if (marktype !== 'group') {
    if (role === 'title-text') found.titles.push({ left, text: [items[0].text].flat().join(' ') })
    if (role === 'mark')
      found.marks.push(
        ...items.map((item) => ({ kind: marktype, item, origin: [left, top] as Point })),
      )
    return
  }
  for (const item of items) {
    const origin: Point = [left + (item.x ?? 0), top + (item.y ?? 0)]
    const inner = item.items ?? []
    // Axes stand half a pixel aside, which makes their lines sharp.
    if (role === 'axis')
      found.axes.push(...axesOf(inner, [Math.floor(origin[0]), Math.floor(origin[1])]))
    else if (role === 'title') for (const part of inner) gather(part, [left, top], found)
    else {
      const entry = (name: string) => inner.find((part) => part.role === name)?.items[0]
      const symbol = entry('legend-symbol')
      if (symbol !== undefined)
        found.legend.set(colourOf(symbol), String(entry('legend-label')?.text))
      for (const part of inner) gather(part, origin, found)
    }
  }
}

function axesOf(parts: readonly Scene[], [left, top]: Point): Axis[] {
  const ticks = parts.find(({ role }) => role === 'axis-tick')?.items ?? []
  // Vega hides labels that would overlap.
  const labels = (parts.find(({ role }) => role === 'axis-label')?.items ?? []).filter(
    ({ opacity }) => opacity !== 0,
  )
  const title = parts.find(({ role }) => role === 'axis-title')?.items[0]?.text
  if (labels.length === 0) return []
  const isVertical = ticks.length > 0 ? ticks[0].x2 !== undefined : labels[0].y !== labels[1]?.y
  return [
    {
      isVertical,
      across: isVertical ? left : top,
      title: title === undefined ? undefined : String(title),
      ticks: labels.map(({ x = 0, y = 0, text }) => ({
        at: isVertical ? top + y : left + x,
        label: String([text].flat()[0]),
      })),
    },
  ]
}

function colourOf({ fill, stroke }: Item): unknown {
  return fill === undefined || fill === 'transparent' ? stroke : fill
}

function read(
  { kind, item, origin: [left, top] }: Found['marks'][number],
  { axes, titles, legend }: Found,
): DrawnMark {
  const { x = 0, y = 0, x2 = x + (item.width ?? 0), y2 = y + (item.height ?? 0) } = item
  const at: Point = [left + (x + x2) / 2, top + (kind === 'area' ? y : (y + y2) / 2)]
  const beside = (isVertical: boolean) => axisBeside(axes, isVertical, at)
  const [along, upwards] = [beside(false), beside(true)]
  return {
    kind: kind as DrawnMark['kind'],
    panel: titles.find((title) => Math.abs(title.left - left) < 1)?.text,
    series: legend.get(colourOf(item)),
    x: valueAt(along, at[0]),
    y: valueAt(upwards, at[1]),
    xEnds: endsAt(along, [left + x, left + x2]),
    yEnds: endsAt(upwards, [top + y, top + y2]),
    xTitle: along?.title,
    yTitle: upwards?.title,
    fill: typeof item.fill === 'string' ? item.fill : undefined,
    text: item.text === undefined ? undefined : String(item.text),
  }
}

/** The axis that a reader would follow: of those to the left of a mark, or below it, that reach as far, the nearest. */
function axisBeside(axes: readonly Axis[], isVertical: boolean, [x, y]: Point): Axis | undefined {
  const [along, across] = isVertical ? [y, x] : [x, y]
  const room = 40
  const usable = axes.filter(({ isVertical: is, across: place, ticks }) => {
    const places = ticks.map(({ at }) => at)
    return (
      is === isVertical &&
      (isVertical ? place < across + 1 : place > across - 1) &&
      along >= Math.min(...places) - room &&
      along <= Math.max(...places) + room
    )
  })
  const distance = (axis: Axis) => Math.abs(axis.across - across)
  return usable.sort((a, b) => distance(a) - distance(b))[0]
}

function valueAt(axis: Axis | undefined, pixel: number): number | string | undefined {
  if (axis === undefined) return undefined
  const number = numberAt(axis, pixel)
  if (number !== undefined) return number
  const distance = ({ at }: Tick) => Math.abs(at - pixel)
  return [...axis.ticks].sort((a, b) => distance(a) - distance(b))[0].label
}

function endsAt(axis: Axis | undefined, pixels: readonly [number, number]): Ends | undefined {
  const [one, other] = pixels.map((pixel) => axis && numberAt(axis, pixel))
  if (one === undefined || other === undefined) return undefined
  return [Math.min(one, other), Math.max(one, other)]
}

/** A number read between the ticks; undefined where these are names, or neither evenly nor logarithmically apart. */
function numberAt({ ticks }: Axis, pixel: number): number | undefined {
  const known = ticks
    .filter(({ label }) => label !== '')
    .map(({ at, label }) => ({ at, value: Number(label.replace('−', '-')) }))
  if (known.length < 2 || known.some(({ value }) => Number.isNaN(value))) return undefined
  const [first, last] = [known[0], known[known.length - 1]]
  for (const [to, from] of [
    [(value: number) => value, (value: number) => value],
    [Math.log10, (value: number) => 10 ** value],
  ]) {
    const [a, b] = [to(first.value), to(last.value)]
    const placeOf = (value: number) => first.at + ((to(value) - a) / (b - a)) * (last.at - first.at)
    if (!known.every(({ at, value }) => Math.abs(placeOf(value) - at) < 1)) continue
    return from(a + ((pixel - first.at) / (last.at - first.at)) * (b - a))
  }
  return undefined
}
