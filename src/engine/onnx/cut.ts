/** A graph from elsewhere cut in two at one of its tensors. */
import { InputError } from '../../core/errors.js'
import { editDistance } from '../../core/nearest.js'
import {
  dataTypes,
  decodeNode,
  encodeValue,
  type GraphProto,
  innerGraphs,
  type NodeProto,
} from './format.js'
import { type ModelParts, tensorName, valueName } from './parts.js'

/** The way through a graph that is cut: from the input with the samples to the output that is valued. */
export interface CutPath {
  readonly input: string
  readonly output: string
}

/** The two parts as files, with the operators, weights and operator sets of the whole. */
export interface GraphCut {
  /** Inputs of the graph that the part above reads besides the tensor: they are held as they are in a sample. */
  readonly held: readonly string[]
  /** From the inputs to the tensor, its only output. */
  readonly below: ModelParts
  /** From the tensor, a float32 input of this shape, to the output. */
  above(shape: readonly (number | string)[]): ModelParts
}

/** An operator, by the tensors that it takes and makes. */
interface Step {
  readonly operator: string
  readonly takes: readonly string[]
  readonly makes: readonly string[]
}

/** Operators that tell of a tensor its extents alone. */
const shapeOnly: ReadonlySet<string> = new Set(['Shape', 'Size'])

/** Names that a message lists. */
const LISTED = 5

/**
 * Cuts a graph at a tensor through which all runs that the output takes from the input, but for its extents. What
 * other inputs say beside the tensor (an attention mask, say) is held, and so is the input itself where an operator
 * above reads it directly. Throws InputError, with the nearest tensors at which the graph can be cut, when there
 * is no such tensor, when it does not lie between input and output, or when another tensor leads past it.
 */
export function cutGraph(model: ModelParts, tensor: string, path: CutPath): GraphCut {
  const { node, initializer, input } = model.graph
  const steps = node.map((bytes) => stepOf(decodeNode(bytes)))
  const weights = new Set(initializer.map(tensorName))
  const inputs = input.map(valueName).filter((name) => !weights.has(name))
  const fault = faultOf(steps, tensor, path)
  if (fault !== undefined) throw new InputError(fault + nearby(steps, tensor, path))
  const lower = leadingTo(steps, [tensor])
  const upper = leadingTo(steps, [path.output], tensor)
  const held = inputs.filter((name) => name !== tensor && upper.values.has(name))
  return {
    held,
    below: partOf(model, lower, [], [encodeValue({ name: tensor })]),
    above(shape) {
      const given = encodeValue({ name: tensor, type: floatsOf(shape) })
      const { output } = model.graph
      const ends = output.filter((bytes) => valueName(bytes) === path.output)
      return partOf(model, upper, [given], ends)
    },
  }
}

const floatsOf = (shape: readonly (number | string)[]) => ({
  tensorType: {
    elemType: dataTypes.float32,
    shape: {
      dim: shape.map((extent) =>
        typeof extent === 'number' ? { dimValue: extent } : { dimParam: extent },
      ),
    },
  },
})

function stepOf(node: NodeProto): Step {
  const takes = [...node.input, ...innerGraphs(node).flatMap(namesIn)]
  return { operator: node.opType, takes: takes.filter((name) => name !== ''), makes: node.output }
}

/** All that a graph within an operator names: it may read values of the graph around it. */
function namesIn({ node, output }: GraphProto): string[] {
  return [...node.flatMap((each) => stepOf(each).takes), ...output.map(({ name }) => name)]
}

/** Steps that lead to some values, in their order, and all values that they and these name. */
interface Part {
  readonly positions: readonly number[]
  readonly values: ReadonlySet<string>
}

/** What leads to values; `given` is known from elsewhere. */
function leadingTo(steps: readonly Step[], targets: readonly string[], given?: string): Part {
  const values = new Set(targets)
  const positions: number[] = []
  for (let position = steps.length - 1; position >= 0; position--) {
    const { takes, makes } = steps[position]
    if (!makes.some((name) => name !== given && values.has(name))) continue
    positions.unshift(position)
    for (const name of takes) values.add(name)
  }
  return { positions, values }
}

/** Why a graph cannot be cut at a tensor; undefined where it can. */
function faultOf(
  steps: readonly Step[],
  tensor: string,
  { input, output }: CutPath,
): string | undefined {
  if (tensor === input)
    return `"${tensor}" is the input itself, which other layouts of players mask`
  if (tensor === output) return `"${tensor}" is the output itself`
  if (!steps.some(({ makes }) => makes.includes(tensor)))
    return `there is no inner tensor "${tensor}"`
  const upper = leadingTo(steps, [output], tensor)
  if (!upper.values.has(tensor)) return `"${tensor}" does not lead to the output "${output}"`
  const lower = leadingTo(steps, [tensor]).positions.map((position) => steps[position])
  if (!reachedFrom(lower, input).has(tensor))
    return `"${tensor}" does not depend on the input "${input}"`
  const bypass = bypassOf(
    upper.positions.map((position) => steps[position]),
    tensor,
    input,
  )
  if (bypass === undefined) return undefined
  return (
    `"${tensor}" does not carry all that the output knows of the input: "${bypass}" feeds the part above past it, as the ` +
    'skip connection of a residual block does'
  )
}

/**
 * Values that depend on what a value holds, in steps in their order; extents do not. A step that makes one of
 * its values from it makes all.
 */
function reachedFrom(steps: readonly Step[], start: string): Set<string> {
  const reached = new Set([start])
  for (const { operator, takes, makes } of steps) {
    if (shapeOnly.has(operator) || !takes.some((name) => reached.has(name))) continue
    for (const name of makes) reached.add(name)
  }
  return reached
}

/** A value that brings the input past a tensor to a step which takes what comes of the tensor as well. */
function bypassOf(upper: readonly Step[], tensor: string, input: string): string | undefined {
  const made = new Set(upper.flatMap(({ makes }) => makes))
  const maker = (step: Step) => step.makes.includes(tensor)
  const after = reachedFrom(
    upper.filter((step) => !maker(step)),
    tensor,
  )
  const past = reachedFrom(upper, input)
  return upper
    .filter(({ makes }) => makes.some((name) => after.has(name)))
    .flatMap(({ takes }) => takes)
    .find((name) => made.has(name) && past.has(name) && !after.has(name))
}

/** The tensors at which a graph can be cut that are nearest to what was asked for: by place, or by name. */
function nearby(steps: readonly Step[], tensor: string, path: CutPath): string {
  const names = steps.flatMap(({ makes }) => makes).filter((name) => name !== '')
  const at = names.indexOf(tensor)
  const distances = names.map((name, place) =>
    at === -1 ? nameDistance(tensor, name) : Math.abs(place - at),
  )
  const found: string[] = []
  for (const place of [...names.keys()].toSorted((a, b) => distances[a] - distances[b])) {
    if (found.length === LISTED) break
    if (faultOf(steps, names[place], path) === undefined) found.push(`"${names[place]}"`)
  }
  if (found.length === 0) return '; there is no tensor at which this model can be cut'
  return `; the nearest tensors through which all runs: ${found.join(', ')}`
}

/** How far a name is from what was written; one that holds it is nearer than any that does not. */
function nameDistance(written: string, name: string): number {
  const [a, b] = [written.toLowerCase(), name.toLowerCase()]
  return b.includes(a) ? (b.length - a.length) / (b.length + 1) : editDistance(a, b)
}

/** A part of a graph as a graph of its own: its steps, and of the rest what they name. */
function partOf(
  model: ModelParts,
  { positions, values }: Part,
  given: readonly Uint8Array[],
  ends: readonly Uint8Array[],
): ModelParts {
  const { node, initializer, input, output, valueInfo } = model.graph
  const fresh = new Set([...given, ...ends].map(valueName))
  const named = (bytes: Uint8Array, nameOf: (bytes: Uint8Array) => string) =>
    values.has(nameOf(bytes)) && !fresh.has(nameOf(bytes))
  // What is an output of the whole is declared there rather than among the inner values.
  const inner = [...valueInfo, ...output].filter((bytes) => named(bytes, valueName))
  return {
    ...model,
    graph: {
      ...model.graph,
      node: positions.map((position) => node[position]),
      initializer: initializer.filter((bytes) => values.has(tensorName(bytes))),
      input: [...given, ...input.filter((bytes) => named(bytes, valueName))],
      output: [...ends],
      valueInfo: inner,
    },
  }
}
