import type { Regime } from './types.js'

/**
 * The same regime with the cut's sides exchanged: high layers are taken and frozen, or trained on, and low ones are drawn
 * anew. What low layers decide in a regime, high ones must not decide in its mirror.
 */
export function mirrored(regime: Regime): Regime {
  const exchanged = (text: string) => text.replaceAll('low layers', 'high layers')
  return {
    ...regime,
    name: `${regime.name}-high`,
    summary: `the mirror of ${regime.name}: ${exchanged(regime.summary)}`,
    shared: exchanged(regime.shared),
    side: 'high',
  }
}
