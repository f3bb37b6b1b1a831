/** Where what a study asks is not what the claim says. */
import type { ExperimentConfig } from '../config/schema.js'
import type { StudyNetwork } from '../plan/types.js'
import { init } from '../regimes/init.js'

/**
 * What the finding of a study is about where the claim is about something else, a line each. In the revised abstract
 * (OpenReview 51Fr7zIA87) low layers are *initialised* differently, and confusing samples are those from which
 * non-generalizable interactions are learned.
 */
export function claimScope(
  { confusing }: Pick<ExperimentConfig, 'confusing'>,
  networks: readonly Pick<StudyNetwork, 'regime' | 'role'>[],
): string[] {
  const members = networks.filter(({ role }) => role === 'analysed')
  const regimes = [...new Set(members.map(({ regime }) => regime))]
  return [
    ...(confusing.score === 'nongeneralizable'
      ? []
      : [
          `the score ${confusing.score} is ours: the claim's authors call samples confusing by the interactions that do not ` +
            'generalize (confusing.score: nongeneralizable)',
        ]),
    ...(regimes.includes(init.name)
      ? []
      : [
          `the claim is about how low layers are initialised (regime init); this study asks another question (${regimes.join(', ')})`,
        ]),
  ]
}
