import type { Node } from '../graph/types.js'

/**
 * Exchanges ReLU followed by max pooling, which is the same function the other way round because
 * ReLU never falls, so that ReLU and its gradient see a quarter of the values. Gradients are the
 * same too: where maxima tie at 0, ReLU lets none through in either order.
 */
export function poolFirst(nodes: readonly Node[], output: string): readonly Node[] {
  const uses = new Map<string, number>([[output, 1]])
  for (const name of nodes.flatMap(({ inputs }) => inputs)) {
    uses.set(name, (uses.get(name) ?? 0) + 1)
  }
  const exchanged = new Map<string, Node>()
  nodes.forEach((relu) => {
    if (relu.kind !== 'activation' || relu.function !== 'relu' || uses.get(relu.name) !== 1) return
    const pool = nodes.find(({ inputs }) => (inputs as readonly string[]).includes(relu.name))
    if (pool?.kind !== 'pooling' || pool.operation !== 'max') return
    exchanged.set(relu.name, { ...pool, name: relu.name, inputs: relu.inputs })
    exchanged.set(pool.name, { ...relu, name: pool.name, inputs: [relu.name] })
  })
  return nodes.map((node) => exchanged.get(node.name) ?? node)
}
