import { parseDuration } from '../core/duration.js'
import { InputError } from '../core/errors.js'
import { frozenRandom } from './frozenRandom.js'
import { init } from './init.js'
import { rewind } from './rewind.js'
import { trainedFrozen } from './trainedFrozen.js'
import { trainedWarm } from './trainedWarm.js'
import type { Regime, TrainingLength } from './types.js'

/** Every regime, in the order in which help lists them. */
export const regimes: readonly Regime[] = [init, frozenRandom, trainedFrozen, trainedWarm, rewind]

/** A regime with its time, if it has one, filled in. */
interface ChosenRegime {
  readonly freezesLow: boolean
  /** Step of the donor whose low layers are taken; absent where low layers are drawn. */
  readonly donorStep?: (length: TrainingLength) => number
}

/** The regime that a configuration writes as `init` or `rewind@5ep`. Throws InputError for others. */
export function regimeOf(text: string): ChosenRegime {
  const [name, time] = text.split('@')
  const regime = regimes.find((candidate) => candidate.name === name)
  if (regime === undefined || (regime.timed ?? false) !== (time !== undefined)) {
    throw new InputError(`there is no regime "${text}"`)
  }
  const at = time === undefined ? undefined : parseDuration(time)
  const { freezesLow, donorStep } = regime
  return { freezesLow, donorStep: donorStep && ((length) => donorStep(length, at)) }
}
