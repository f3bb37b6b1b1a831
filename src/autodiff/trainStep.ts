/** Turns a network and a recipe (loss, optimiser, frozen blocks) into one training step as a graph. */
import { type GraphBuilder, graphBuilder } from '../graph/builder.js'
import type { LossFunction } from '../graph/operators/loss.js'
import type { BatchNorm } from '../graph/operators/normalization.js'
import { BATCH, blockOf, type Graph, type Node, type Program, type Shape } from '../graph/types.js'
import { differentiate } from './differentiate.js'
import { appendUpdate, slotRoles, stepScalars } from './optimizer.js'
import { poolFirst } from './poolFirst.js'
import type { StepRecipe } from './recipe.js'
import { binary, scaled } from './rules.js'

/** A dropout node of the network and the input of the training step that holds its mask. */
export interface DropoutMask {
  readonly input: string
  readonly rate: number
  readonly shape: Shape
}

/**
 * One training step as a program: {x, targets, scalars, masks, parameters, slots} → {loss,
 * parameters′, slots′}. Parameters and slots that the step changes are both inputs, under their own
 * names, and outputs; `next` maps the one to the other.
 */
export interface TrainStep {
  readonly program: Program
  readonly loss: LossFunction
  readonly targetsShape: Shape
  readonly masks: readonly DropoutMask[]
  /** Names of the network's parameters. */
  readonly parameters: readonly string[]
  /** Shapes of the optimiser's slots by name. */
  readonly slots: Readonly<Record<string, Shape>>
  /** Name of a parameter or slot → name of the value that replaces it after the step. */
  readonly next: Readonly<Record<string, string>>
  /** Name of a parameter → name of its gradient. */
  readonly gradients: ReadonlyMap<string, string>
  /** The nodes that make the new parameters and slots of gradients: the last ones of the program. */
  readonly updates: readonly Node[]
}

/** The input of a step that holds what its outputs are to be. */
const TARGETS = 'targets'

/**
 * Compiles the training step of a network: forward pass in training mode, loss, gradients, update
 * of weights, slots and running statistics. Blocks that are frozen keep weights and statistics, and
 * their batch norm works as in evaluation.
 */
export function compileTrainStep(network: Graph, recipe: StepRecipe): TrainStep {
  const graph = graphBuilder('step/')
  const frozen = (parameter: string) => recipe.frozenBlocks.includes(blockOf(parameter))
  declareInputs(graph, network, recipe)
  const { masks, statistics } = appendForward(graph, network, frozen)

  const targetsShape = graph.shapeOf(network.output)
  // A network with one logit is trained as a binary classifier.
  const loss = targetsShape[1] === 1 ? 'binary' : 'categorical'
  graph.input({ name: TARGETS, shape: targetsShape, dtype: 'float32' })
  const lossInputs = [network.output, TARGETS] as const
  graph.node('loss', { inputs: lossInputs, function: loss }, 'loss')
  const seed = lossGradient(graph, network.output, loss)

  const trained = network.parameters.filter(({ name, trainable }) => trainable && !frozen(name))
  const names = trained.map(({ name }) => name)
  const gradients = differentiate(graph, network.output, seed, names)
  const updatesFrom = graph.nodes.length
  const slots: Record<string, Shape> = {}
  const next: Record<string, string> = { ...statistics }
  for (const { name, shape } of trained) {
    const gradient = gradients.get(name)
    if (gradient === undefined) continue
    const ownSlots = declareSlots(graph, recipe, name, shape)
    for (const slot of Object.values(ownSlots)) slots[slot] = shape
    const updated = appendUpdate(graph, recipe.optimizer, name, gradient, ownSlots)
    next[name] = updated.parameter
    for (const [role, value] of Object.entries(updated.slots)) next[ownSlots[role]] = value
  }
  const outputs = { loss: 'loss', ...next }
  const program = { inputs: graph.inputs, nodes: graph.nodes, outputs }
  const parameters = network.parameters.map(({ name }) => name)
  const updates = graph.nodes.slice(updatesFrom)
  return { program, loss, targetsShape, masks, parameters, slots, next, gradients, updates }
}

/**
 * Gradient of the loss in logits [batch, outputs]: (softmax(logits) − targets) / batch, or with the sigmoid. Gradients
 * start with it.
 */
export function lossGradient(graph: GraphBuilder, logits: string, loss: LossFunction): string {
  const inputs = [logits] as const
  const probability =
    loss === 'binary'
      ? graph.node('activation', { inputs, function: 'sigmoid' })
      : graph.node('softmax', { inputs })
  const [batch] = graph.shapeOf(logits)
  return scaled(graph, binary(graph, 'subtract', probability, TARGETS), 1 / batch)
}

function declareInputs(graph: GraphBuilder, network: Graph, recipe: StepRecipe): void {
  for (const { name, shape, dtype } of network.inputs) {
    const full = shape.map((extent) => (extent === BATCH ? recipe.batchSize : extent))
    graph.input({ name, shape: full, dtype })
  }
  for (const { name, shape } of network.parameters) {
    graph.input({ name, shape, dtype: 'float32' })
  }
  for (const name of Object.keys(stepScalars(recipe.optimizer, 0, 1))) {
    graph.input({ name, shape: [], dtype: 'float32' })
  }
}

function declareSlots(
  graph: GraphBuilder,
  recipe: StepRecipe,
  parameter: string,
  shape: Shape,
): Readonly<Record<string, string>> {
  return Object.fromEntries(
    slotRoles(recipe.optimizer).map((role) => [
      role,
      graph.input({ name: `${parameter}.${role}`, shape, dtype: 'float32' }),
    ]),
  )
}

interface ForwardPass {
  readonly masks: readonly DropoutMask[]
  /** Running statistic → its new value. */
  readonly statistics: Readonly<Record<string, string>>
}

/** Copies the network's nodes in training mode: dropout by masks, batch norm by batch statistics. */
function appendForward(
  graph: GraphBuilder,
  network: Graph,
  frozen: (parameter: string) => boolean,
): ForwardPass {
  const masks: DropoutMask[] = []
  const statistics: Record<string, string> = {}
  for (const node of poolFirst(network.nodes, network.output)) {
    if (node.kind === 'dropout') {
      const shape = graph.shapeOf(node.inputs[0])
      const input = graph.input({ name: `${node.name}.mask`, shape, dtype: 'float32' })
      masks.push({ input, rate: node.rate, shape })
      graph.node('binary', { inputs: [node.inputs[0], input], operation: 'multiply' }, node.name)
    } else if (node.kind === 'batchNorm' && !frozen(node.inputs[3])) {
      Object.assign(statistics, appendBatchNorm(graph, node))
    } else {
      append(graph, node)
    }
  }
  return { masks, statistics }
}

function append(graph: GraphBuilder, node: Node): void {
  const { kind, name, ...fields } = node
  graph.node(kind, fields as never, name)
}

/**
 * Batch norm by the statistics of the batch, and the running statistics after it. The running
 * variance takes the unbiased one, count/(count − 1) times that of the batch, as PyTorch's does.
 */
function appendBatchNorm(graph: GraphBuilder, node: BatchNorm): Record<string, string> {
  const [x, scale, bias, runningMean, runningVariance] = node.inputs
  const shape = graph.shapeOf(x)
  const axes = shape.flatMap((_, axis) => (axis === 1 ? [] : [axis]))
  const count = axes.reduce((product, axis) => product * shape[axis], 1)
  const mean = graph.node('reduction', {
    inputs: [x],
    operation: 'mean',
    axes,
    keepAxes: false,
  })
  const variance = graph.node('channelVariance', { inputs: [x, mean] })
  const fields = {
    inputs: [x, scale, bias, mean, variance],
    epsilon: node.epsilon,
    momentum: node.momentum,
    fromBatch: true,
  } as const
  graph.node('batchNorm', fields, node.name)
  const running = (old: string, value: string, factor: number) => {
    const kept = scaled(graph, old, 1 - node.momentum)
    return binary(graph, 'add', kept, scaled(graph, value, node.momentum * factor))
  }
  return {
    [runningMean]: running(runningMean, mean, 1),
    [runningVariance]: running(runningVariance, variance, count / Math.max(1, count - 1)),
  }
}
