/** Whether confusing samples stand out from the others, or are the upper end of what all samples do. */
import { counted } from '../core/numberWords.js'
import type { NetworkAnalysis } from './network.js'

/**
 * How many samples of a network stand out by the rule `mad`: scores above median + 3 · 1.4826 · MAD, which the scores of
 * one bell-shaped group seldom are. 0 too where all scores are equal.
 */
export function standingOut({ sets }: Pick<NetworkAnalysis<unknown>, 'sets'>): number {
  return sets.find(({ set }) => set.rule === 'mad')?.set.members.length ?? 0
}

/**
 * A warning where sets of a fixed share were taken (`top`) and in most networks no sample stands out: the sets then are
 * slices of a continuum, and where they end is the study's choice. Empty otherwise.
 */
export function continuumWarnings(
  analyses: readonly Pick<NetworkAnalysis<unknown>, 'sets'>[],
): string[] {
  // Of equal scores there is no set.
  const ofFixedSize = analyses.filter(
    ({ sets: [{ set }] }) => set.rule === 'top' && set.members.length > 0,
  )
  const without = ofFixedSize.filter((analysis) => standingOut(analysis) === 0)
  if (2 * without.length <= ofFixedSize.length) return []
  return [
    `in ${without.length} of ${counted(ofFixedSize.length, 'network')} no sample stands out from the others (rule mad): the sets of confusing ` +
      'samples are slices of a continuum, whose size confusing.set chose',
  ]
}
