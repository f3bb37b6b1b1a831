import type { AnalysisConfig } from '../config/analysis.js'
import { InputError } from '../core/errors.js'
import { sizeOf } from '../core/tensor.js'
import type { Dataset } from '../data/types.js'
import { predictedClass } from '../masking/evaluation/output.js'
import type { MaskedSample } from '../masking/evaluation/sampleValues.js'
import { balancedPanel, correctRows } from '../masking/panel.js'
import type { MappedClassifier } from './types.js'

/** An analysed sample: panel 0 is the main one, panel 1 that of the other split. */
export interface AnalyzedSample extends MaskedSample {
  readonly panel: 0 | 1
  readonly trueLabel: number
}

/**
 * The analysed samples, the same for every model: a class-balanced panel of the split asked for, and
 * a smaller one of the other split. Throws InputError when a filter would give models different ones.
 */
export async function analyzedSamples(
  { samples }: AnalysisConfig,
  data: Dataset,
  classifiers: readonly MappedClassifier[],
  admits: (input: Float32Array) => boolean,
): Promise<AnalyzedSample[]> {
  if (samples.filter === 'correct' && classifiers.length > 1) {
    throw new InputError(
      'analysis.samples.filter correct gives every model other samples; use common-correct to compare models',
    )
  }
  const { split, count, testCount } = samples
  const other = split === 'train' ? 'test' : 'train'
  const main = await panelRows(split, count)
  const held = testCount === 0 ? [] : await panelRows(other, Math.min(testCount, data[other].count))
  return [...toSamples(split, main, 0), ...toSamples(other, held, 1)]

  async function panelRows(name: 'train' | 'test', wanted: number): Promise<Iterable<number>> {
    const { labels, inputs } = data[name]
    const size = sizeOf(data.shape)
    const isCorrect =
      samples.filter === 'none'
        ? () => true
        : correctRows(
            labels,
            await Promise.all(classifiers.map((each) => predictions(each, inputs))),
          )
    const allowed = (row: number) =>
      isCorrect(row) && admits(inputs.subarray(row * size, (row + 1) * size))
    return balancedPanel(labels, data.classes.length, wanted, samples.seed, allowed).rows
  }

  function toSamples(
    name: 'train' | 'test',
    rows: Iterable<number>,
    panel: 0 | 1,
  ): AnalyzedSample[] {
    const { inputs, labels, trueLabels, ids } = data[name]
    const size = sizeOf(data.shape)
    return [...rows].map((row) => ({
      id: ids[row],
      input: inputs.subarray(row * size, (row + 1) * size),
      label: labels[row],
      trueLabel: trueLabels[row],
      panel,
    }))
  }
}

/** The classes that a model predicts, as labels of the data; −1 where no class has the output. */
async function predictions(
  { classify, width, reading, outputs: outputOf }: MappedClassifier,
  inputs: Float32Array,
): Promise<Int32Array> {
  const outputs = await classify(inputs)
  const count = outputs.length / width
  const kind = reading.kind === 'logits' ? undefined : 'prob-log-odds'
  return Int32Array.from({ length: count }, (_, row) =>
    outputOf.indexOf(predictedClass(outputs, row * width, width, kind)),
  )
}
