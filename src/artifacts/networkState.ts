/** What is stored of a network's training, besides its weights. */
import type { NetworkPaths } from '../store/layout.js'
import { readStoredJson, readStoredText } from '../store/stored.js'
import { type CurvePoint, parseCurve } from '../training/curve.js'
import type { TrainingEngine } from './trainingEngine.js'

/** What `state.json` says once a network is trained, or measured where it is from elsewhere. */
export interface NetworkState {
  readonly complete: boolean
  readonly steps: number
  /** Several where an interrupted training went on elsewhere. */
  readonly trainedBy: readonly TrainingEngine[]
}

/** What was assumed about a network from elsewhere when it was read for an analysis, a line each; none where nobody was to read it. */
export async function readAssumptions(paths: NetworkPaths, valuesId: string): Promise<string[]> {
  return (await readStoredJson<string[]>(paths.assumptions(valuesId))) ?? []
}

/** The state of a network that is trained; undefined before. Throws InputError when it is damaged. */
export function readState(paths: NetworkPaths): Promise<NetworkState | undefined> {
  return readStoredJson<NetworkState>(paths.state)
}

/** Whether a network was trained to the end. Throws InputError where what says so is damaged. */
export async function isComplete(paths: NetworkPaths): Promise<boolean> {
  return (await readState(paths))?.complete === true
}

/** The curve of a network so far; empty when there is none yet. Throws InputError when it is damaged. */
export async function readCurve(paths: NetworkPaths): Promise<CurvePoint[]> {
  const csv = await readStoredText(paths.curve)
  return csv === undefined ? [] : parseCurve(csv, paths.curve)
}
