/**
 * How often the hinge finds an overfitting phase in simulated curves whose noise is correlated from point to point: without
 * one (nominal 2.5%), and with a rise of 2, 5 and 15 standard deviations of the noise; and how often the interval of t*
 * has the true one.
 * Run: npm run bench:hinge -- [curves per cell]
 */
import { RISE_FROM, simulatedCurve } from '../src/testing/simulatedCurve.js'
import { detectPhases } from '../src/training/phases/detect.js'
import { defaultPhaseOptions, type PhaseOptions } from '../src/training/phases/types.js'

const curves = Number(process.argv[2] ?? 400)
const rises = [0, 2, 5, 15]
const options = { ...defaultPhaseOptions, bootstrap: 399 } as PhaseOptions
const truth = 16 * Math.expm1(RISE_FROM)
const percent = (count: number, of = curves) => `${((100 * count) / of).toFixed(1)}%`

process.stdout.write(
  `| points | ρ | ${rises.map((rise) => `rise ${rise}`).join(' | ')} | t* in its interval (rise 15) | ms a curve |\n`,
)
process.stdout.write(`|${'---|'.repeat(rises.length + 4)}\n`)
for (const points of [10, 20, 40, 60]) {
  for (const rho of [0, 0.3, 0.6, 0.9]) {
    const start = performance.now()
    let covered = 0
    const found = rises.map((rise) => {
      let count = 0
      for (let seed = 0; seed < curves; seed++) {
        const { overfitting, boundaryInterval } = detectPhases(
          simulatedCurve({ points, rho, rise }, seed),
          options,
          seed,
        )
        if (overfitting === true) count++
        if (rise !== 15 || boundaryInterval === undefined) continue
        if (boundaryInterval.low <= truth && truth <= boundaryInterval.high) covered++
      }
      return count
    })
    const time = (performance.now() - start) / curves / rises.length
    const cells = found.map((count) => percent(count)).join(' | ')
    process.stdout.write(
      `| ${points} | ${rho} | ${cells} | ${percent(covered, found[3])} | ${time.toFixed(1)} |\n`,
    )
  }
}
