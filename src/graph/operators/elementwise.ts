/** The nodes that work element by element, and the shapes of what they give. */
import { broadcastShapes, type ShapeRules, sameShape, shapeError, shapeOfFirst } from '../rules.js'
import type { NodeBase } from '../types.js'

export type BinaryOperation = 'add' | 'subtract' | 'multiply' | 'divide'

/** a ∘ b, broadcast as numpy does. */
export interface Binary extends NodeBase {
  readonly kind: 'binary'
  readonly operation: BinaryOperation
  readonly inputs: readonly [string, string]
}

/** factor · x + offset with constants. */
interface Affine extends NodeBase {
  readonly kind: 'affine'
  readonly factor: number
  readonly offset: number
  readonly inputs: readonly [string]
}

/** √x. */
interface SquareRoot extends NodeBase {
  readonly kind: 'squareRoot'
  readonly inputs: readonly [string]
}

/** gelu is x·Φ(x) with the exact normal distribution function Φ. */
export type ActivationFunction = 'relu' | 'gelu' | 'tanh' | 'sigmoid'

export interface Activation extends NodeBase {
  readonly kind: 'activation'
  readonly function: ActivationFunction
  readonly inputs: readonly [string]
}

/** gradient · f′, from the activation's input x, its output y and the gradient of the output. */
export interface ActivationGradient extends NodeBase {
  readonly kind: 'activationGradient'
  readonly function: ActivationFunction
  readonly inputs: readonly [x: string, y: string, gradient: string]
}

/**
 * Sets each element to 0 with probability `rate` and divides the others by 1 − rate while training;
 * the identity in evaluation. A training step replaces it by a product with a mask input.
 */
interface Dropout extends NodeBase {
  readonly kind: 'dropout'
  readonly rate: number
  readonly inputs: readonly [string]
}

export type ElementwiseNode =
  | Binary
  | Affine
  | SquareRoot
  | Activation
  | ActivationGradient
  | Dropout

export const elementwiseShapes: ShapeRules<ElementwiseNode> = {
  binary(node, inputs) {
    const shape = broadcastShapes(inputs[0], inputs[1])
    if (shape === undefined) throw shapeError(node, inputs, 'the shapes do not broadcast')
    return shape
  },
  affine: shapeOfFirst,
  squareRoot: shapeOfFirst,
  activation: shapeOfFirst,
  activationGradient(node, inputs) {
    if (!inputs.every((shape) => sameShape(shape, inputs[0]))) {
      throw shapeError(node, inputs, 'the shapes differ')
    }
    return inputs[0]
  },
  dropout: shapeOfFirst,
}
