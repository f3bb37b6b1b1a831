/** Further inputs of a model, which are fed what the data hold beside a sample. */
import { InputError } from '../../core/errors.js'
import { sizeOf } from '../../core/tensor.js'
import type { RowPart } from '../../data/types.js'
import type { ForeignModel } from '../../engine/onnx/foreign.js'
import { isShortFloat } from '../../engine/onnx/shortFloats.js'
import type { FedInput, RowFeed } from './feeds.js'
import { roundingRemark, showValue } from './foreignInput.js'
import { checkBatches, checkExtents, type FittedParts } from './tokenInputs.js'

/**
 * A feed whose rows go on with what is held, which the inputs of the names of its arrays take. Throws InputError when an
 * input has no array, or one of another shape.
 */
export function withHeld(
  { file, inputs }: Pick<ForeignModel, 'file' | 'inputs'>,
  feed: RowFeed,
  held: readonly RowPart[],
): FittedParts {
  const [main] = feed.inputs
  const others = inputs.filter(({ name }) => name !== main.name)
  const fed = others.map((input): FedInput => {
    const part = held.find(({ name }) => name === input.name)
    if (part === undefined) {
      throw new InputError(
        `${file}: the data have no array for the input ${showValue(input)}, which is fed beside ${main.name}: list arrays of ` +
          'the names of such inputs in data.held (source npz), or export the model without it',
      )
    }
    checkExtents(file, input, part)
    const { type } = input
    if (type !== 'float32' && type !== 'int32' && type !== 'int64' && !isShortFloat(type)) {
      throw new InputError(`${file}: input ${showValue(input)} takes ${type}, which cannot be fed`)
    }
    const cells = isShortFloat(type) ? 'float32' : type
    return { name: input.name, type: cells, start: feed.size + part.start, shape: part.shape }
  })
  const batch = checkBatches(file, inputs)
  const beside = held.reduce((sum, { shape }) => sum + sizeOf(shape), 0)
  const order = Int32Array.from({ length: feed.size + beside }, (_, cell) =>
    cell < feed.size ? feed.order[cell] : cell,
  )
  const names = new Set(inputs.map(({ name }) => name))
  const unfed = held.filter(({ name }) => !names.has(name))
  return {
    feed: { ...feed, inputs: [...feed.inputs, ...fed], size: feed.size + beside, order, batch },
    remarks: [
      ...(fed.length === 0
        ? []
        : [
            `${file}: ${main.name} is masked, ${fed.map(({ name }) => name).join(', ')} held as in the sample`,
          ]),
      ...others.flatMap((input) => roundingRemark(file, input) ?? []),
      ...unfed.map(({ name }) => `${file} has no input ${name}: that array is not fed to it`),
    ],
  }
}
