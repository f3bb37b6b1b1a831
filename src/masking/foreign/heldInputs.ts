/** Further inputs of a model, which are fed what the data hold beside a sample. */
import { sizeOf } from '../../core/tensor.js'
import type { RowPart } from '../../data/types.js'
import type { ForeignModel } from '../../engine/onnx/foreign.js'
import type { RowFeed } from './feeds.js'
import { checkBatches, type FittedParts, fedByName, unfedRemarks } from './tokenInputs.js'

/**
 * A feed whose rows go on with what is held, which the inputs of the names of its arrays take. Throws InputError when an
 * input has no array, or one of another shape.
 */
export function withHeld(
  model: Pick<ForeignModel, 'file' | 'inputs'>,
  feed: RowFeed,
  held: readonly RowPart[],
): FittedParts {
  const { file, inputs } = model
  const [main] = feed.inputs
  const others = inputs.filter(({ name }) => name !== main.name)
  const lacking =
    `, which is fed beside ${main.name}: list arrays of the names of such inputs in data.held (source npz), or export the ` +
    'model without it'
  const fed = fedByName(file, others, held, lacking, feed.size)
  const size = feed.size + held.reduce((sum, { shape }) => sum + sizeOf(shape), 0)
  const order = Int32Array.from({ length: size }, (_, cell) => feed.order[cell] ?? cell)
  const names = fed.map(({ name }) => name).join(', ')
  return {
    feed: { inputs: [...feed.inputs, ...fed], size, order, batch: checkBatches(file, inputs) },
    remarks: [
      ...(fed.length === 0
        ? []
        : [`${file}: ${main.name} is masked, ${names} held as in the sample`]),
      ...unfedRemarks(model, held),
    ],
  }
}
