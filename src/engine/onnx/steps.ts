/**
 * Training steps as a model: several in one call as the body of an ONNX `Loop`, so that weights and slots
 * pass from step to step on the device that computes them, or one without.
 */
import type { TrainStep } from '../../autodiff/trainStep.js'
import { BATCH, type Graph, type GraphInput } from '../../graph/types.js'
import {
  attributeTypes,
  dataTypes,
  type GraphProto,
  type NodeProto,
  type TensorProto,
  type ValueInfoProto,
} from './format.js'
import { emitInference, emitProgram, encodeGraph, type Target, valueInfo } from './model.js'

/** Number of steps, int64. */
export const COUNT = 'count'
/** Samples that batches are drawn from, [samples, …], and their targets, [samples, outputs]: inputs, or constants of the model. */
export const SAMPLES = 'samples'
export const TARGETS = 'samples/targets'
/** Rows of the samples by step, [steps, batch], int32. */
export const ROWS = 'rows'
/** Losses before each update, [steps]. */
export const LOSSES = 'losses'
/** Batches that are evaluated after the last step, int64, their rows, [batches, rows], int32, and what comes of them, [batches, rows, outputs]. */
export const OUTPUTS_COUNT = 'outputs/count'
export const OUTPUTS_ROWS = 'outputs/rows'
export const OUTPUTS = 'outputs'
/** Name of the feed of a program's input for all steps, [steps, …]. */
export const ofSteps = (input: string): string => `steps/${input}`
/** Names of a parameter or slot before the first step and after the last; one that no step changes has its own. */
export const before = (name: string): string => `before/${name}`
export const after = (name: string): string => `after/${name}`

/** Names within bodies that no program has. */
const [ITERATION, GOES_ON, STILL_GOES_ON, BATCH_ROWS] = [
  'loop/iteration',
  'loop/goesOn',
  'loop/stillGoesOn',
  'loop/rows',
]

/** How steps are written. */
interface StepsForm {
  readonly target: Target
  /** Whether a call takes any number of steps, or one: ONNX Runtime's loop holds the state once more. */
  readonly looped: boolean
  /** Samples and targets, where they are constants of a model with a loop, which then also evaluates the network. */
  readonly resident?: { readonly network: Graph; readonly tables: TensorProto[] }
}

/**
 * A training step as a model of any number of them, or of one. Its inputs: {@link COUNT}, {@link ROWS}, {@link SAMPLES} and
 * {@link TARGETS} unless `resident` holds them, the step's other feeds stacked by step, and the state. Its outputs: {@link LOSSES}
 * and the changed part of the state. The same bits in one call as one by one: it is the same graph. With `resident` also
 * {@link OUTPUTS}, what the network gives after the last step for {@link OUTPUTS_ROWS} of the samples.
 */
export function encodeSteps(
  { program, parameters, slots, next }: TrainStep,
  { target, looped, resident }: StepsForm,
): Uint8Array {
  const [batch, ...others] = program.inputs
  const targets = others.find(({ name }) => name === 'targets')!
  const isState = ({ name }: GraphInput) => parameters.includes(name) || name in slots
  const perStep = others.filter((input) => input !== targets && !isState(input))
  const state = others.filter(isState)
  const changed = state.filter(({ name }) => name in next)
  const fixed = state.filter(({ name }) => !(name in next))

  const emitted = emitProgram(program, target)
  const nodes = [
    ...perStep.map(({ name }) => gather(ofSteps(name), ITERATION, name)),
    gather(ROWS, ITERATION, BATCH_ROWS),
    gather(SAMPLES, BATCH_ROWS, batch.name),
    gather(TARGETS, BATCH_ROWS, targets.name),
    ...emitted.nodes,
  ]
  const loop = loopOf(
    [COUNT, '', ...changed.map(({ name }) => before(name))],
    [...changed.map(({ name }) => after(name)), LOSSES],
    {
      nodes,
      constants: emitted.constants,
      carried: changed.map(floats),
      results: [
        ...changed.map(({ name, shape }) => valueInfo(next[name], 'float32', shape)),
        valueInfo(program.outputs.loss, 'float32', []),
      ],
    },
  )
  const isChanged = new Map(changed.map(({ name }) => [name, after(name)]))
  const evaluation = resident && evaluationLoop(resident.network, target, isChanged)
  const loops = evaluation === undefined ? [loop] : [loop, evaluation.loop]
  const names = new Map([[program.outputs.loss, LOSSES]])
  for (const { name } of changed) names.set(name, before(name)).set(next[name], after(name))
  const first = { name: ITERATION, dims: [], dataType: dataTypes.int64, rawData: new Uint8Array(8) }
  const steps = (name: string, { dtype, shape }: Pick<GraphInput, 'dtype' | 'shape'>) =>
    valueInfo(name, dtype, [BATCH, ...shape], 'steps')
  const ofSamples = (name: string, { dtype, shape }: GraphInput) =>
    valueInfo(name, dtype, [BATCH, ...shape.slice(1)], 'samples')
  return encodeGraph(
    {
      name: 'steps',
      node: looped ? loops : nodes.map((each) => renamed(each, names)),
      initializer: [...(resident?.tables ?? []), ...(looped ? [] : [first, ...emitted.constants])],
      input: [
        valueInfo(COUNT, 'int64', []),
        ...(resident === undefined
          ? [ofSamples(SAMPLES, batch), ofSamples(TARGETS, targets)]
          : [
              valueInfo(OUTPUTS_COUNT, 'int64', []),
              valueInfo(OUTPUTS_ROWS, 'int32', [BATCH, BATCH]),
            ]),
        steps(ROWS, { dtype: 'int32', shape: [batch.shape[0]] }),
        ...perStep.map((input) => steps(ofSteps(input.name), input)),
        ...changed.map(({ name, ...rest }) => floats({ ...rest, name: before(name) })),
        ...fixed.map(floats),
      ],
      output: [
        ...changed.map(({ name, ...rest }) => floats({ ...rest, name: after(name) })),
        looped ? steps(LOSSES, { dtype: 'float32', shape: [] }) : valueInfo(LOSSES, 'float32', []),
        ...(evaluation?.results ?? []),
      ],
    },
    looped ? [...loops, ...nodes, ...(evaluation?.nodes ?? [])] : nodes,
  )
}

/** A network's evaluation on batches of the samples as a loop, with parameters by their names after the last step. */
function evaluationLoop(network: Graph, target: Target, names: ReadonlyMap<string, string>) {
  const { nodes: own, constants, types } = emitInference(network, target)
  const nodes = [
    gather(OUTPUTS_ROWS, ITERATION, BATCH_ROWS),
    gather(SAMPLES, BATCH_ROWS, network.inputs[0].name),
    ...own.map((each) => renamed(each, names)),
  ]
  const { shape } = types.get(network.output)!
  const results = [valueInfo(network.output, 'float32', shape)]
  const loop = loopOf([OUTPUTS_COUNT, ''], [OUTPUTS], { nodes, constants, carried: [], results })
  return { loop, nodes, results: [valueInfo(OUTPUTS, 'float32', [BATCH, ...shape], 'free')] }
}

/** A Loop: its inputs start with the number of iterations, what is `carried` comes first in the results. */
function loopOf(
  inputs: string[],
  outputs: string[],
  body: {
    readonly nodes: readonly NodeProto[]
    readonly constants: TensorProto[]
    readonly carried: readonly ValueInfoProto[]
    readonly results: readonly ValueInfoProto[]
  },
): NodeProto {
  const g: GraphProto = {
    name: outputs[outputs.length - 1],
    node: [...body.nodes, node('Identity', [GOES_ON], [STILL_GOES_ON])],
    initializer: body.constants,
    input: [valueInfo(ITERATION, 'int64', []), valueInfo(GOES_ON, 'bool', []), ...body.carried],
    output: [valueInfo(STILL_GOES_ON, 'bool', []), ...body.results],
  }
  return {
    ...node('Loop', inputs, outputs),
    attribute: [{ name: 'body', type: attributeTypes.graph, g }],
  }
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
