/**
 * Do the interactions of each order hold beyond the training data? For class c and order k the mean
 * interaction vectors over training and over test samples are compared:
 * E_c[Sim(Ī^(k)_{c,train}, Ī^(k)_{c,test})] (arXiv 2407.19198). That figure depends on how many samples
 * are averaged and how alike a class is, so it comes with a ceiling and a floor (our choice).
 */
import { getOrMake } from '../core/getOrMake.js'
import { type Generator, stream } from '../core/random.js'
import { uniqueSorted } from '../core/uniqueSorted.js'
import { mean } from './descriptive.js'
import {
  masksOfEachOrder,
  meanInteractions,
  similarityByOrder,
  similarityOver,
  type ThresholdedInteractions,
} from './similarity.js'
import type { Interactions } from './types.js'

/** One sample's interactions, their threshold and its class. */
interface LabelledInteractions extends ThresholdedInteractions {
  readonly label: number
}

interface GeneralizationOptions {
  readonly seed: number
  /** Random halvings and shuffles that ceiling, matched and floor average over. */
  readonly repeats?: number
}

/** One row of `generalization.csv`. Undefined where no class had a non-zero vector of that order. */
export interface OrderGeneralization {
  readonly order: number
  /** Train against test, equally many samples of a class on both sides. */
  readonly similarity: number | undefined
  /** Train against test with means over as few samples as those of the ceiling: what to hold against it. */
  readonly matched: number | undefined
  /** Train half against the other train half: what perfect generalisation would give `matched`. */
  readonly ceiling: number | undefined
  /** Train against test with the sets of one order shuffled; undefined for order n, which has one set. */
  readonly floor: number | undefined
}

/**
 * A class with samples on both sides. `similarity` and `floor` compare means over m = min(|train|, |test|) samples of
 * each side, `ceiling` and `matched` means over h = min(⌊|train| / 2⌋, |test|).
 */
interface ClassSamples {
  readonly train: readonly ThresholdedInteractions[]
  readonly test: readonly ThresholdedInteractions[]
}

/** Similarity of train and test interactions by order 1 … n, averaged over classes; [] without samples. */
export function generalizationByOrder(
  train: readonly LabelledInteractions[],
  test: readonly LabelledInteractions[],
  { seed, repeats = 20 }: GeneralizationOptions,
): OrderGeneralization[] {
  const classes = commonClasses(train, test)
  const n = (train[0] ?? test[0])?.interactions.n ?? 0
  const tallies = Array.from({ length: n + 1 }, () => ({
    similarity: new ClassMeans(),
    matched: new ClassMeans(),
    ceiling: new ClassMeans(),
    floor: new ClassMeans(),
  }))
  for (const [label, samples] of classes) {
    for (let repeat = 0; repeat < repeats; repeat++) {
      const generator = stream(seed, 'generalization', String(label)).at(repeat)
      const figures = compareOnce(samples, generator)
      for (let order = 1; order <= n; order++) {
        const tally = tallies[order]
        tally.similarity.add(label, figures.similarity[order])
        tally.matched.add(label, figures.matched?.[order])
        tally.ceiling.add(label, figures.ceiling?.[order])
        if (order < n) tally.floor.add(label, figures.floor[order])
      }
    }
  }
  return tallies.slice(1).map((tally, index) => ({
    order: index + 1,
    similarity: tally.similarity.mean(),
    matched: tally.matched.mean(),
    ceiling: tally.ceiling.mean(),
    floor: tally.floor.mean(),
  }))
}

/** Mean over classes of the mean over repeats, skipping what does not exist. */
class ClassMeans {
  private readonly byClass = new Map<number, number[]>()

  add(label: number, value: number | undefined): void {
    if (value === undefined) return
    getOrMake(this.byClass, label, () => []).push(value)
  }

  mean(): number | undefined {
    return mean([...this.byClass.values()].map((values) => mean(values) as number))
  }
}

function commonClasses(
  train: readonly LabelledInteractions[],
  test: readonly LabelledInteractions[],
): Map<number, ClassSamples> {
  const classes = new Map<number, ClassSamples>()
  for (const label of uniqueSorted(train.map((sample) => sample.label))) {
    const ofClass = (samples: readonly LabelledInteractions[]) =>
      samples.filter((sample) => sample.label === label)
    const samples = { train: ofClass(train), test: ofClass(test) }
    if (samples.test.length > 0) classes.set(label, samples)
  }
  return classes
}

/** One random draw: equal counts, a halving of the training samples, a shuffle within each order. */
function compareOnce({ train, test }: ClassSamples, generator: Generator) {
  const shuffledTrain = shuffle(train, generator)
  const shuffledTest = shuffle(test, generator)
  const equal = Math.min(train.length, test.length)
  const half = Math.min(Math.floor(train.length / 2), test.length)
  const average = (samples: readonly ThresholdedInteractions[]) =>
    meanInteractions(samples) as Interactions
  const trainMean = average(shuffledTrain.slice(0, equal))
  const testMean = average(shuffledTest.slice(0, equal))
  const firstHalf = half > 0 ? average(shuffledTrain.slice(0, half)) : undefined
  return {
    similarity: similarityByOrder(trainMean, testMean),
    matched: firstHalf && similarityByOrder(firstHalf, average(shuffledTest.slice(0, half))),
    ceiling:
      firstHalf && similarityByOrder(firstHalf, average(shuffledTrain.slice(half, 2 * half))),
    floor: shuffledSimilarity(trainMean, testMean, generator),
  }
}

/** Similarity by order after the sets of each order were permuted, AND and OR alike, on one side. */
function shuffledSimilarity(a: Interactions, b: Interactions, generator: Generator) {
  return masksOfEachOrder(a.n).map((masks, order) => {
    if (order === 0) return undefined
    const shuffled = generator.permutation(masks.length)
    for (let index = 0; index < masks.length; index++) shuffled[index] = masks[shuffled[index]]
    return similarityOver(a, masks, b, shuffled)
  })
}

function shuffle<Item>(items: readonly Item[], generator: Generator): Item[] {
  return Array.from(generator.permutation(items.length), (index) => items[index])
}
