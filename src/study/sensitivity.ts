/** How scores and sets of one network depend on choices that the paper leaves open. */
import type { ConfusingConfig, ReferencesConfig } from '../config/confusing.js'
import type { ExperimentConfig } from '../config/schema.js'
import { confusingSet } from '../confusing/sets.js'
import { spearman } from '../metrics/descriptive.js'
import type { SensitivityRow } from '../tables/tables.js'
import { type CheckpointInput, mainRows, scoreRows, thresholds } from './checkpoint.js'

/** The last checkpoint of a network, and what it was analysed under besides. */
interface SensitivityInput {
  readonly end: CheckpointInput
  /** At the other end of the tie-break, where it was decomposed. */
  readonly otherEnd?: CheckpointInput
  /** Under other players or another baseline, by what is said of them. */
  readonly variants: readonly (readonly [condition: string, CheckpointInput])[]
}

/**
 * Recomputes the scores of the last checkpoint with one choice changed: players, baseline, τ halved
 * and doubled, the other end of the tie-break, other scores. Compared with the score at the
 * end, also where the study's own score is its growth (`phase: delta`).
 */
export function sensitivityRows(
  network: string,
  { end, otherEnd, variants }: SensitivityInput,
  { analysis, confusing }: ExperimentConfig,
): SensitivityRow[] {
  const scores = (input: CheckpointInput, scale: number, change: Partial<typeof confusing> = {}) =>
    scoreRows(input, thresholds(input, analysis.salience, undefined, scale), {
      ...confusing,
      ...change,
    })
  const own = scores(end, 1)
  const ids = mainRows(end.values).map((row) => end.values.sample[row])
  const membersOf = (values: Float64Array) =>
    new Set(confusingSet(values, ids, confusing.set).members.map(({ sample }) => sample))
  const ownSet = membersOf(own)
  const hasReferences = end.references !== undefined && end.references.length > 0
  const otherScores = (
    [
      'offset-complexity',
      ...(hasReferences ? (['nongeneralizable'] as const) : []),
      'high-order-share',
      'cancellation',
    ] as const
  ).filter((score) => score !== confusing.score)
  const conditions: [string, Float64Array][] = [
    ...variants.map(([condition, input]): [string, Float64Array] => [condition, scores(input, 1)]),
    ['τ × ½', scores(end, 0.5)],
    ['τ × 2', scores(end, 2)],
    ...(otherEnd === undefined
      ? []
      : [['other tie-break', scores(otherEnd, 1)] as [string, Float64Array]]),
    ...(confusing.score === 'offset-complexity'
      ? [
          [
            `offset ${confusing.offsetScope === 'global' ? 'per order' : 'across orders'}`,
            scores(end, 1, {
              offsetScope: confusing.offsetScope === 'global' ? 'per-order' : 'global',
            }),
          ] as [string, Float64Array],
        ]
      : []),
    ...otherReferenceRules(confusing).map(([condition, references]): [string, Float64Array] => [
      condition,
      scores(end, 1, { references }),
    ]),
    ...otherScores.map((score): [string, Float64Array] => [
      `score ${score}`,
      scores(end, 1, { score }),
    ]),
  ]
  return conditions.map(([condition, changed]) => ({
    network,
    condition,
    spearman: spearman(own, changed),
    jaccard: jaccardOf(ownSet, membersOf(changed)),
  }))
}

/** What else could be asked of the references, where the score is held against them. */
function otherReferenceRules({
  score,
  references,
}: ConfusingConfig): [condition: string, ReferencesConfig][] {
  if (score !== 'nongeneralizable' || references === undefined) return []
  const rules = (['any', 'majority', 'all'] as const).filter((agree) => agree !== references.agree)
  const sign = references.sign === 'same' ? 'ignore' : 'same'
  const form = references.form === 'share' ? 'strength' : 'share'
  return [
    ...rules.map((agree): [string, ReferencesConfig] => [
      `references agree: ${agree}`,
      { ...references, agree },
    ]),
    [`sign in references: ${sign}`, { ...references, sign }],
    [form === 'share' ? 'share of strength' : 'absolute strength', { ...references, form }],
  ]
}

function jaccardOf<T>(a: ReadonlySet<T>, b: ReadonlySet<T>): number | undefined {
  const shared = [...a].filter((item) => b.has(item)).length
  const either = a.size + b.size - shared
  return either === 0 ? undefined : shared / either
}
