/** Values of another tool are read when a study is planned too: what is wrong with them is known before anything is trained. */
import { InputError } from '../../core/errors.js'
import { limits } from '../../core/limits.js'
import type { PathOf } from '../../data/paths.js'
import type { Dataset } from '../../data/types.js'
import { placePlayers } from '../../masking/players/configurePlayers.js'
import type { Plan } from '../../plan/types.js'
import { isValuesOnly, valuesOfGiven } from '../network/givenValues.js'
import { samplesOf } from './chosenSamples.js'

/** Throws InputError naming the networks (the first ones) whose values are none of the analysed samples. */
export async function checkGivenValues(
  plan: Plan,
  dataset: Dataset,
  pathOf: PathOf,
): Promise<void> {
  const { analysis } = plan.config
  const { n } = placePlayers(analysis.players, dataset, pathOf)
  // Their samples depend on no prediction: the plan refuses filters beside such values.
  const samples = (samplesOf(analysis, dataset) ?? []).flatMap(({ samples }, panel) =>
    samples.map((id) => ({ id, panel })),
  )
  const problems: string[] = []
  for (const network of plan.networks.filter(isValuesOnly)) {
    await valuesOfGiven(network, samples, n, analysis).catch((error: unknown) => {
      if (!(error instanceof InputError)) throw error
      problems.push(`network "${network.name}": ${error.message}`)
    })
    if (problems.length === limits.problems) break
  }
  if (problems.length > 0) throw new InputError(problems.join('\n'))
}
