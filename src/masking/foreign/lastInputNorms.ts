import { InputError } from '../../core/errors.js'
import type { ForeignCut } from '../../engine/onnx/foreign.js'
import { inputNorms } from '../evaluation/lastLayer.js'
import type { ForeignClassifier } from './foreignEvaluator.js'
import { innerValues, rowBatch, runAlone, runTogether, shapeOfRow } from './foreignRows.js'
import { fedTo, reorderedRows } from './maskedPlace.js'

/**
 * ‖(h, 1)‖₂ of samples [count, cells] for the last linear layer z = W h + b of a model that is masked at its input; undefined
 * where its graph shows no such layer, or cannot be cut there, and for outputs of every token.
 */
export async function lastInputNorms(
  { model, feed, output, position, rows: { together } }: ForeignClassifier,
  samples: Float32Array,
): Promise<Float64Array | undefined> {
  const layer = position === undefined ? model.lastLinear(output) : undefined
  if (layer === undefined || samples.length === 0) return undefined
  const rows = reorderedRows(samples, feed.order)
  const count = rows.length / feed.size
  const [{ name: input }] = feed.inputs
  if (layer.input === input) return inputNorms(rows, count, layer.hasBias)
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
