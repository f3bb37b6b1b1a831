/** The figure of single samples through training. */
import { groupBy } from '../../core/groupBy.js'
import { mean } from '../../metrics/descriptive.js'
import type { DifficultyRow, SampleRow } from '../../tables/tables.js'
import type { ReportStudy } from '../types.js'
import { epochAxis, inOrder, nominal, quantitative } from './channels.js'
import { analysedSteps, epochsOf } from './checkpoints.js'
import type { Figure } from './figure.js'
import { areGrowth, doneNetworks, haveSeeds, ownSets, rounded } from './studyRows.js'

/** Samples of each kind, and networks, that are drawn: more lines than that are a thicket. */
const CONFUSING = 2
const HARD = 2
const NETWORKS = 9

/** What is drawn of a sample, a row each; the last two are known at analysed checkpoints alone, and left out where it is but one. */
const rows = [
  { table: 'difficulty', field: 'loss', title: 'loss (nats)' },
  { table: 'difficulty', field: 'margin', title: 'margin' },
  { table: 'samples', field: 'score', title: 'score' },
  { table: 'samples', field: 'high_order_share', title: ['share of', 'high orders'] },
] as const

/** A few samples through training: how hard they are, and how confusing, for each network. */
export const coursesFigure: Figure = {
  id: 'courses',
  title: 'Samples through training',
  source: 'ours',
  draw(study) {
    const { tables } = study
    const networks = doneNetworks(tables).slice(0, NETWORKS)
    const samples = chosenSamples(study)
    const epochOf = epochsOf(tables)
    const endOf = new Map([...analysedSteps(tables)].map(([id, steps]) => [id, steps.at(-1)]))
    const drawn = rows.flatMap(({ table, field, title }) => {
      const all: readonly Partial<DifficultyRow & SampleRow>[] = tables[table]
      const known = all.filter(({ sample = -1 }) => samples.has(sample))
      const values = networks.flatMap(({ network, name = '', seed_low = 'not known' }) =>
        known.flatMap((row) => {
          if (row.network !== network || row[field] === undefined) return []
          // A growth ends no line of plain scores.
          const isGrowth = field === 'score' && areGrowth(study) && row.step === endOf.get(network)
          if (isGrowth) return []
          const sample = samples.get(row.sample as number)
          const epoch = rounded(epochOf(network, row.step))
          const value = rounded(row[field], 4)
          return [{ sample, network: name, low: String(seed_low), epoch, value }]
        }),
      )
      // Of one epoch there is no course.
      return new Set(values.map(({ epoch }) => epoch)).size > 1 ? [{ title, values }] : []
    })
    if (drawn.length === 0) return 'no sample is followed over two checkpoints or more'
    const all = doneNetworks(tables).length
    const hasSeeds = haveSeeds(networks)
    const which = networks.length < all ? ` The first ${networks.length} of ${all} networks;` : ''
    return {
      caption: `One line per network${hasSeeds ? ', by its low seed' : ''}. Confusing: in the sets of most networks; hard: of the largest mean loss over networks and checkpoints.${which}${areGrowth(study) ? ' Scores at the end are their growth since overfitting began (confusing.phase: delta), which is not drawn.' : ''} difficulty.csv and samples.csv have all samples${which === '' ? '' : ' and networks'}.`,
      spec: {
        vconcat: drawn.map(({ title, values }, index) => {
          const isFirst = index === 0
          const header = isFirst ? {} : { labels: false }
          const legend = isFirst ? { orient: 'right' } : null
          return {
            data: { values },
            facet: { column: inOrder('sample', [...samples.values()], { header }) },
            spacing: 10,
            spec: {
              width: 125,
              height: 80,
              mark: { type: 'line', strokeWidth: 1.3, opacity: 0.8, point: { size: 9 } },
              encoding: {
                x: { ...epochAxis, title: index === drawn.length - 1 ? 'epoch' : null },
                y: quantitative('value', title, { axis: { tickCount: 3 } }),
                ...(hasSeeds ? { color: nominal('low', 'low seed', { legend }) } : {}),
                detail: { field: 'network' },
              },
            },
          }
        }),
        spacing: 8,
      },
    }
  },
}

/** The samples that are followed, and what each is called. */
function chosenSamples(study: ReportStudy): Map<number, string> {
  const { difficulty } = study.tables
  const inMost = [...groupBy(ownSets(study), ({ sample }) => sample)]
    .flatMap(([sample, sets]) => (sample === undefined ? [] : [{ sample, count: sets.length }]))
    .sort((a, b) => b.count - a.count || a.sample - b.sample)
    .slice(0, CONFUSING)
  const hardest = [...groupBy(difficulty, ({ sample }) => sample)]
    .flatMap(([sample, found]) => {
      const loss = mean(found.flatMap(({ loss }) => loss ?? []))
      return sample === undefined || loss === undefined ? [] : [{ sample, loss }]
    })
    .filter(({ sample }) => !inMost.some((one) => one.sample === sample))
    .sort((a, b) => b.loss - a.loss)
    .slice(0, HARD)
  return new Map([
    ...inMost.map(({ sample }) => [sample, `#${sample}, confusing`] as const),
    ...hardest.map(({ sample }) => [sample, `#${sample}, hard`] as const),
  ])
}
