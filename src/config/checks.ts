/** Runs all checks that look at several keys of a configuration at once. */
import { checkConfusing, checkSamples, checkUsed } from './checks/analysis.js'
import { checkDataUsed } from './checks/data.js'
import { checkModel } from './checks/model.js'
import { checkNetworks } from './checks/networks.js'
import { checkPlayers } from './checks/players.js'
import { checkRuntime } from './checks/runtime.js'
import type { Sections } from './checks/shared.js'
import { checkCounts, checkTraining } from './checks/training.js'
import type { Finding } from './problems.js'

const checks = [
  checkModel,
  checkNetworks,
  checkPlayers,
  checkSamples,
  checkUsed,
  checkCounts,
  checkDataUsed,
  checkTraining,
  checkConfusing,
  checkRuntime,
]

/**
 * Checks over several keys that need no data. Sections that are wrong by themselves are absent;
 * whatever can be checked without them is.
 */
export function crossChecks(sections: Sections): Finding[] {
  const findings: Finding[] = []
  for (const check of checks) {
    check(sections, (place, message, about) => {
      const path = place.split('.').map((part) => (/^\d+$/.test(part) ? Number(part) : part))
      findings.push({ path, message, ...(about === 'key' ? { aboutKey: true } : {}) })
    })
  }
  return findings
}
