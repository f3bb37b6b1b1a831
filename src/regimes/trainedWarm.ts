import type { Regime } from './types.js'

/** The low layers that another network learned, as a start. */
export const trainedWarm: Regime = {
  name: 'trained-warm',
  summary: 'the low layers come from a trained network and are trained on',
  shared: 'low layers that were trained elsewhere and are trained on',
  side: 'low',
  freezes: false,
  donorStep: ({ totalSteps }) => totalSteps,
}
