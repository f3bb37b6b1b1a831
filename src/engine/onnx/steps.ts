/**
 * Several training steps in one model: the step's program is the body of an ONNX `Loop`, so that weights
 * and slots pass from step to step on the device that computes them.
 */
import type { TrainStep } from '../../autodiff/trainStep.js'
import { BATCH, type GraphInput } from '../../graph/types.js'
import {
  attributeTypes,
  type GraphProto,
  type NodeProto,
  type TensorProto,
  type ValueInfoProto,
} from './format.js'
import { emitProgram, encodeGraph, type Target, valueInfo } from './model.js'

/** Number of steps, int64. */
export const COUNT = 'count'
/** Samples that batches are drawn from, [samples, …]: an input, or a constant of the model. */
export const SAMPLES = 'samples'
/** Rows of the samples by step, [steps, batch], int32. */
export const ROWS = 'rows'
/** Losses before each update, [steps]. */
export const LOSSES = 'losses'
/** Name of the feed of a program's input for all steps, [steps, …]. */
export const ofSteps = (input: string): string => `steps/${input}`
/** Names of a parameter or slot before the first step and after the last; one that no step changes has its own. */
export const before = (name: string): string => `before/${name}`
export const after = (name: string): string => `after/${name}`

/** Names within the body that no program has. */
const [ITERATION, GOES_ON, STILL_GOES_ON, BATCH_ROWS] = [
  'loop/iteration',
  'loop/goesOn',
  'loop/stillGoesOn',
  'loop/rows',
]

/**
 * A training step as a model of any number of them. Its inputs: {@link COUNT}, {@link ROWS}, {@link SAMPLES} unless
 * `resident` holds them, the step's other feeds stacked by step, and the state. Its outputs: {@link LOSSES}
 * and the changed part of the state. Same bits as the steps one by one: the body is the same graph.
 */
export function encodeSteps(
  { program, parameters, slots, next }: TrainStep,
  target: Target,
  resident?: TensorProto,
): Uint8Array {
  const [batch, ...others] = program.inputs
  const isState = ({ name }: GraphInput) => parameters.includes(name) || name in slots
  const perStep = others.filter((input) => !isState(input))
  const state = others.filter(isState)
  const changed = state.filter(({ name }) => name in next)
  const fixed = state.filter(({ name }) => !(name in next))

  const { nodes, constants } = emitProgram(program, target)
  const body: GraphProto = {
    name: 'step',
    node: [
      ...perStep.map(({ name }) => gather(ofSteps(name), ITERATION, name)),
      gather(ROWS, ITERATION, BATCH_ROWS),
      gather(SAMPLES, BATCH_ROWS, batch.name),
      ...nodes,
      node('Identity', [GOES_ON], [STILL_GOES_ON]),
    ],
    initializer: constants,
    input: [
      valueInfo(ITERATION, 'int64', []),
      valueInfo(GOES_ON, 'bool', []),
      ...changed.map(floats),
    ],
    output: [
      valueInfo(STILL_GOES_ON, 'bool', []),
      ...changed.map(({ name, shape }) => valueInfo(next[name], 'float32', shape)),
      valueInfo(program.outputs.loss, 'float32', []),
    ],
  }
  const loop: NodeProto = {
    ...node(
      'Loop',
      [COUNT, '', ...changed.map(({ name }) => before(name))],
      [...changed.map(({ name }) => after(name)), LOSSES],
    ),
    attribute: [{ name: 'body', type: attributeTypes.graph, g: body }],
  }
  const steps = (name: string, { dtype, shape }: Pick<GraphInput, 'dtype' | 'shape'>) =>
    valueInfo(name, dtype, [BATCH, ...shape], 'steps')
  const samples = valueInfo(SAMPLES, batch.dtype, [BATCH, ...batch.shape.slice(1)], 'samples')
  return encodeGraph(
    {
      name: 'steps',
      node: [loop],
      initializer: resident === undefined ? [] : [resident],
      input: [
        valueInfo(COUNT, 'int64', []),
        ...(resident === undefined ? [samples] : []),
        steps(ROWS, { dtype: 'int32', shape: [batch.shape[0]] }),
        ...perStep.map((input) => steps(ofSteps(input.name), input)),
        ...changed.map(({ name, ...rest }) => floats({ ...rest, name: before(name) })),
        ...fixed.map(floats),
      ],
      output: [
        ...changed.map(({ name, ...rest }) => floats({ ...rest, name: after(name) })),
        steps(LOSSES, { dtype: 'float32', shape: [] }),
      ],
    },
    [loop, ...nodes],
  )
}

/** Entries of a value's first axis. */
function gather(value: string, at: string, output: string): NodeProto {
  return node('Gather', [value, at], [output])
}

function node(opType: string, input: string[], output: string[]): NodeProto {
  return { name: output[0], opType, input, output, attribute: [] }
}

function floats({ name, shape }: GraphInput): ValueInfoProto {
  return valueInfo(name, 'float32', shape)
}
