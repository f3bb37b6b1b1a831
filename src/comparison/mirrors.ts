/**
 * The mirror of a regime: the same with high layers shared in the place of low ones. If low layers decide, sharing high
 * ones must not.
 */
import { mirrorOf, regimeOf } from '../regimes/registry.js'
import { inPercent, short } from './clauses/wording.js'
import { gridKey, gridLabel, gridName, isMirror } from './grid.js'
import type { GridStatistics } from './gridStatistics.js'
import type { Mirror, SharedSide } from './types.js'

/** Every mirrored grid of a study beside the one whose mirror it is, where that is there. */
export function mirrorsOf(grids: readonly GridStatistics[]): Mirror[] {
  return grids
    .filter(({ grid }) => isMirror(grid))
    .map((found) => {
      const mirrored = gridKey({ ...found.grid, regime: mirrorOf(found.grid.regime)! })
      const original = grids.find(({ grid }) => gridKey(grid) === mirrored)
      const high = sideOf(found)
      const low = original && sideOf(original)
      return { high, low, sentence: sentenceOf(high, low) }
    })
}

function sideOf({ grid, sets, shares }: GridStatistics): SharedSide {
  const { side } = regimeOf(grid.regime)
  const { estimate, test } = sets[side]
  return {
    ...gridName(grid),
    side,
    contrast: estimate,
    pValue: test?.pValue,
    share: shares?.[side],
  }
}

function sentenceOf(high: SharedSide, low: SharedSide | undefined): string {
  const parts = [found(high), ...(low === undefined ? [] : [found(low)])]
  return `mirror ${gridLabel(high)}: ${parts.join('; ')}`
}

/** `same trained high layers: T_high = 0.02 (p = 0.4), 1% [0%, 3%] of the variance of the scores`. */
function found({ regime, side, contrast, pValue, share }: SharedSide): string {
  const tested = pValue === undefined ? '' : ` (p = ${short(pValue)})`
  const sets = contrast === undefined ? 'no contrast' : `T_${side} = ${short(contrast)}${tested}`
  const part =
    share === undefined ? 'no share' : `${inPercent(share)} of the variance of the scores`
  return `same ${regimeOf(regime).shared} (${regime}): ${sets}, ${part}`
}
