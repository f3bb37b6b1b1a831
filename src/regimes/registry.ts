/** The list of all regimes, with their mirrors, and how a configuration names them. */
import { parseDuration } from '../core/duration.js'
import { InputError } from '../core/errors.js'
import { frozenRandom } from './frozenRandom.js'
import { init } from './init.js'
import { mirrored } from './mirrored.js'
import { rewind } from './rewind.js'
import { trainedFrozen } from './trainedFrozen.js'
import { trainedWarm } from './trainedWarm.js'
import type { Regime, Side, TrainingLength } from './types.js'

/** Those that have a mirror: under `init` both sides of the grid say the same of low and of high layers. */
const mirroring: readonly Regime[] = [frozenRandom, trainedFrozen, trainedWarm, rewind]

/** Every regime, in the order in which help lists them. */
export const regimes: readonly Regime[] = [init, ...mirroring, ...mirroring.map(mirrored)]

/** A regime with its time, if it has one, filled in. */
interface ChosenRegime {
  readonly shared: string
  readonly side: Side
  readonly freezes: boolean
  /** Step of the donor whose layers are taken; absent where they are drawn. */
  readonly donorStep?: (length: TrainingLength) => number
}

/** Of a regime that shares high layers, the one whose mirror it is: `rewind@5ep` of `rewind-high@5ep`. */
export function mirrorOf(text: string): string | undefined {
  const [name, time] = text.split('@')
  const low = mirroring.find((regime) => mirrored(regime).name === name)
  return low && [low.name, ...(time === undefined ? [] : [time])].join('@')
}

/** The regime that a configuration writes as `init` or `rewind@5ep`. Throws InputError for others. */
export function regimeOf(text: string): ChosenRegime {
  const [name, time] = text.split('@')
  const regime = regimes.find((candidate) => candidate.name === name)
  if (regime === undefined || (regime.timed ?? false) !== (time !== undefined)) {
    throw new InputError(`there is no regime "${text}"`)
  }
  const at = time === undefined ? undefined : parseDuration(time)
  const { shared, side, freezes, donorStep } = regime
  return { shared, side, freezes, donorStep: donorStep && ((length) => donorStep(length, at)) }
}
