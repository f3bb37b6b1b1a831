/**
 * From scores to the set of confusing samples (all rules are our choice). `top` has a fixed size, so
 * that the overlap of two sets has an exact null distribution; `mad`, `absolute` and `otsu` let the
 * scores say how many samples stand out, possibly none.
 */
import { sha256 } from '../core/hash.js'
import { isConstant, median } from '../metrics/descriptive.js'
import type { ConfusingMember, ConfusingSet, SampleId, SetRule } from './types.js'

/** Consistency factor that makes the median absolute deviation estimate a normal's σ. */
const MAD_TO_SIGMA = 1.4826

/**
 * The confusing samples of one network: `scores[i]` belongs to `ids[i]`.
 * - `top`: the round(fraction · N) highest scores, at least one; equal scores are ordered by the hash
 *   of their id, never by position, and listed as `tied`.
 * - `mad`: s > median + factor · 1.4826 · MAD (factor 3).
 * - `absolute`: s > threshold.
 * - `otsu`: s > the threshold that separates two groups best (Otsu 1979).
 *
 * Constant scores (unless `absolute`) and no samples give an empty set.
 */
export function confusingSet(
  scores: Float64Array,
  ids: readonly SampleId[],
  rule: SetRule,
): ConfusingSet {
  if (scores.length === 0 || (rule.rule !== 'absolute' && isConstant(scores))) {
    return { rule: rule.rule, members: [], tied: [] }
  }
  const ranked = rankByScore(scores, ids)
  if (rule.rule === 'top') return topSet(ranked, rule)
  const threshold = thresholdOf(scores, rule)
  const members = ranked.filter((member) => member.score > threshold)
  return { rule: rule.rule, members, tied: [] }
}

/** Hashes of sample ids, which are asked for at every tie of every network. */
const hashes = new Map<SampleId, string>()

function hashOf(id: SampleId): string {
  const known = hashes.get(id) ?? sha256(String(id))
  hashes.set(id, known)
  return known
}

/** All samples from the highest score down; equal scores by the hash of the id. */
export function rankByScore(scores: Float64Array, ids: readonly SampleId[]): ConfusingMember[] {
  const order = Array.from(scores, (_, index) => index).sort(
    (a, b) => scores[b] - scores[a] || (hashOf(ids[a]) < hashOf(ids[b]) ? -1 : 1),
  )
  return order.map((index, position) => ({
    sample: ids[index],
    rank: position + 1,
    score: scores[index],
  }))
}

/**
 * Members whose membership is undetermined: those not in the set at the other end of the solver's tie-break
 * (the L1 optimum is not unique, so s(x) is an interval), and those that only a tie put in.
 */
export function undeterminedSamples(set: ConfusingSet, otherEnd?: ConfusingSet): Set<SampleId> {
  const undetermined = new Set(set.tied)
  if (otherEnd === undefined) return undetermined
  const other = new Set(otherEnd.members.map((member) => member.sample))
  const members = new Set(set.members.map((member) => member.sample))
  for (const sample of members) if (!other.has(sample)) undetermined.add(sample)
  for (const sample of other) if (!members.has(sample)) undetermined.add(sample)
  return undetermined
}

function topSet(
  ranked: readonly ConfusingMember[],
  rule: SetRule & { readonly rule: 'top' },
): ConfusingSet {
  const size = Math.min(ranked.length, Math.max(1, Math.round(rule.fraction * ranked.length)))
  const members = ranked.slice(0, size)
  const lowest = members[size - 1].score
  const contested = size < ranked.length && ranked[size].score === lowest
  const tied = contested ? ranked.filter((member) => member.score === lowest) : []
  return { rule: 'top', members, tied: tied.map((member) => member.sample) }
}

function thresholdOf(scores: Float64Array, rule: Exclude<SetRule, { rule: 'top' }>): number {
  if (rule.rule === 'absolute') return rule.threshold
  if (rule.rule === 'otsu') return otsuThreshold(scores)
  const centre = median(scores) as number
  const deviation = median(scores.map((score) => Math.abs(score - centre))) as number
  return centre + (rule.factor ?? 3) * MAD_TO_SIGMA * deviation
}

/**
 * The score t that maximises the between-group variance w₀w₁(μ₀ − μ₁)² of {s ≤ t} and {s > t}, over
 * every split between distinct scores (no histogram). Source: Otsu 1979, eq. 18. Needs two distinct
 * scores.
 */
export function otsuThreshold(scores: Float64Array): number {
  const sorted = scores.toSorted()
  const total = sorted.reduce((sum, score) => sum + score, 0)
  let sumBelow = 0
  let best = Number.NEGATIVE_INFINITY
  let threshold = sorted[0]
  for (let below = 1; below < sorted.length; below++) {
    sumBelow += sorted[below - 1]
    if (sorted[below] === sorted[below - 1]) continue
    const above = sorted.length - below
    const separation = sumBelow / below - (total - sumBelow) / above
    const between = below * above * separation ** 2
    if (between > best) {
      best = between
      threshold = sorted[below - 1]
    }
  }
  return threshold
}
