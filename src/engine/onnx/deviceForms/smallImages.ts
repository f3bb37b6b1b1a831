/**
 * Convolutions of small images on CPUs, in the form that measured fastest by extents, taps and channels. ONNX Runtime's
 * own, in either layout, read the weights anew for every few pixels.
 */
import { BATCH, type Shape } from '../../../graph/types.js'
import type { NodeForms } from '../emission.js'
import { emitConvolution, emitInputGradient } from './batchInnermost.js'
import {
  emitMinimalConvolution,
  emitMinimalInputGradient,
  emitMinimalWeightGradient,
  isMinimal,
} from './minimalFiltering.js'
import { isSmall } from './smallExtents.js'
import { emitUnrolled, isUnrolled } from './unrolled.js'

export const smallImageForms: NodeForms = {
  convolution(node, to) {
    const { name, inputs, stride, padding } = node
    if (isMinimal(to.shapeOf(inputs[0]), to.shapeOf(inputs[1]), node)) {
      emitMinimalConvolution(node, to)
    } else if (isUnrolled(node, to)) {
      emitUnrolled(node, to)
    } else if (stride === 1 && isSmallBatch(to.shapeOf(name))) {
      emitConvolution(to, name, inputs, padding)
    } else return false
    return true
  },
  convolutionInputGradient(node, to) {
    const { name, inputs, stride, padding } = node
    const [, , ...kernel] = to.shapeOf(inputs[1])
    if (isMinimal(to.shapeOf(name), to.shapeOf(inputs[1]), node)) {
      emitMinimalInputGradient(node, to)
    } else if (stride === 1 && isSmallBatch(to.shapeOf(name)) && padding < kernel[0]) {
      emitInputGradient(to, name, inputs, padding)
    } else return false
    return true
  },
  convolutionWeightGradient(node, to) {
    if (!isMinimal(to.shapeOf(node.inputs[0]), to.shapeOf(node.name), node)) return false
    emitMinimalWeightGradient(node, to)
    return true
  },
}

/** Whether the batch of small images is known: training graphs have a fixed one, inference graphs do not. */
function isSmallBatch(image: Shape): boolean {
  return image[0] !== BATCH && isSmall(image)
}
