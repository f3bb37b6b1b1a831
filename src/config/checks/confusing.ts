import type { Finding } from '../problems.js'
import type { Sections } from './shared.js'

/** Whether the analysis has what the confusing score takes. */
export function confusingChecks({ analysis, confusing }: Sections): Finding[] {
  if (analysis === undefined || confusing === undefined) return []
  const findings: Finding[] = []
  if (confusing.score === 'nongeneralizable-mass' && analysis.samples.testCount === 0) {
    const message =
      '"nongeneralizable-mass" compares with samples of the other split: analysis.samples.testCount is 0'
    findings.push({ path: ['confusing', 'score'], message })
  }
  if (confusing.phase === 'delta' && analysis.checkpoints === 'final') {
    const message =
      '"delta" needs a checkpoint where overfitting begins: analysis.checkpoints is "final"; "phases" or "all" have it'
    findings.push({ path: ['confusing', 'phase'], message })
  }
  return findings
}
