/** What each condition of the reference studies found, read from its published tables. */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Pool, PooledStudy } from '../../src/comparison/pool/poolStudies.js'
import type { AcrossArchitectures, Verdict } from '../../src/comparison/types.js'
import { median } from '../../src/metrics/descriptive.js'
import { fromCsv } from '../../src/tables/read.js'
import {
  type EffectRow,
  effectsTable,
  type MeasureRow,
  measuresTable,
  networksTable,
} from '../../src/tables/tables.js'
import {
  type Condition,
  conditionsOf,
  type PooledConditions,
  poolsOf,
  studyNames,
} from './conditions.js'
import { differenceOf } from './difference.js'

/** A share of the variance of the scores with its interval over the choice of seeds. */
export interface Share {
  readonly estimate?: number
  readonly low?: number
  readonly high?: number
  readonly p?: number
}

/** One line of the map. */
export interface Finding extends Omit<Condition, 'config'> {
  readonly verdict: string
  readonly networks: number
  /** Networks with an overfitting phase. */
  readonly overfitting?: number
  readonly trainAccuracy?: number
  readonly testAccuracy?: number
  /** Shares that the low seed, the high seed, the sample and the order of the data have. */
  readonly shares: Readonly<Record<'low' | 'high' | 'sample' | 'order', Share>>
  /** Low share less that of the base, by {@link differenceOf}; absent for the base and where the truth was planted. */
  readonly againstBase?: Share
  /** Share of the low seed in the loss of the samples, and in what is left of the score without difficulty. */
  readonly lossShare: Share
  readonly remainderShare: Share
  /** AUC with which score and loss tell mislabelled samples from others; absent where none are mislabelled. */
  readonly scoreAuc?: number
  readonly lossAuc?: number
}

/** What a condition beside the claim has in the place of a verdict. */
const NOT_JUDGED = 'not judged'

/** Findings of all conditions and pools that were published, in the order in which they are told. */
export function findings(root: string): Finding[] {
  const isThere = (file: string) => (one: { readonly folder: string }) =>
    existsSync(join(one.folder, file))
  const found = studyNames(root).flatMap((study) => [
    ...conditionsOf(study, root).filter(isThere('verdict.json')).map(findingOf),
    ...poolsOf(study, root).filter(isThere('pool.json')).map(pooledFindingOf),
  ])
  const base = found.find(({ study }) => study === 'base')
  return found.map((finding) =>
    finding === base || finding.study === 'planted'
      ? finding
      : { ...finding, againstBase: difference(finding.shares.low, base?.shares.low) },
  )
}

function difference(a: Share, b: Share | undefined): Share | undefined {
  return hasInterval(a) && b !== undefined && hasInterval(b) ? differenceOf(a, b) : undefined
}

function hasInterval(share: Share): share is Required<Omit<Share, 'p'>> {
  const { estimate, low, high } = share
  return estimate !== undefined && low !== undefined && high !== undefined
}

/** A pool has shares of low and high seeds alone. */
function pooledFindingOf({ configs: _configs, ...named }: PooledConditions): Finding {
  const pool: Pool & { readonly studies: readonly PooledStudy[] } = JSON.parse(
    readFileSync(join(named.folder, 'pool.json'), 'utf8'),
  )
  const { low, high, p, verdict, studies } = pool
  return {
    ...named,
    verdict,
    networks: studies.reduce((sum, { networks }) => sum + networks.length, 0),
    shares: { low: { ...low, p }, high, sample: {}, order: {} },
    lossShare: {},
    remainderShare: {},
  }
}

function findingOf(condition: Condition): Finding {
  const read = (name: string) => readFileSync(join(condition.folder, name), 'utf8')
  const verdict: Verdict = JSON.parse(read('verdict.json'))
  const networks = fromCsv(networksTable, read('networks.csv'))
  // A mirror alone is not judged, but has shares like any grid.
  const grid = verdict.grid ?? verdict.mirrors.at(0)?.high
  const ofGrid = (row: { readonly regime?: string; readonly cut?: string | number }) =>
    row.regime === grid?.regime && String(row.cut) === String(grid?.cut)
  const measures = fromCsv(measuresTable, read('measures.csv')).filter(ofGrid)
  const share = (measure: string, statistic: string) => shareOf(measures, measure, statistic)
  const effects = fromCsv(effectsTable, read('effects.csv')).filter(ofGrid)
  const scoreShare = (effect: string) => effectOf(effects, effect)
  const phases = verdict.clauses.find(({ id }) => id === 'i')?.figures
  const { config: _config, ...named } = condition
  const [across] = verdict.acrossArchitectures ?? []
  if (across !== undefined) return { ...named, ...acrossFinding(across, networks.length) }
  return {
    ...named,
    verdict: verdict.grid === undefined ? NOT_JUDGED : verdict.verdict,
    networks: networks.length,
    overfitting: phases?.overfitting,
    trainAccuracy: median(networks.flatMap((row) => row.train_accuracy ?? [])),
    testAccuracy: median(networks.flatMap((row) => row.test_accuracy ?? [])),
    shares: {
      low: scoreShare('low'),
      high: scoreShare('high'),
      sample: scoreShare('sample'),
      order: scoreShare('order'),
    },
    lossShare: share('loss', 'low'),
    remainderShare: share('score_after_difficulty', 'low'),
    scoreAuc: share('score', 'mislabelled_auc').estimate,
    lossAuc: share('loss', 'mislabelled_auc').estimate,
  }
}

/** Across architectures the share of the architecture stands where that of high layers does. */
function acrossFinding(
  { low, architecture, pValue }: AcrossArchitectures,
  networks: number,
): Pick<Finding, 'verdict' | 'networks' | 'shares' | 'lossShare' | 'remainderShare'> {
  return {
    verdict: NOT_JUDGED,
    networks,
    shares: { low: { ...low, p: pValue }, high: { ...architecture }, sample: {}, order: {} },
    lossShare: {},
    remainderShare: {},
  }
}

/** The share of an effect at the last checkpoint. */
function effectOf(rows: readonly EffectRow[], effect: string): Share {
  const row = rows.findLast((row) => row.effect === effect)
  return { estimate: row?.estimate, low: row?.ci_low, high: row?.ci_high, p: row?.p_value }
}

function shareOf(rows: readonly MeasureRow[], measure: string, statistic: string): Share {
  const row = rows.findLast((row) => row.measure === measure && row.statistic === statistic)
  return { estimate: row?.estimate, low: row?.ci_low, high: row?.ci_high, p: row?.p_value }
}
