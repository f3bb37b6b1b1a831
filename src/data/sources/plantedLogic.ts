/** The data source `planted-logic`: made-up samples whose labels follow known AND and OR rules. */
import type { DataConfig, PlantedRule } from '../../config/data.js'
import { InputError } from '../../core/errors.js'
import { stream } from '../../core/random.js'
import type { RawData } from '../raw.js'

type PlantedLogicConfig = Extract<DataConfig, { source: 'planted-logic' }>

/** Whether a rule holds for bits given as a bitmask (bit i is feature i). */
export function ruleHolds(rule: Pick<PlantedRule, 'kind' | 'features'>, bits: number): boolean {
  const isSet = (feature: number) => ((bits >>> feature) & 1) === 1
  return rule.kind === 'and' ? rule.features.every(isSet) : rule.features.some(isSet)
}

/** Σ of the weights of the rules that hold: an AND–OR game whose interactions are the rules. */
export function plantedScore(rules: readonly PlantedRule[], bits: number): number {
  return rules.reduce((score, rule) => score + (ruleHolds(rule, bits) ? rule.weight : 0), 0)
}

/**
 * Samples of uniformly random bits (0 or 1, plus noise of deviation `jitter`), with label 1 where
 * {@link plantedScore} exceeds the threshold. Without jitter no sample occurs twice. With a baseline
 * of zero, a masked feature is a bit that is not set, so the rules are the true interactions.
 */
export function openPlantedLogic(data: PlantedLogicConfig): RawData {
  const count = data.train + data.test
  const bits = drawBits(count, data.features, data.jitter === 0, data.seed)
  const labels = bits.map((mask) => Number(plantedScore(data.rules, mask) > data.threshold))
  for (const label of [0, 1]) {
    if (labels.includes(label)) continue
    throw new InputError(`planted-logic: no sample has label ${label}; change rules or threshold`)
  }
  const noise = stream(data.seed, 'jitter')
  const read = (rows: Int32Array, offset: number) => {
    const inputs = new Float32Array(rows.length * data.features)
    for (const [position, row] of rows.entries()) {
      const generator = noise.at(offset + row)
      for (let feature = 0; feature < data.features; feature++) {
        const bit = (bits[offset + row] >>> feature) & 1
        inputs[position * data.features + feature] = bit + data.jitter * generator.normal()
      }
    }
    return inputs
  }
  return {
    kind: 'tabular',
    shape: [data.features],
    classes: ['0', '1'],
    features: Array.from({ length: data.features }, (_, feature) => `bit${feature}`),
    trainLabels: labels.slice(0, data.train),
    testLabels: labels.slice(data.train),
    read: async (trainRows, testRows) => ({
      train: read(trainRows, 0),
      test: read(testRows, data.train),
    }),
  }
}

function drawBits(count: number, features: number, distinct: boolean, seed: number): Int32Array {
  if (distinct && count > 2 ** features) {
    throw new InputError(`planted-logic: ${features} bits give only ${2 ** features} samples`)
  }
  const generator = stream(seed, 'planted-logic').at()
  const drawn = new Int32Array(count)
  const seen = new Set<number>()
  for (let index = 0; index < count; ) {
    const mask = generator.below(2 ** features)
    if (distinct && seen.has(mask)) continue
    seen.add(mask)
    drawn[index++] = mask
  }
  return drawn
}
