/** The map as a table, as a figure and as tables of the READMEs. */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { stringify } from 'csv-stringify/sync'
import { groupBy } from '../../src/core/groupBy.js'
import { colours, marksKey, specOf } from '../../src/report/figures/figure.js'
import { renderSvg } from '../../src/report/render/drawing.js'
import type { Finding, Share } from './findings.js'

/**
 * All that the tables make, as file and text: `map.csv` and `map.svg`, a `map.svg` for every study with the base beside
 * its conditions, and the READMEs, their tables and figures renewed.
 */
export async function mapFiles(
  root: string,
  found: readonly Finding[],
): Promise<(readonly [string, string])[]> {
  const base = found.filter(({ study }) => study === 'base')
  const studies = await Promise.all(
    studiesOf(found).map(async ({ study, conditions }) => {
      // Known truths have nothing to do with the base.
      const beside = ['base', 'planted'].includes(study) ? [] : base
      const figure = await mapFigure([...beside, ...conditions])
      return [join(root, study, 'map.svg'), figure] as const
    }),
  )
  return [
    [join(root, 'map.csv'), mapCsv(found)],
    [join(root, 'map.svg'), await mapFigure(found)],
    ...studies,
    ...withTables(root, found),
  ]
}

/** The conditions of every study, in their order. */
function studiesOf(found: readonly Finding[]) {
  return [...groupBy(found, ({ study }) => study)].map(([study, conditions]) => ({
    study,
    conditions,
  }))
}

/** `map.csv`: one row a condition, shares of the variance of the scores with 95% intervals over the choice of seeds. */
function mapCsv(found: readonly Finding[]): string {
  const rows = found.map((finding) => {
    const { low, high, sample, order } = finding.shares
    return {
      study: finding.study,
      condition: finding.name,
      title: finding.title,
      verdict: finding.verdict,
      networks: finding.networks,
      overfitting: finding.overfitting,
      train_accuracy: finding.trainAccuracy,
      test_accuracy: finding.testAccuracy,
      low: low.estimate,
      low_ci_low: low.low,
      low_ci_high: low.high,
      low_p: low.p,
      low_less_base: finding.againstBase?.estimate,
      low_less_base_ci_low: finding.againstBase?.low,
      low_less_base_ci_high: finding.againstBase?.high,
      high: high.estimate,
      high_ci_low: high.low,
      high_ci_high: high.high,
      high_p: high.p,
      sample: sample.estimate,
      order: order.estimate,
      loss_low: finding.lossShare.estimate,
      after_difficulty_low: finding.remainderShare.estimate,
      after_difficulty_low_p: finding.remainderShare.p,
      score_auc: finding.scoreAuc,
      loss_auc: finding.lossAuc,
    }
  })
  return stringify(rows, { header: true })
}

/** `map.svg`: the share of low and of high layers with intervals, a line a condition, and the margin of the verdict. */
async function mapFigure(found: readonly Finding[]): Promise<string> {
  const values = found.flatMap((finding, place) =>
    (['low', 'high'] as const).flatMap((side) => {
      const { estimate, low, high } = finding.shares[side]
      if (estimate === undefined) return []
      const label = `${finding.study}: ${finding.title}`
      return { label, place, layers: `${side} layers`, estimate, low, high }
    }),
  )
  const y = {
    field: 'label',
    type: 'nominal',
    title: null,
    sort: { field: 'place' },
    axis: { labelLimit: 460 },
  }
  const scale = { domain: [-0.1, 1], clamp: true }
  const x = (field: string) => ({
    field,
    type: 'quantitative',
    title: 'share of the variance of the scores',
    axis: { tickCount: 6 },
    scale,
  })
  const color = {
    field: 'layers',
    type: 'nominal',
    title: null,
    scale: { domain: ['low layers', 'high layers'], range: [colours.blue, colours.vermillion] },
    legend: { orient: 'top' },
  }
  const yOffset = { field: 'layers', sort: ['low layers', 'high layers'] }
  const rule = (at: number, dash: readonly number[]) => ({
    data: { values: [{ at }] },
    mark: { type: 'rule', strokeDash: [...dash] },
    encoding: { x: x('at') },
  })
  return renderSvg(
    specOf({
      title: marksKey('● estimate', '━ 95% interval over seeds', '┆ 0 and the margin of 10%'),
      width: 330,
      height: { step: 11 },
      data: { values },
      layer: [
        rule(0, [3, 3]),
        rule(0.1, [1, 3]),
        {
          mark: { type: 'rule', strokeWidth: 4, opacity: 0.5 },
          encoding: { x: x('low'), x2: { field: 'high' }, y, yOffset, color },
        },
        {
          mark: { type: 'point', filled: true, size: 40, opacity: 1 },
          encoding: { x: x('estimate'), y, yOffset, color },
        },
      ],
    }),
    'map',
  )
}

const begin = '<!-- made by npm run study:map -->'
const end = '<!-- end -->'
const ALT =
  'Shares of the variance of the scores that go with low and with high layers, with intervals, by condition'

/** READMEs with their tables renewed, as file and text: the map's has all conditions, a study's its own. */
function withTables(root: string, found: readonly Finding[]): [string, string][] {
  const readmes = [
    [join(root, 'README.md'), found],
    ...studiesOf(found).map(({ study, conditions }) => [
      join(root, study, 'README.md'),
      conditions,
    ]),
  ] as [string, readonly Finding[]][]
  return readmes
    .filter(([file]) => existsSync(file))
    .map(([file, rows]) => {
      const text = readFileSync(file, 'utf8')
      const [from, to] = [text.indexOf(begin), text.indexOf(end)]
      if (from < 0 || to < from) throw new Error(`${file} has no lines ${begin} and ${end}`)
      const table = markdown(rows, file === join(root, 'README.md'))
      const made = `${begin}\n\n![${ALT}](map.svg)\n\n${table}\n`
      return [file, text.slice(0, from) + made + text.slice(to)]
    })
}

function markdown(found: readonly Finding[], withStudy: boolean): string {
  const head = [
    'condition',
    'low layers',
    'less the base’s',
    'high layers',
    'sample',
    'order',
    'low, of loss',
    'AUC score / loss',
    'overfit',
    'accuracy train / test',
    'verdict',
  ]
  const rows = found.map((finding) => {
    const { low, high, sample, order } = finding.shares
    const title = withStudy
      ? `[${finding.study}](${finding.study}): ${finding.title}`
      : finding.title
    return [
      title,
      `${withInterval(low)}, p ${pText(low.p)}`,
      finding.againstBase === undefined ? '–' : withInterval(finding.againstBase),
      withInterval(high),
      percent(sample.estimate),
      percent(order.estimate),
      percent(finding.lossShare.estimate),
      finding.scoreAuc === undefined
        ? '–'
        : `${finding.scoreAuc.toFixed(2)} / ${finding.lossAuc?.toFixed(2)}`,
      finding.overfitting === undefined ? '–' : `${finding.overfitting} of ${finding.networks}`,
      `${percent(finding.trainAccuracy)} / ${percent(finding.testAccuracy)}`,
      `*${finding.verdict.replaceAll('-', ' ')}*`,
    ]
  })
  return [head, head.map(() => '---'), ...rows]
    .map((cells) => `| ${cells.join(' | ')} |\n`)
    .join('')
}

function withInterval({ estimate, low, high }: Share): string {
  return `${percent(estimate)} [${percent(low)}, ${percent(high)}]`
}

/** Two significant figures below 10%. */
function percent(value: number | undefined): string {
  if (value === undefined) return '–'
  const figure = 100 * value
  return `${Math.abs(figure) < 9.95 ? figure.toFixed(1) : figure.toFixed(0)}%`.replace('-', '−')
}

function pText(p: number | undefined): string {
  if (p === undefined) return '–'
  return p < 0.001 ? p.toExponential(0) : p.toPrecision(2)
}
