/** Shares and contrasts on parts of the panel: the rows of `subgroups.csv`. */
import { compareScores } from '../comparison/compare.js'
import type { NetworkScores } from '../comparison/types.js'
import type { ExperimentConfig } from '../config/schema.js'
import { uniqueSorted } from '../core/uniqueSorted.js'
import { emptyRow } from '../tables/table.js'
import { type EffectRow, type SubgroupRow, subgroupsTable } from '../tables/tables.js'
import { labelsOf } from './checkpoint.js'
import { comparisonOptions, onSamples, setAmong, studyScores } from './compare.js'
import { SECONDARY } from './measures.js'
import type { KeptAnalysis } from './network.js'

/** Samples that a group needs to be compared on (our choice): of a tenth of fewer there is one, or none. */
const FEWEST = 20

/** Scores of all networks on some samples. */
interface Group {
  readonly grouping: 'class' | 'split'
  readonly subgroup: string
  readonly samples: readonly number[]
  /** In the order of the networks; shape of each: [samples]. */
  readonly scores: readonly Float64Array[]
}

/**
 * Group by group everything that `effects.csv` has, on the samples of each given class, and of each split where both have a panel, with
 * confusing sets chosen anew among them; and from the pairs of networks of similar accuracy. Groups of fewer than
 * {@link FEWEST} samples are named and left out.
 */
export function* subgroupRows(
  analyses: readonly KeptAnalysis[],
  {
    matched,
    effects,
  }: { readonly matched: readonly SubgroupRow[]; readonly effects: readonly EffectRow[] },
  config: ExperimentConfig,
): Generator<SubgroupRow[]> {
  const { samples, networks } = studyScores(analyses, config)
  const { split } = config.analysis.samples
  const other = otherSplit(analyses, split)
  const main = {
    grouping: 'split',
    subgroup: split,
    samples: samples.length,
    pairs: undefined,
  } as const
  for (const group of classesOf(analyses, samples, networks)) {
    yield groupRows(group, networks, config)
  }
  if (other !== undefined) {
    yield samples.length < FEWEST ? [leftOut(main)] : effects.map((row) => ({ ...main, ...row }))
    yield groupRows(other, networks, config)
  }
  yield [...matched]
}

/** The main panel by the given labels, of which networks of one study have the same. */
function classesOf(
  [{ checkpoints }]: readonly KeptAnalysis[],
  samples: readonly number[],
  networks: readonly NetworkScores[],
): Group[] {
  const labels = labelsOf(checkpoints)
  const classes = uniqueSorted(samples.map((sample) => labels.get(sample)!))
  if (classes.length < 2) return []
  return classes.map((label): Group => {
    const positions = [...samples.keys()].filter((at) => labels.get(samples[at]) === label)
    return {
      grouping: 'class',
      subgroup: String(label),
      samples: positions.map((at) => samples[at]),
      scores: networks.map(({ score }) => Float64Array.from(positions, (at) => score[at])),
    }
  })
}

/** The samples of the other split's panel that all networks have; undefined where there are none. */
function otherSplit(analyses: readonly KeptAnalysis[], split: 'train' | 'test'): Group | undefined {
  const panels = analyses.map(({ otherPanel }) => otherPanel)
  const others = panels.slice(1).map((panel) => new Set(panel.samples))
  const samples = panels[0].samples.filter((sample) => others.every((set) => set.has(sample)))
  if (samples.length === 0) return undefined
  return {
    grouping: 'split',
    subgroup: split === 'train' ? 'test' : 'train',
    samples,
    scores: panels.map((panel) => onSamples(panel.samples, samples)(panel.scores)),
  }
}

/** The row of a group of too few samples. */
function leftOut(
  group: Pick<SubgroupRow, 'grouping' | 'subgroup' | 'samples' | 'pairs'>,
): SubgroupRow {
  return { ...emptyRow(subgroupsTable), ...group, note: `left out: fewer than ${FEWEST} samples` }
}

function groupRows(
  { grouping, subgroup, samples, scores }: Group,
  networks: readonly NetworkScores[],
  config: ExperimentConfig,
): SubgroupRow[] {
  const own = { grouping, subgroup, samples: samples.length, pairs: undefined }
  if (samples.length < FEWEST) return [leftOut(own)]
  const measured = networks.map((network, index): NetworkScores => {
    const score = scores[index]
    const set = setAmong(samples, score, config.confusing.set)
    return { ...network, score, otherScore: undefined, set }
  })
  const options = { ...comparisonOptions(config), ...SECONDARY }
  const compared = compareScores({ samples, networks: measured }, options)
  return compared.effects().map((effect) => ({ ...own, ...effect }))
}
