/** The sections of the report against the example study that they show. */
import { describe, expect, it } from 'vitest'
import { experimentSchema } from '../../config/schema.js'
import { shortNumber } from '../../core/numberWords.js'
import { glossary } from '../glossary.js'
import { renderReport } from '../render/report.js'
import { exampleStudy } from '../testing/exampleStudy.js'
import { foreignStudy } from '../testing/foreignStudy.js'
import type { ReportStudy } from '../types.js'
import { networkSection } from './networks.js'
import { referenceSection } from './references.js'
import { playerPaths } from './regions.js'
import { settingsOf } from './settings.js'
import { explained, glossarySection } from './terms.js'

describe('regions of players', () => {
  it('join equal rows into rectangles', () => {
    const map = Int32Array.from([0, 0, 1, 0, 0, -1, 1, 1, -1])
    expect(playerPaths(map, 3, 2)).toEqual(['M0 0h2v2h-2z', 'M2 0h1v1h-1zM0 2h2v1h-2z'])
  })

  it('cover every pixel of a player once', () => {
    const map = Int32Array.from({ length: 49 }, (_, at) => ((at * 5) % 7 < 3 ? at % 3 : -1))
    const areas = playerPaths(map, 7, 3).map((path) =>
      [...path.matchAll(/h(\d+)v(\d+)/g)].reduce((sum, [, w, h]) => sum + Number(w) * Number(h), 0),
    )
    expect(areas).toEqual([0, 1, 2].map((player) => map.filter((owner) => owner === player).length))
  })
})

it('numbers are short, and negative ones have a minus sign', () => {
  const numbers = [1234, -1234, 0.12345, -0.12345, 2e-5, -2e-5, Number.NaN, undefined]
  expect(numbers.map(shortNumber)).toEqual([
    '1,234',
    '−1,234',
    '0.123',
    '−0.123',
    '2.0e-5',
    '−2.0e-5',
    '',
    '',
  ])
})

it('settings tell defaults from what was set, with the source of the default', () => {
  const config = experimentSchema.parse({
    study: 's',
    data: { source: 'tic-tac-toe' },
    model: { architecture: 'mlp-5' },
    training: { epochs: '7ep' },
  })
  const sourceOf = Object.fromEntries(settingsOf(config).map(({ path, source }) => [path, source]))
  expect(sourceOf['training.epochs']).toBe('set here')
  expect(sourceOf['data.source']).toBe('set here')
  expect(sourceOf['training.batchSize']).toBe('lab')
  expect(sourceOf['comparison.alpha']).toBe('ours')
})

/** The page without its figures, which take most of the time. */
async function pageOf(study: ReportStudy): Promise<string> {
  return String((await renderReport(study, { drawsFigures: false }))['report/index.html'])
}

it('the verdict of every grid of a study is on the page, the outcome first', async () => {
  const study = exampleStudy()
  const other = {
    architecture: 'mlp-5',
    regime: 'trained-frozen',
    cut: 2,
    verdict: 'absent' as const,
    asked: 'whether trained low layers decide',
    sentence: 'absent for mlp-5, trained-frozen, cut 2: low share -0.01',
    certainty: 'p = 0.4',
  }
  const pageWith = async (others: readonly (typeof other)[]) => {
    const verdict = { ...study.verdict!, others }
    return pageOf({ ...study, verdict })
  }
  expect(await pageWith([other])).toContain(
    '<p class="verdict absent"><strong>Absent for mlp-5, trained-frozen, cut 2.</strong> ' +
      '<span>Low share −0.01</span><br><span class="small"><b>Asked:</b> ',
  )
  expect(await pageWith([])).not.toContain('other grids')
})

it('an open verdict says what to run next, in settings that hold wherever the results lie', async () => {
  const study = exampleStudy()
  const page = await pageOf(study)
  expect(page).toContain(
    '<pre><code>--set &#39;networks.grid.low=[0,1,2,3]&#39; --set &#39;networks.grid.high=[0,1,2,3]&#39;</code></pre>',
  )
  expect(page).toContain('with the same <code>--results</code>')
  expect(page).not.toContain('lowlayer run results/')
  const { next: _, ...firm } = study.verdict!
  const without = await pageOf({ ...study, verdict: firm })
  expect(without).not.toContain('What to run next')
})

it('figures that are not drawn are told by their titles', async () => {
  const page = await pageOf(exampleStudy())
  expect(page).toContain('>Salient interactions while training: no figures were asked for<')
  expect(page).not.toContain('salient-counts:')
})

it.each(['EL2N', 'GraNd', 'forgetting events', 'variability'])('%s has a tooltip', (term) => {
  expect(explained(`${term}, early`)).toMatch(/^<dfn title="[^"]+">/)
})

it('terms carry their meaning, and stand in the glossary of the page', () => {
  expect(explained('T_low < p = 0.2')).toMatch(
    /^<dfn title="mean Jaccard [^"<>]*">T_low<\/dfn> &lt; <dfn title="[^"<>]+">p<\/dfn> = 0\.2$/,
  )
  const listed = glossarySection()
  for (const { term } of glossary) expect(listed).toContain(`<dt>${term}</dt>`)
})

it('networks from elsewhere have no regime where their seeds are not known', () => {
  const cellsOf = (study: ReportStudy) =>
    [...networkSection(study).matchAll(/<td[^>]*>([^<]*)<\/td>/g)].map(([, cell]) => cell)
  expect(cellsOf(exampleStudy())).toContain('init')
  const foreign = foreignStudy()
  expect(cellsOf(foreign)).not.toContain('init')
  const networks = foreign.tables.networks.map((row) => ({ ...row, regime: 'trained-frozen' }))
  const stated = { ...foreign, tables: { ...foreign.tables, networks } }
  expect(cellsOf(stated)).toContain('trained-frozen')
})

it('references are told from networks, with their accuracy on what they saw and on what not', () => {
  const study = exampleStudy()
  const words = referenceSection(study)
    .replaceAll(/<[^>]*>/g, ' ')
    .replaceAll(/\s+/g, ' ')
  expect(words).toContain('reference-1 ref1 mlp-5 the test samples 500 100.0% 80.0% done')
  expect(words).toContain('✗ train failed: the loss became NaN')
  expect(referenceSection({ ...study, tables: { ...study.tables, references: [] } })).toBe('')
})

it('the page needs nothing but itself and escapes what it is given', async () => {
  const study = { ...exampleStudy(), name: '<script>alert(1)</script>' }
  const files = await renderReport(study, { drawsFigures: 'on the page' })
  const page = String(files['report/index.html'])
  expect(page).not.toContain('<script>alert')
  expect(page).not.toMatch(/(src|href)="(https?:)?\/\//)
  expect(page).not.toMatch(/@import|url\((?!#)/)
})
