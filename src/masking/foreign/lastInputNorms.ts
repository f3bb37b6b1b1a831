/** The lengths of what the last layer of a model from elsewhere takes. */
import { InputError } from '../../core/errors.js'
import { columnsOf } from '../../core/tableRows.js'
import { sizeOf } from '../../core/tensor.js'
import type { ForeignCut } from '../../engine/onnx/foreign.js'
import type { LastLinear } from '../../engine/onnx/lastLinear.js'
import { inputNorms } from '../evaluation/lastLayer.js'
import type { Output } from '../evaluation/output.js'
import type { ForeignClassifier } from './foreignEvaluator.js'
import { innerValues, rowBatch, runAlone, runTogether, shapeOfRow } from './foreignRows.js'
import { fedTo, reorderedRows } from './maskedPlace.js'

/** How outputs have to be read for the loss to be the one whose gradient in z is known (`sampleDifficulty`), by what follows z. */
function isReadAsMade(
  { activation }: LastLinear,
  { kind }: Pick<Output, 'kind'>,
  width: number,
): boolean {
  switch (activation) {
    case 'none':
      return kind === 'log-odds' || kind === 'logit' || kind === 'binary'
    case 'LogSoftmax':
      return kind === 'log-odds' || kind === 'logit'
    case 'Softmax':
      return kind === 'prob-log-odds'
    case 'Sigmoid':
      return kind === 'sigmoid-log-odds' || (kind === 'prob-log-odds' && width === 1)
  }
}

/**
 * ‖(h, 1)‖₂ of samples [count, cells] for the last linear layer z = W h + b of a model that is masked at its input; undefined
 * where its graph shows no such layer, or cannot be cut there, where its outputs are read as what its graph does not make
 * (a softmax as logits), and for outputs of every token.
 */
export async function lastInputNorms(
  { model, feed, output, position, width, rows: { together } }: ForeignClassifier,
  valued: Pick<Output, 'kind'>,
  samples: Float32Array,
): Promise<Float64Array | undefined> {
  const layer = position === undefined ? model.lastLinear(output) : undefined
  if (layer === undefined || samples.length === 0 || !isReadAsMade(layer, valued, width)) {
    return undefined
  }
  const rows = reorderedRows(samples, feed.order)
  const count = rows.length / feed.size
  const [{ name: input, start, shape: own }] = feed.inputs
  if (layer.input === input) {
    return inputNorms(columnsOf(rows, feed.size, start, sizeOf(own)), count, layer.hasBias)
  }
  const cut = await model.cut(layer.input, { input, output }).catch(unlessRefused)
  if (cut === undefined) return undefined
  const below = { model: cut.below, feed: fedTo(cut.below.inputs, feed), output: layer.input }
  const shape = await shapeOfRow(below, rows.subarray(0, feed.size))
  if (shape.length !== 1) return undefined
  const run = together
    ? runTogether(below, feed.batch ?? rowBatch(feed.size), innerValues)
    : runAlone(below, innerValues)
  return inputNorms(await run(rows), count, layer.hasBias)
}

/** A model that cannot be cut is still one that can be analysed. */
function unlessRefused(error: unknown): ForeignCut | undefined {
  if (error instanceof InputError) return undefined
  throw error
}
