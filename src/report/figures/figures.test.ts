/** All figures of an example against their earlier drawings, and their words, names and sizes. */
import { readFileSync } from 'node:fs'
import { PNG } from 'pngjs'
import { describe, expect, it } from 'vitest'
import { renderDrawing, renderSvg } from '../render/drawing.js'
import { exampleStudy } from '../testing/exampleStudy.js'
import type { ReportStudy } from '../types.js'
import { type DrawnFigure, specOf } from './figure.js'
import { drawFigure, type FigureName, figureNames as names } from './figures.js'

const sides = /\b(left|middle|right)( panel|:)/i
const emptyStudy: ReportStudy = {
  ...exampleStudy(),
  tables: {
    networks: [],
    curves: [],
    samples: [],
    orders: [],
    agreement: [],
    references: [],
    generalization: [],
    confusing: [],
    overlaps: [],
    pairClasses: [],
    effects: [],
    measures: [],
    difficulty: [],
  },
  details: [],
  multiverse: [],
}

const drawn = new Map<FigureName, Promise<DrawnFigure & { readonly svg: string }>>()

/** A figure of the fixed example, drawn once. */
function drawnExample(name: FigureName): Promise<DrawnFigure & { readonly svg: string }> {
  const draw = async () => {
    const figure = drawFigure(name, exampleStudy())
    if ('missing' in figure) throw new Error(figure.missing)
    return { ...figure, svg: await renderSvg(figure.spec, figure.id) }
  }
  const drawing = drawn.get(name) ?? draw()
  drawn.set(name, drawing)
  return drawing
}

/** Drawings of the fixed example; `npx vitest run src/report -u` writes them anew. */
it.each(names)('%s draws the example as before', async (name) => {
  const { id, svg } = await drawnExample(name)
  await expect(svg).toMatchFileSnapshot(`golden/${id}.golden.svg`)
})

it.each(names)('%s says why it is missing without data', (name) => {
  const figure = drawFigure(name, emptyStudy)
  expect(figure).toMatchObject({
    id: expect.any(String),
    title: expect.stringMatching(/^[A-Z]/),
    missing: expect.stringMatching(/\w/),
  })
})

it('all figures have marks, words and names of their own', async () => {
  const figures = await Promise.all(names.map(drawnExample))
  expect(new Set(figures.map(({ id }) => id)).size).toBe(names.length)
  for (const figure of figures) {
    const { svg } = figure
    expect(svg, figure.id).not.toContain('NaN')
    expect(svg.match(/role="graphics-symbol"/g)?.length ?? 0, figure.id).toBeGreaterThan(3)
    expect(figure.caption.length).toBeGreaterThan(30)
    // On phones panels stand below each other.
    expect(`${figure.caption} ${figure.source}`, figure.id).not.toMatch(sides)
  }
})

it.each(names)(
  '%s of values that are next to 0 has axes, and no more marks than others',
  async (name) => {
    const figure = drawFigure(name, nextToZero(exampleStudy()))
    if ('missing' in figure) throw new Error(figure.missing)
    const svg = await renderSvg(figure.spec, figure.id)
    expect(svg.includes('NaN')).toBe(false)
    expect(svg.length).toBeGreaterThan((await drawnExample(name)).svg.length / 8)
    expect(svg.length).toBeLessThan((await drawnExample(name)).svg.length * 2)
  },
)

/** The same study where all that is in the units of v is a small multiple of the least number there is. */
function nextToZero({ tables, details, ...rest }: ReportStudy): ReportStudy {
  const least = (value: number | undefined) => value && Number.MIN_VALUE * Math.round(500 * value)
  const tiny = (values: Float64Array) => values.map((value) => least(value) ?? 0)
  return {
    ...rest,
    tables: {
      ...tables,
      orders: tables.orders.map((row) => ({
        ...row,
        positive: least(row.positive),
        negative: least(row.negative),
        generalizable: least(row.generalizable),
        nongeneralizable: least(row.nongeneralizable),
      })),
      samples: tables.samples.map((row) => ({
        ...row,
        v_full: least(row.v_full),
        l1: least(row.l1),
        l1_lower_bound: least(row.l1_lower_bound),
        matching_error: least(row.matching_error),
        tau: least(row.tau),
      })),
    },
    details: details.map((detail) => ({
      ...detail,
      states: detail.states.map((state) => ({
        ...state,
        and: tiny(state.and),
        or: tiny(state.or),
        values: tiny(state.values),
        tau: least(state.tau) ?? 0,
      })),
    })),
  }
}

it('growth since overfitting began ends no line of plain scores, and is named as growth', () => {
  const plain = exampleStudy()
  const manifest = { ...plain.manifest, config: { confusing: { phase: 'delta' } } }
  const growth = { ...plain, manifest } as ReportStudy
  const lastScore = (study: ReportStudy) => {
    const figure = drawFigure('courses', study)
    if ('missing' in figure) throw new Error(figure.missing)
    const { vconcat } = figure.spec as unknown as {
      vconcat: { data: { values: { epoch: number }[] }; spec: unknown }[]
    }
    const scores = vconcat.find(({ spec }) => JSON.stringify(spec).includes('"title":"score"'))
    return Math.max(...scores!.data.values.map(({ epoch }) => epoch))
  }
  expect(lastScore(growth)).toBeLessThan(lastScore(plain))
  const captions = (study: ReportStudy) =>
    (['courses', 'scores'] as const).map((name) => {
      const figure = drawFigure(name, study)
      return 'caption' in figure && figure.caption.includes('growth since overfitting began')
    })
  expect(captions(growth)).toEqual([true, true])
  expect(captions(plain)).toEqual([false, false])
})

it('overlaps of pairs that have none are not drawn, and no grid is named by what is not known of it', async () => {
  const { tables, ...rest } = exampleStudy()
  const none = tables.overlaps.map((row) => ({ ...row, jaccard: undefined, kappa: undefined }))
  const without: ReportStudy = { ...rest, tables: { ...tables, overlaps: none } }
  for (const name of ['heatMap', 'pairClasses'] as const) {
    expect(drawFigure(name, without)).toMatchObject({
      missing: expect.stringMatching(/no two networks/),
    })
  }
  const some = tables.overlaps.map((row, index) => (index === 0 ? none[0] : row))
  const map = drawFigure('heatMap', { ...rest, tables: { ...tables, overlaps: some } })
  if ('missing' in map) throw new Error(map.missing)
  expect(await renderSvg(map.spec, map.id)).not.toMatch(/NaN|undefined/)
  const effects = tables.effects.flatMap((row) => [
    row,
    { ...row, architecture: 'resnet18', cut: undefined, cut_layers: undefined },
  ])
  const shares = drawFigure('effects', { ...rest, tables: { ...tables, effects } })
  if ('missing' in shares) throw new Error(shares.missing)
  expect(shares.caption + (await renderSvg(shares.spec, shares.id))).not.toMatch(/undefined/)
})

it.each([1, 2, 3, 4, 5])('Figure %i of the paper has a counterpart', (number) => {
  const sources = names.map((name) => {
    const figure = drawFigure(name, exampleStudy())
    return 'source' in figure ? figure.source : ''
  })
  expect(
    sources.filter((source) => new RegExp(`^Figure ${number}(\\D|$)`).test(source)),
  ).not.toEqual([])
})

describe('for a paper', () => {
  const words = (text: string) =>
    specOf({ width: 60, height: 40, title: text, data: { values: [{}] }, mark: 'point' })
  const drawn = (text = 'τ κ ∅') => renderDrawing(words(text), 'drawn', 'Words')

  it('a PNG has 300 dots an inch at a width of 7 inches, and dark words on white', async () => {
    const { svg, png } = await drawn()
    const { width, height, data } = PNG.sync.read(Buffer.from(png))
    const [, w, h] = / width="(\d+)" height="(\d+)"/.exec(svg)!
    expect([width, height]).toEqual([2100, Math.round((2100 * Number(h)) / Number(w))])
    const density = Buffer.from(png).indexOf('pHYs')
    expect(Buffer.from(png).readUInt32BE(density + 4) * 0.0254).toBeCloseTo(300, 1)
    expect([...data.subarray(0, 4)]).toEqual([255, 255, 255, 255])
    const inked = ({ data }: PNG) => data.filter((byte) => byte < 60).length
    const without = PNG.sync.read(Buffer.from((await drawn(' ')).png))
    expect(inked(PNG.sync.read(Buffer.from(png)))).toBeGreaterThan(inked(without) + 1000)
  })

  it('a PDF is a page 7 inches wide whose text is text, in a font that it brings', async () => {
    const { pdf } = await drawn()
    const text = Buffer.from(pdf).toString('latin1')
    expect(text.match(/\/MediaBox \[0 0 504 /g)).toHaveLength(1)
    expect(text).toMatch(/\/FontName \/\w+\+DejaVuSans-Bold/)
    expect(text).toContain('/FontFile2')
    expect(text).toContain('/ToUnicode')
    expect(text).not.toContain('/Subtype /Image')
  })

  it('is the same at any time', async () => {
    const first = await drawn()
    expect(Buffer.from(first.pdf).toString('latin1')).not.toMatch(/Date/)
    expect(await drawn()).toEqual(first)
  })
})

it('the drawings carry no colour that only one kind of page can show', () => {
  const figure = readFileSync(new URL('golden/orders.golden.svg', import.meta.url), 'utf8')
  expect(figure).toContain('currentColor')
  expect(figure).not.toMatch(/fill="(#000|black)"/)
})

it.each(['scores', 'sensitivity'] as const)('%s draws more samples than a stack holds', (name) => {
  const study = exampleStudy()
  const { samples } = study.tables
  const copies = Array.from({ length: Math.ceil(600_000 / samples.length) }, () => samples).flat()
  const many = { ...study, tables: { ...study.tables, samples: copies } }
  expect(drawFigure(name, many)).not.toHaveProperty('missing')
})

it('the scores of one network are not called those of all', () => {
  const study = exampleStudy()
  const { network } = study.tables.networks[0]
  const samples = study.tables.samples.filter((row) => row.network === network)
  const told = (tables: ReportStudy['tables']) =>
    JSON.stringify(drawFigure('scores', { ...study, tables }))
  expect(told(study.tables)).toMatch(/all networks’ .*samples × networks/)
  expect(told({ ...study.tables, samples })).not.toMatch(/all networks|× networks/)
})

it('nothing is said of seeds and of tests where no network has known seeds', () => {
  const study = exampleStudy()
  const networks = study.tables.networks.map((row) => {
    return { ...row, seed_low: undefined, seed_high: undefined, seed_order: undefined }
  })
  const captionsOf = (tables: ReportStudy['tables']) =>
    names.map((name) => JSON.stringify(drawFigure(name, { ...study, tables }))).join()
  expect(captionsOf(study.tables)).toMatch(/sorted by low.*tests of the verdict/)
  expect(captionsOf({ ...study.tables, networks })).not.toMatch(
    /sorted by low|tests of the verdict/,
  )
})
