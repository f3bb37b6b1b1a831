/** What the graph of a model from elsewhere says of the values of an output: which operator makes them. */
import type { NodeProto } from './format.js'

/**
 * What an operator makes:
 * - `softmax`      probabilities of classes that exclude each other, adding up to 1
 * - `sigmoid`      probabilities that need not add up to 1: a sigmoid per class, or some columns of a softmax
 * - `log-softmax`  logarithms of the first, which are logits as they are
 * - `log-sigmoid`  logarithms of the second, which are not
 * - `decision`     classes or votes rather than scores: ArgMax, Hardmax, a comparison …
 * - `linear`       sums and products without an activation, of nothing that is a probability itself
 * - `other`        anything else that ONNX defines, such as a mean of softmaxes or a forest: values tell
 * - `unknown`      the graph does not tell: branches, operators that ONNX does not define
 */
type OutputNature =
  | 'softmax'
  | 'sigmoid'
  | 'log-softmax'
  | 'log-sigmoid'
  | 'decision'
  | 'linear'
  | 'other'
  | 'unknown'

export interface OutputOrigin {
  readonly nature: OutputNature
  /** The operator, past those that pass values on: `Softmax`, `Gemm`, `TreeEnsembleClassifier` … */
  readonly operator: string | undefined
  /** Whether the values were stored in few bits on the way (int8), so that sums are rough. */
  readonly rounded: boolean
  /** Names that the model itself gives to its outputs, in their order, where it does. */
  readonly classes?: readonly string[]
}

/** Operators that give the values they take, in another shape or type. */
const passing = new Set([
  'Identity',
  'Cast',
  'CastLike',
  'Clip',
  'Dropout',
  'Reshape',
  'Flatten',
  'Squeeze',
  'Unsqueeze',
  'Transpose',
  'QuantizeLinear',
  'DequantizeLinear',
  'ZipMap',
])

/** Operators that give some of the values they take. */
const selecting = new Set(['Slice', 'Gather', 'GatherElements', 'GatherND', 'Split', 'Compress'])

/** Sums and products: of probabilities they may be probabilities again, otherwise they are scores. */
const combining = new Set([
  'Add',
  'Sub',
  'Mul',
  'Div',
  'Sum',
  'Mean',
  'Neg',
  'Gemm',
  'MatMul',
  'Conv',
  'QLinearMatMul',
  'QLinearConv',
  'QLinearAdd',
  'MatMulInteger',
  'ReduceMean',
  'ReduceSum',
  'Einsum',
  'BatchNormalization',
  'GlobalAveragePool',
  'LinearRegressor',
])

const deciding = new Set([
  'ArgMax',
  'ArgMin',
  'TopK',
  'Hardmax',
  'OneHot',
  'Greater',
  'GreaterOrEqual',
  'Less',
  'LessOrEqual',
  'Equal',
  'Not',
  'Sign',
  'Round',
  'Multinomial',
  'Bernoulli',
  'LabelEncoder',
])

/** Operators with graphs of their own, which are not read. */
const branching = new Set(['If', 'Loop', 'Scan'])

/** Domains whose operators are known here, by the name of the operator. */
const knownDomains = ['', 'ai.onnx', 'ai.onnx.ml']
/** Operators of ONNX Runtime's own domain that are those of ONNX on stored integers. */
const quantised = new Set([
  'QuantizeLinear',
  'DequantizeLinear',
  'QLinearSoftmax',
  'QLinearSigmoid',
  'QLinearAdd',
])

/** Operators that may lie between an output and what makes its values, at most. */
const DEPTH = 64

/** The origin of an output of a graph with these nodes. */
export function outputOrigin(nodes: readonly NodeProto[], output: string): OutputOrigin {
  const producers = new Map(nodes.flatMap((node) => node.output.map((name) => [name, node])))
  const known = new Map<string, OutputOrigin>()
  const of = (value: string, depth: number): OutputOrigin => {
    const found =
      known.get(value) ??
      (depth === 0 ? origin('unknown') : originOf(producers, value, (name) => of(name, depth - 1)))
    known.set(value, found)
    return found
  }
  return of(output, DEPTH)
}

const origin = (
  nature: OutputNature,
  operator?: string,
  rest: Partial<OutputOrigin> = {},
): OutputOrigin => ({ nature, operator, rounded: false, ...rest })

function originOf(
  producers: ReadonlyMap<string, NodeProto>,
  value: string,
  of: (value: string) => OutputOrigin,
): OutputOrigin {
  const node = producers.get(value)
  if (node === undefined || branching.has(node.opType)) return origin('unknown')
  const { opType, domain = '', input } = node
  const isQuantised = domain === 'com.microsoft' && quantised.has(opType)
  if (!knownDomains.includes(domain) && !isQuantised) return origin('unknown', opType)
  const isMade = (name: string) => ![undefined, 'Constant'].includes(producers.get(name)?.opType)
  const all = () => input.filter(isMade).map(of)

  if (passing.has(opType)) return passedOn(node, of(input[0]))
  if (selecting.has(opType)) return withNature(of(input[0]), selected)
  if (deciding.has(opType)) return origin('decision', opType)
  switch (opType) {
    case 'Softmax':
      return origin('softmax', opType)
    case 'QLinearSoftmax':
      return origin('softmax', opType, { rounded: true })
    case 'Sigmoid':
    case 'HardSigmoid':
      return origin('sigmoid', opType)
    case 'QLinearSigmoid':
      return origin('sigmoid', opType, { rounded: true })
    case 'LogSoftmax':
      return origin('log-softmax', opType)
    case 'Exp':
      return exponential(of(input[0]))
    case 'Log':
      return logarithm(of(input[0]))
    case 'Concat':
      return joined(all())
    case 'TreeEnsembleClassifier':
    case 'LinearClassifier':
    case 'SVMClassifier':
    case 'TreeEnsembleRegressor':
    case 'TreeEnsemble':
    case 'SVMRegressor':
      // The first output of a classifier is the class.
      return opType.endsWith('Classifier') && node.output[0] === value
        ? origin('decision', opType)
        : scored(node)
  }
  if (opType === 'Neg' && producers.get(input[0])?.opType === 'Softplus') {
    return origin('log-sigmoid', 'Neg(Softplus)')
  }
  if (opType === 'Sub' && !isMade(input[0]) && of(input[1]).nature === 'sigmoid') {
    return of(input[1])
  }
  if (opType === 'Normalizer') return origin('other', opType, named(all()))
  if (!combining.has(opType)) return origin('other', opType)
  const parts = all()
  const plain = parts.every(({ nature }) => !holdsProbabilities(nature))
  return origin(plain ? 'linear' : 'other', opType, named(parts))
}

function holdsProbabilities(nature: OutputNature): boolean {
  return nature === 'softmax' || nature === 'sigmoid'
}

/** The class names that one of several values carries on. */
function named(parts: readonly OutputOrigin[]): Partial<OutputOrigin> {
  const found = parts.find(({ classes }) => classes !== undefined)
  return found === undefined ? {} : { classes: found.classes }
}

function withNature(
  from: OutputOrigin,
  change: (nature: OutputNature) => OutputNature,
): OutputOrigin {
  const { classes: _, ...rest } = from
  return { ...rest, nature: change(from.nature) }
}

/** Some columns of a softmax add up to less than 1: each is a probability of its own. */
function selected(nature: OutputNature): OutputNature {
  if (nature === 'softmax') return 'sigmoid'
  return nature === 'log-softmax' ? 'log-sigmoid' : nature
}

function passedOn(node: NodeProto, from: OutputOrigin): OutputOrigin {
  const rounded = from.rounded || /quantizelinear/i.test(node.opType)
  // A score that is cut off may be a hard sigmoid.
  const nature = node.opType === 'Clip' && from.nature === 'linear' ? 'other' : from.nature
  const operator = nature === from.nature ? from.operator : node.opType
  return { ...from, nature, operator, rounded, ...labelsOf(node) }
}

function exponential(from: OutputOrigin): OutputOrigin {
  if (from.nature === 'log-softmax') return { ...from, nature: 'softmax' }
  if (from.nature === 'log-sigmoid') return { ...from, nature: 'sigmoid' }
  return origin('other', 'Exp')
}

function logarithm(from: OutputOrigin): OutputOrigin {
  if (from.nature === 'softmax') return { ...from, nature: 'log-softmax' }
  if (from.nature === 'sigmoid') return { ...from, nature: 'log-sigmoid' }
  return origin('other', 'Log')
}

/** Columns side by side: probabilities of which nobody knows yet whether they add up to 1, or scores. */
function joined(parts: readonly OutputOrigin[]): OutputOrigin {
  const rounded = parts.some((part) => part.rounded)
  const holds = (test: (nature: OutputNature) => boolean) =>
    parts.length > 0 && parts.every(({ nature }) => test(nature))
  if (holds(holdsProbabilities)) return origin('sigmoid', parts[0].operator, { rounded })
  if (holds((nature) => nature === 'linear')) return origin('linear', 'Concat')
  return origin('other', 'Concat', { rounded })
}

/** Operators of ai.onnx.ml that end in a transform of their own. */
function scored(node: NodeProto): OutputOrigin {
  const text = (name: string) => {
    const bytes = node.attribute.find((attribute) => attribute.name === name)?.s
    return bytes === undefined ? undefined : new TextDecoder().decode(bytes)
  }
  const labels = labelsOf(node)
  switch (text('post_transform')) {
    case 'SOFTMAX':
    case 'SOFTMAX_ZERO':
      return origin('softmax', node.opType, labels)
    case 'LOGISTIC':
      return origin('sigmoid', node.opType, labels)
  }
  return origin(node.opType === 'LinearClassifier' ? 'linear' : 'other', node.opType, labels)
}

/** The classes that a classifier of ai.onnx.ml gives its outputs to. */
function labelsOf({ attribute }: NodeProto): Partial<OutputOrigin> {
  for (const { name, ints, strings } of attribute) {
    if (!name.startsWith('classlabels_')) continue
    if (ints !== undefined && ints.length > 0) return { classes: ints.map(String) }
    if (strings !== undefined && strings.length > 0) {
      return { classes: strings.map((bytes) => new TextDecoder().decode(bytes)) }
    }
  }
  return {}
}
