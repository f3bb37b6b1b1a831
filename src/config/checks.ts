import { confusingChecks } from './checks/confusing.js'
import { modelChecks } from './checks/model.js'
import { networkChecks } from './checks/networks.js'
import { playerChecks } from './checks/players.js'
import { runtimeChecks } from './checks/runtime.js'
import { sampleChecks } from './checks/samples.js'
import type { Sections } from './checks/shared.js'
import { countChecks, trainingChecks } from './checks/training.js'
import type { Finding } from './problems.js'

/**
 * Checks over several keys that need no data. Sections that are wrong by themselves are absent;
 * whatever can be checked without them is.
 */
export function crossChecks(sections: Sections): Finding[] {
  return [
    modelChecks,
    networkChecks,
    playerChecks,
    sampleChecks,
    countChecks,
    trainingChecks,
    confusingChecks,
    runtimeChecks,
  ].flatMap((check) => check(sections))
}
