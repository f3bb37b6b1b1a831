/** Optimiser updates as graph nodes. */
import type { GraphBuilder } from '../graph/builder.js'
import type { BinaryOperation } from '../graph/operators/elementwise.js'
import type { Optimizer } from './recipe.js'

/** Scalar inputs of a training step that the host computes anew at every step. */
export type StepScalars = Readonly<Record<string, number>>

/** The suffixes of an optimiser's slots: `conv1.weight` has `conv1.weight.momentum`, say. */
export function slotRoles(optimizer: Optimizer): readonly string[] {
  if (optimizer.name === 'sgd') return optimizer.momentum === 0 ? [] : ['momentum']
  return ['firstMoment', 'secondMoment']
}

/**
 * Scalars of step t (from 1). For Adam they carry the bias corrections:
 * stepSize = η/(1 − β₁ᵗ), correction = 1/√(1 − β₂ᵗ).
 */
export function stepScalars(optimizer: Optimizer, learningRate: number, step: number): StepScalars {
  if (optimizer.name === 'sgd') return { learningRate }
  return {
    learningRate,
    stepSize: learningRate / (1 - optimizer.beta1 ** step),
    correction: 1 / Math.sqrt(1 - optimizer.beta2 ** step),
  }
}

/** Values after an update: the parameter's and those of its slots, by role. */
interface Updated {
  readonly parameter: string
  readonly slots: Readonly<Record<string, string>>
}

/** Appends the update of one parameter; the names are values of the graph. */
export function appendUpdate(
  graph: GraphBuilder,
  optimizer: Optimizer,
  parameter: string,
  gradient: string,
  slots: Readonly<Record<string, string>>,
): Updated {
  const arithmetic = arithmeticOf(graph)
  return optimizer.name === 'sgd'
    ? appendSgd(arithmetic, optimizer, parameter, gradient, slots)
    : appendAdam(arithmetic, optimizer, parameter, gradient, slots)
}

interface Arithmetic {
  binary(operation: BinaryOperation, a: string, b: string): string
  scale(value: string, factor: number, offset?: number): string
  squareRoot(value: string): string
}

function arithmeticOf(graph: GraphBuilder): Arithmetic {
  return {
    binary: (operation, a, b) => graph.node('binary', { operation, inputs: [a, b] }),
    scale: (value, factor, offset = 0) => graph.node('affine', { inputs: [value], factor, offset }),
    squareRoot: (value) => graph.node('squareRoot', { inputs: [value] }),
  }
}

/**
 * PyTorch's SGD: g ← g + λw; v ← μv + g; w ← w − η·v, or w − η·(g + μv) with Nesterov's momentum
 * (Sutskever, Martens, Dahl & Hinton, 2013, in PyTorch's form).
 */
function appendSgd(
  { binary, scale }: Arithmetic,
  optimizer: Extract<Optimizer, { name: 'sgd' }>,
  parameter: string,
  gradient: string,
  slots: Readonly<Record<string, string>>,
): Updated {
  const { momentum, nesterov, weightDecay } = optimizer
  const decayed =
    weightDecay === 0 ? gradient : binary('add', gradient, scale(parameter, weightDecay))
  const descend = (direction: string) =>
    binary('subtract', parameter, binary('multiply', direction, 'learningRate'))
  if (momentum === 0) return { parameter: descend(decayed), slots: {} }
  const velocity = binary('add', scale(slots.momentum, momentum), decayed)
  const direction = nesterov ? binary('add', decayed, scale(velocity, momentum)) : velocity
  return { parameter: descend(direction), slots: { momentum: velocity } }
}

/**
 * Adam (Kingma & Ba, 2015, Algorithm 1) with weight decay in the gradient, or AdamW with the decay
 * taken from the weights themselves (Loshchilov & Hutter, 2019, Algorithm 2): w ← (1 − ηλ)w first.
 */
function appendAdam(
  { binary, scale, squareRoot }: Arithmetic,
  optimizer: Exclude<Optimizer, { name: 'sgd' }>,
  parameter: string,
  gradient: string,
  slots: Readonly<Record<string, string>>,
): Updated {
  const { name, beta1, beta2, epsilon, weightDecay } = optimizer
  let weights = parameter
  let direction = gradient
  if (weightDecay !== 0 && name === 'adamw') {
    const shrink = scale('learningRate', -weightDecay, 1)
    weights = binary('multiply', parameter, shrink)
  } else if (weightDecay !== 0) {
    direction = binary('add', gradient, scale(parameter, weightDecay))
  }
  const square = binary('multiply', direction, direction)
  const firstMoment = binary('add', scale(slots.firstMoment, beta1), scale(direction, 1 - beta1))
  const secondMoment = binary('add', scale(slots.secondMoment, beta2), scale(square, 1 - beta2))
  const root = binary('multiply', squareRoot(secondMoment), 'correction')
  const quotient = binary('divide', firstMoment, scale(root, 1, epsilon))
  const next = binary('subtract', weights, binary('multiply', quotient, 'stepSize'))
  return { parameter: next, slots: { firstMoment, secondMoment } }
}
