/** The figure of effects in studies that cut networks in several places, as curves or as rows. */
import { expect, it } from 'vitest'
import { PairClasses } from '../../study/pairClasses.js'
import { renderSvg } from '../render/drawing.js'
import { exampleStudy, relationOf } from '../testing/exampleStudy.js'
import type { ReportStudy } from '../types.js'
import { drawFigure } from './figures.js'

/** The example cut after its first, second and third layer, with three low and three high seeds. */
function sweep(): ReportStudy {
  const study = exampleStudy()
  const { networks, overlaps, effects } = study.tables
  const cuts = [1, 2, 3]
  const seeds = [0, 1, 2].flatMap((low) => [0, 1, 2].map((high) => ({ low, high })))
  const idOf = ({ low, high }: { low: number; high: number }) => `net${low}${high}`
  const pairs = (cut: number) =>
    seeds.flatMap((b, second) =>
      seeds.slice(0, second).map((a) => {
        const relation = relationOf(a, b)
        const jaccard = (a.low === b.low ? 0.2 * cut : 0.1) + 0.01 * (a.low + b.high)
        const [one, other] = [idOf(a), idOf(b)]
        const names = { network_a: one, name_a: one, network_b: other, name_b: other }
        return { ...overlaps[0], ...names, relation, cut, jaccard }
      }),
    )
  const members = seeds.map((seed) => ({
    network: idOf(seed),
    architecture: 'mlp-5',
    regime: 'init',
    seeds: { ...seed, order: 0 },
  }))
  const classes = new PairClasses(members, 0.95)
  for (const row of cuts.flatMap(pairs)) classes.add(row)
  return {
    ...study,
    tables: {
      ...study.tables,
      networks: cuts.flatMap((cut) =>
        seeds.map((seed) => ({
          ...networks[0],
          network: idOf(seed),
          name: `cut${cut}-${idOf(seed)}`,
          seed_low: seed.low,
          seed_high: seed.high,
          low_layers: ['fc1', 'fc2', 'fc3'].slice(0, cut).join('+'),
          low_parameters: 300 * cut,
        })),
      ),
      overlaps: cuts.flatMap(pairs),
      pairClasses: classes.rows,
      effects: cuts.flatMap((cut) =>
        effects.map((row) => ({
          ...row,
          cut,
          estimate: (row.estimate ?? 0) * (cut / 2),
        })),
      ),
    },
  }
}

it('a sweep over the cut is drawn as curves over its depth', async () => {
  const figure = drawFigure('effects', sweep())
  if ('missing' in figure) throw new Error(figure.missing)
  const svg = await renderSvg(figure.spec, 'depth')
  await expect(svg).toMatchFileSnapshot('golden/variance-shares-by-depth.golden.svg')
  // Shares, contrasts and classes: one line each, and an interval at every cut but of contrasts.
  expect(svg.match(/aria-roledescription="line mark"/g)).toHaveLength(4 + 2 + 3)
  expect(svg.match(/aria-roledescription="rule mark"/g)?.length).toBe(3 * (4 + 3) + 3)
  expect(svg).toContain('24%')
  expect(figure.caption).not.toMatch(/\b(left|middle|right):/i)
})

it('cuts of as many layers keep a row of intervals each, which names the layers', async () => {
  const study = sweep()
  const effects = study.tables.effects.map((row) =>
    row.cut === 3 ? { ...row, cut: 2, cut_layers: 'fc1+fc3' } : row,
  )
  const figure = drawFigure('effects', { ...study, tables: { ...study.tables, effects } })
  if ('missing' in figure) throw new Error(figure.missing)
  const svg = await renderSvg(figure.spec, 'cuts')
  for (const low of ['first 1', 'first 2', 'fc1+fc3']) {
    expect(svg).toContain(`mlp-5, init, low = ${low}<`)
  }
})

it('one cut keeps its rows of intervals', () => {
  expect(drawFigure('effects', exampleStudy())).toMatchObject({
    title: 'Variance shares and contrasts',
  })
})
