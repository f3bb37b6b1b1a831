import { planWarnings } from '../plan/analysisRuns.js'
import { oddsWarnings } from '../plan/designOdds.js'
import { designWarnings } from '../plan/designWarnings.js'
import type { Plan } from '../plan/types.js'

/** What is to be known of a study before it runs, a line each: what was assumed in reading it, and what weakens it. */
export function remarksOf(plan: Plan): string[] {
  const warnings = [...planWarnings(plan.data), ...designWarnings(plan), ...oddsWarnings(plan)]
  return [
    ...(plan.data.assumptions ?? []).map((assumption) => `assumed: ${assumption}`),
    ...warnings.map((warning) => `warning: ${warning}`),
  ]
}
