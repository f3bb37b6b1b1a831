/** Further inputs of a model, which are fed what the data hold beside a sample. */
import { InputError } from '../../core/errors.js'
import { sizeOf } from '../../core/tensor.js'
import type { RowPart } from '../../data/types.js'
import type { ForeignModel } from '../../engine/onnx/foreign.js'
import type { FedInput, RowFeed } from './feeds.js'
import { checkBatches, type FittedParts, fedByName, unfedRemarks } from './tokenInputs.js'

/**
 * A feed whose rows go on with what is held, which the inputs of the names of its arrays take; some may be masked as the samples are. Throws
 * InputError when an input has no array, or one of another shape, or cannot be masked.
 */
export function withHeld(
  model: Pick<ForeignModel, 'file' | 'inputs'>,
  feed: RowFeed,
  held: readonly RowPart[],
  alsoMasked: readonly string[] = [],
): FittedParts {
  const { file, inputs } = model
  const [main] = feed.inputs
  const others = inputs.filter(({ name }) => name !== main.name)
  const lacking = () =>
    `, which is fed beside ${main.name}: list arrays of the names of such inputs in data.held (source npz), or export the ` +
    'model without it'
  const fed = fedByName(file, others, held, lacking, feed.size)
  const size = feed.size + held.reduce((sum, { shape }) => sum + sizeOf(shape), 0)
  const order = Int32Array.from({ length: size }, (_, cell) => feed.order[cell] ?? cell)
  requireMaskable(file, fed, alsoMasked)
  const names = fed.map(({ name }) => name).filter((name) => !alsoMasked.includes(name))
  const masked = [main.name, ...alsoMasked].join(', ')
  const beside = names.length === 0 ? '' : `, ${names.join(', ')} held as in the sample`
  return {
    feed: { inputs: [...feed.inputs, ...fed], size, order, batch: checkBatches(file, inputs) },
    remarks: [
      ...(fed.length === 0
        ? []
        : [`${file}: ${masked} ${alsoMasked.length === 0 ? 'is' : 'are'} masked${beside}`]),
      ...unfedRemarks(model, held),
    ],
  }
}

/** Throws InputError where an input that is masked too is not fed, or takes whole numbers: a baseline is none of them. */
function requireMaskable(file: string, fed: readonly FedInput[], names: readonly string[]): void {
  for (const name of names) {
    const input = fed.find((each) => each.name === name)
    if (input?.type === 'float32') continue
    const why =
      input === undefined
        ? 'the model has no such input'
        : `takes whole numbers (${input.type}), and only floats can be masked`
    throw new InputError(`${file}: ${name} is to be masked (analysis.players.inputs), but ${why}`)
  }
}
