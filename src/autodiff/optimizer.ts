/** Optimiser updates as graph nodes. */
import type { GraphBuilder } from '../graph/builder.js'
import type { Optimizer } from './recipe.js'
import { binary, scaled } from './rules.js'

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
  return optimizer.name === 'sgd'
    ? appendSgd(graph, optimizer, parameter, gradient, slots)
    : appendAdam(graph, optimizer, parameter, gradient, slots)
}

/**
 * PyTorch's SGD: g ← g + λw; v ← μv + g; w ← w − η·v, or w − η·(g + μv) with Nesterov's momentum
 * (Sutskever, Martens, Dahl & Hinton, 2013, in PyTorch's form).
 */
function appendSgd(
  graph: GraphBuilder,
  optimizer: Extract<Optimizer, { name: 'sgd' }>,
  parameter: string,
  gradient: string,
  slots: Readonly<Record<string, string>>,
): Updated {
  const { momentum, nesterov, weightDecay } = optimizer
  const decayed =
    weightDecay === 0
      ? gradient
      : binary(graph, 'add', gradient, scaled(graph, parameter, weightDecay))
  const descend = (direction: string) =>
    binary(graph, 'subtract', parameter, binary(graph, 'multiply', direction, 'learningRate'))
  if (momentum === 0) return { parameter: descend(decayed), slots: {} }
  const velocity = binary(graph, 'add', scaled(graph, slots.momentum, momentum), decayed)
  const direction = nesterov
    ? binary(graph, 'add', decayed, scaled(graph, velocity, momentum))
    : velocity
  return { parameter: descend(direction), slots: { momentum: velocity } }
}

/**
 * Adam (Kingma & Ba, 2015, Algorithm 1) with weight decay in the gradient, or AdamW with the decay
 * taken from the weights themselves (Loshchilov & Hutter, 2019, Algorithm 2): w ← (1 − ηλ)w first.
 */
function appendAdam(
  graph: GraphBuilder,
  optimizer: Exclude<Optimizer, { name: 'sgd' }>,
  parameter: string,
  gradient: string,
  slots: Readonly<Record<string, string>>,
): Updated {
  const { name, beta1, beta2, epsilon, weightDecay } = optimizer
  let weights = parameter
  let direction = gradient
  if (weightDecay !== 0 && name === 'adamw') {
    const shrink = scaled(graph, 'learningRate', -weightDecay, 1)
    weights = binary(graph, 'multiply', parameter, shrink)
  } else if (weightDecay !== 0) {
    direction = binary(graph, 'add', gradient, scaled(graph, parameter, weightDecay))
  }
  const square = binary(graph, 'multiply', direction, direction)
  const firstMoment = binary(
    graph,
    'add',
    scaled(graph, slots.firstMoment, beta1),
    scaled(graph, direction, 1 - beta1),
  )
  const secondMoment = binary(
    graph,
    'add',
    scaled(graph, slots.secondMoment, beta2),
    scaled(graph, square, 1 - beta2),
  )
  const root = binary(
    graph,
    'multiply',
    graph.node('squareRoot', { inputs: [secondMoment] }),
    'correction',
  )
  const quotient = binary(graph, 'divide', firstMoment, scaled(graph, root, 1, epsilon))
  const next = binary(graph, 'subtract', weights, binary(graph, 'multiply', quotient, 'stepSize'))
  return { parameter: next, slots: { firstMoment, secondMoment } }
}
