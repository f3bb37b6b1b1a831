/** Networks whose scores hang on a choice of the analysis, where no verdict says so. */
import { short } from '../comparison/clauses/wording.js'
import { isAsked } from '../comparison/verdict.js'
import { weakestKind } from '../confusing/reliability.js'
import type { KeptAnalysis } from './network.js'

/**
 * Networks whose smallest ICC (`reliability` of networks.csv) is below `minimum`, a line each. Empty where seeds are known:
 * clause (v) of the verdict then says it of all networks together.
 */
export function reliabilityWarnings(
  analyses: readonly Pick<KeptAnalysis, 'network' | 'reliability'>[],
  minimum: number,
): string[] {
  if (isAsked(analyses.map(({ network }) => network))) return []
  return analyses.flatMap(({ network, reliability }) => {
    const kind = weakestKind(reliability)
    const icc = kind && reliability[kind]
    if (icc === undefined || icc >= minimum) return []
    return [
      `the scores of ${network.name} are not reliable: under another choice of ${kind} their ICC is ${short(icc)}, less than ` +
        `${minimum} (confusing.reliability.minimum), so that this choice has a say in which samples are confusing`,
    ]
  })
}
