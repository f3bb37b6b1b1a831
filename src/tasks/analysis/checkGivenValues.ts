/** Values of another tool are read when a study is planned too: what is wrong with them is known before anything is trained. */
import type { PathOf } from '../../data/paths.js'
import type { Dataset } from '../../data/types.js'
import { placePlayers } from '../../masking/players/configurePlayers.js'
import type { Plan } from '../../plan/types.js'
import { forEachNamed } from '../network/forEachNamed.js'
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
  await forEachNamed(plan.networks.filter(isValuesOnly), (network) =>
    valuesOfGiven(network, samples, n, plan),
  )
}
