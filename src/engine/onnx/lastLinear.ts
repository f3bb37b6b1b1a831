/** Finds the last linear layer in the graph of an ONNX file. */
import type { ModelProto, NodeProto } from './format.js'

/** The linear layer z = W h + b that an output comes from. */
export interface LastLinear {
  /** Name of the tensor h that it takes. */
  readonly input: string
  readonly hasBias: boolean
  /** What follows z. */
  readonly activation: LastActivation
}

type LastActivation = (typeof activations)[number] | 'none'

/** What may follow z without hiding it: the gradient of −log p_y with respect to z is known for each, once. */
const activations = ['Softmax', 'LogSoftmax', 'Sigmoid'] as const

/**
 * The linear layer with constant W and b (Gemm, MatMul, or MatMul and Add) that an output comes from, directly or through one
 * softmax or sigmoid; undefined where the graph shows none.
 */
export function lastLinear(
  { node, initializer }: Pick<ModelProto['graph'], 'node' | 'initializer'>,
  output: string,
): LastLinear | undefined {
  const producers = new Map(node.flatMap((one) => one.output.map((name) => [name, one] as const)))
  const constants = new Set([
    ...initializer.map(({ name }) => name),
    ...node.flatMap(({ opType, output: made }) => (opType === 'Constant' ? made : [])),
  ])
  let made = producers.get(output)
  let activation: LastActivation = 'none'
  while (made !== undefined) {
    const { opType, input }: NodeProto = made
    if (opType !== 'Identity') {
      const known = activations.find((each) => each === opType)
      if (activation !== 'none' || known === undefined) {
        const layer = linearAt(made, producers, constants)
        return layer && { ...layer, activation }
      }
      activation = known
    }
    made = producers.get(input[0])
  }
  return undefined
}

function linearAt(
  { opType, input, attribute }: NodeProto,
  producers: ReadonlyMap<string, NodeProto>,
  constants: ReadonlySet<string>,
): Omit<LastLinear, 'activation'> | undefined {
  const [a, b, c = ''] = input
  const attributeIs = (name: string, value: number) => {
    const found = attribute.find((one) => one.name === name)
    return found === undefined || (found.i ?? found.f) === value
  }
  switch (opType) {
    case 'Gemm': {
      // Factors would be factors of the gradient.
      const isPlain = attributeIs('transA', 0) && attributeIs('alpha', 1) && attributeIs('beta', 1)
      const isLayer = !constants.has(a) && constants.has(b) && (c === '' || constants.has(c))
      return isPlain && isLayer ? { input: a, hasBias: c !== '' } : undefined
    }
    case 'MatMul':
      return constants.has(b) && !constants.has(a) ? { input: a, hasBias: false } : undefined
    case 'Add': {
      const [product, isBias] = constants.has(b) ? [a, true] : [b, constants.has(a)]
      const made = producers.get(product)
      if (!isBias || made?.opType !== 'MatMul') return undefined
      const layer = linearAt(made, producers, constants)
      return layer && { ...layer, hasBias: true }
    }
  }
  return undefined
}
