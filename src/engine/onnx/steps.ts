/**
 * Training steps as a model: several in one call as the body of an ONNX `Loop`, so that weights and slots
 * pass from step to step on the device that computes them, or one without.
 */
import type { TrainStep } from '../../autodiff/trainStep.js'
import { BATCH, type GraphInput } from '../../graph/types.js'
import {
  attributeTypes,
  dataTypes,
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

/** How steps are written. */
export interface StepsForm {
  readonly target: Target
  /** Whether a call takes any number of steps, or one: ONNX Runtime's loop holds the state once more. */
  readonly looped: boolean
  /** The samples, where they are a constant of the model. */
  readonly resident?: TensorProto
}

/**
 * A training step as a model of any number of them, or of one. Its inputs: {@link COUNT}, {@link ROWS}, {@link SAMPLES}
 * unless `resident` holds them, the step's other feeds stacked by step, and the state. Its outputs: {@link LOSSES}
 * and the changed part of the state. The same bits in one call as one by one: it is the same graph.
 */
export function encodeSteps(
  { program, parameters, slots, next }: TrainStep,
  { target, looped, resident }: StepsForm,
): Uint8Array {
  const [batch, ...others] = program.inputs
  const isState = ({ name }: GraphInput) => parameters.includes(name) || name in slots
  const perStep = others.filter((input) => !isState(input))
  const state = others.filter(isState)
  const changed = state.filter(({ name }) => name in next)
  const fixed = state.filter(({ name }) => !(name in next))

  const emitted = emitProgram(program, target)
  const nodes = [
    ...perStep.map(({ name }) => gather(ofSteps(name), ITERATION, name)),
    gather(ROWS, ITERATION, BATCH_ROWS),
    gather(SAMPLES, BATCH_ROWS, batch.name),
    ...emitted.nodes,
  ]
  const body: GraphProto = {
    name: 'step',
    node: [...nodes, node('Identity', [GOES_ON], [STILL_GOES_ON])],
    initializer: emitted.constants,
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
  const names = new Map([[program.outputs.loss, LOSSES]])
  for (const { name } of changed) names.set(name, before(name)).set(next[name], after(name))
  const first = { name: ITERATION, dims: [], dataType: dataTypes.int64, rawData: new Uint8Array(8) }
  const steps = (name: string, { dtype, shape }: Pick<GraphInput, 'dtype' | 'shape'>) =>
    valueInfo(name, dtype, [BATCH, ...shape], 'steps')
  const samples = valueInfo(SAMPLES, batch.dtype, [BATCH, ...batch.shape.slice(1)], 'samples')
  return encodeGraph(
    {
      name: 'steps',
      node: looped ? [loop] : nodes.map((each) => renamed(each, names)),
      initializer: [
        ...(resident === undefined ? [] : [resident]),
        ...(looped ? [] : [first, ...emitted.constants]),
      ],
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
        looped ? steps(LOSSES, { dtype: 'float32', shape: [] }) : valueInfo(LOSSES, 'float32', []),
      ],
    },
    looped ? [loop, ...nodes] : nodes,
  )
}

/** A node whose values go by other names. */
function renamed(each: NodeProto, names: ReadonlyMap<string, string>): NodeProto {
  const rename = (name: string) => names.get(name) ?? name
  return { ...each, input: each.input.map(rename), output: each.output.map(rename) }
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
