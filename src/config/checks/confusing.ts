import type { Finding } from '../problems.js'
import type { Sections } from './shared.js'

/** Whether the analysis has what the confusing score takes. */
export function confusingChecks({ analysis, confusing, networks }: Sections): Finding[] {
  if (analysis === undefined || confusing === undefined) return []
  const findings: Finding[] = []
  const { references, score } = confusing
  const named = (networks?.files ?? []).findIndex(({ reference }) => reference)
  if (named !== -1 && references === undefined) {
    const message =
      'is for confusing.references, which are not asked for: set confusing.score to nongeneralizable, or confusing.references to {}'
    findings.push({ path: ['networks', 'files', named, 'reference'], message, aboutKey: true })
  }
  if (references !== undefined && analysis.samples.filter === 'correct') {
    const message =
      'every network has samples of its own under analysis.samples.filter "correct", but references are evaluated on those that all have; use none or common-correct'
    findings.push({ path: ['confusing', 'references'], message })
  }
  if (score === 'nongeneralizable-mass' && analysis.samples.testCount === 0) {
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
