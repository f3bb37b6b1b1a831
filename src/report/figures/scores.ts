/** The figures of the confusing scores, and of the samples with the highest ones. */
import { largest, smallest } from '../../core/extremes.js'
import { groupBy } from '../../core/groupBy.js'
import { orderDistribution } from '../../metrics/orderDistribution.js'
import type { SampleDetail, StoredSample } from '../types.js'
import { byName, inOrder, quantitative } from './channels.js'
import { rowsAt, shownCheckpoints } from './checkpoints.js'
import { colours, type Figure } from './figure.js'
import { orderBars, strengthValues } from './orders.js'
import { areGrowth, type MeanStrength, rounded } from './studyRows.js'

const BINS = 24

const labelColours = {
  'label kept': colours.blue,
  'label changed by noise': colours.vermillion,
}

/** Histogram of the confusing scores at the end, with wrongly labelled samples apart. */
export const scoreFigure: Figure = {
  id: 'scores',
  title: 'Confusing scores',
  source: 'Figure 2, histogram',
  draw(study) {
    const { tables } = study
    const { end } = shownCheckpoints(tables)
    const rows = rowsAt(tables.samples, end).flatMap(({ network, score, label, given_label }) => {
      const word = label === given_label ? 'label kept' : 'label changed by noise'
      return score === undefined ? [] : [{ network, score, label: word }]
    })
    if (rows.length === 0) return 'there are no scores'
    const scores = rows.map(({ score }) => score)
    const low = smallest(scores, 0)
    const width = (largest(scores, low + 1e-9) - low) / BINS
    const binOf = (score: number) => Math.min(BINS - 1, Math.floor((score - low) / width))
    const bars = groupBy(rows, ({ score, label }) => `${binOf(score)} ${label}`)
    const values = [...bars.values()].map((own) => {
      const [{ score, label }] = own
      const start = low + binOf(score) * width
      return { start: rounded(start), end: rounded(start + width), label, count: own.length }
    })
    const noisy = rows.filter(({ label }) => label !== 'label kept').length
    const isOne = new Set(rows.map(({ network }) => network)).size === 1
    return {
      caption: `Scores of ${isOne ? 'the network’s' : 'all networks’'} samples at the last analysed checkpoint${areGrowth(study) ? ', as their growth since overfitting began (confusing.phase: delta)' : ''}. ${
        noisy === 0
          ? 'No label was changed by noise.'
          : `Samples whose label was changed by noise (${noisy} of ${rows.length}) are a positive control: a score that finds confusing samples should put them to the right.`
      }`,
      spec: {
        width: 600,
        height: 180,
        data: { values },
        mark: { type: 'bar', binSpacing: 1 },
        encoding: {
          x: quantitative('start', 'score', { bin: { binned: true }, axis: { tickCount: 8 } }),
          x2: { field: 'end' },
          y: quantitative('count', isOne ? 'samples' : 'samples × networks'),
          color: byName('label', null, labelColours, {
            legend: noisy === 0 ? null : { orient: 'top' },
          }),
        },
      },
    }
  },
}

const SAMPLES_EACH = 3

/** Strength by order of a few confusing and a few other samples, before and after overfitting. */
export const sampleOrdersFigure: Figure = {
  id: 'sample-orders',
  title: 'Strength by order of single samples',
  source: 'Figure 2',
  draw({ tables, details }) {
    const { panels } = shownCheckpoints(tables)
    const network = details[0]?.network
    const own = details.filter((detail) => detail.network === network)
    const chosen = [
      ...own.filter(({ confusing }) => confusing).slice(0, SAMPLES_EACH),
      ...own.filter(({ confusing }) => !confusing).slice(0, SAMPLES_EACH),
    ]
    if (chosen.length === 0) return 'the stored interactions could not be read'
    const titleOf = ({ confusing, sample }: SampleDetail) =>
      `${confusing ? 'confusing' : 'other'} #${sample}`
    const values = chosen.flatMap((detail) =>
      panels.flatMap(({ epochOf, stepOf }) => {
        const state = detail.states.find(({ step }) => step === stepOf(detail.network))
        return strengthValues(state === undefined ? [] : strengthsOf(state, detail.n)).map(
          (value) => ({ ...value, checkpoint: epochOf(network), sample: titleOf(detail) }),
        )
      }),
    )
    const { mark, encoding } = orderBars([])
    return {
      caption: `Samples of the highest and of the lowest scores of one network, all on one scale: ${panels.map(({ wordsOf }) => wordsOf(network)).join('; ')}. What adds to the given label’s score stands above zero, what takes away below.`,
      spec: {
        data: { values },
        facet: {
          row: inOrder(
            'checkpoint',
            panels.map(({ epochOf }) => epochOf(network)),
          ),
          column: inOrder('sample', chosen.map(titleOf), {
            header: { labelFontSize: 10, labelFontWeight: 'normal' },
          }),
        },
        spacing: 12,
        spec: {
          width: 92,
          height: 90,
          mark,
          encoding: {
            ...encoding,
            y: { ...encoding.y, title: 'salient strength', axis: { tickCount: 4 } },
            color: { ...encoding.color, legend: { orient: 'top' } },
          },
        },
      },
    }
  },
}

/** Salient strength of one stored sample by order, kind and sign. */
function strengthsOf(sample: StoredSample, n: number): MeanStrength[] {
  const kinds = (['and', 'or'] as const).map((kind) => ({
    kind,
    by: orderDistribution({ n, ...sample }, sample.tau, kind),
  }))
  return Array.from({ length: n }, (_, index) => index + 1).flatMap((order) =>
    kinds.flatMap(({ kind, by }) =>
      (['positive', 'negative'] as const).map((sign) => ({
        order,
        kind,
        sign,
        strength: by[sign][order],
      })),
    ),
  )
}
