import type { NetworkScores } from './types.js'

/** The step at which all of these networks are compared; undefined where they end at different ones. */
export function commonStep(networks: readonly Pick<NetworkScores, 'step'>[]): number | undefined {
  const [first, ...others] = networks
  return others.every(({ step }) => step === first.step) ? first?.step : undefined
}
