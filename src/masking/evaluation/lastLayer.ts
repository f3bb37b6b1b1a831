/** The last layer of a network and the lengths of its inputs, from which GraNd scores are computed. */
import type { Graph } from '../../graph/types.js'

/** The linear layer z = W h + b that a network ends in. */
export interface LastLayer {
  /** Name of the value h that it takes. */
  readonly input: string
  readonly hasBias: boolean
}

/** The dense layer that makes the output of a network; undefined where another operator makes it. */
export function lastLayer({ nodes, output }: Graph): LastLayer | undefined {
  const node = nodes.find(({ name }) => name === output)
  if (node?.kind !== 'dense') return undefined
  return { input: node.inputs[0], hasBias: node.inputs.length > 2 }
}

/**
 * ‖(h, 1)‖₂ of rows h [count, width], ‖h‖₂ without a bias: times ‖∂loss/∂z‖₂ it is the norm of the gradient of the loss with
 * respect to W and b, which is the outer product of the two.
 */
export function inputNorms(rows: Float32Array, count: number, hasBias: boolean): Float64Array {
  const width = rows.length / count
  return Float64Array.from({ length: count }, (_, row) => {
    let squares = hasBias ? 1 : 0
    for (let at = row * width; at < (row + 1) * width; at++) squares += rows[at] ** 2
    return Math.sqrt(squares)
  })
}
