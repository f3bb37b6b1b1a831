import type { Regime } from './types.js'

/** The low layers that another network learned, as fixed features. */
export const trainedFrozen: Regime = {
  name: 'trained-frozen',
  summary: 'the low layers come from a trained network and are frozen',
  shared: 'low layers that were trained elsewhere and then frozen',
  side: 'low',
  freezes: true,
  donorStep: ({ totalSteps }) => totalSteps,
}
