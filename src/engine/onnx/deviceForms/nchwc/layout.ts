/**
 * ONNX Runtime's NCHWc layout: images [batch, channels, H, W] in memory as [batch, channels/c, H, W, c], c channels
 * to a block, which its fastest convolutions on CPUs read and write. ReorderInput and ReorderOutput convert.
 */
import type { NodeBase, NodeKind, NodeOf } from '../../../../graph/types.js'
import type { Emission } from '../../emission.js'

/** Operator set of ONNX Runtime's own operators on the layout. */
export const NCHWC_DOMAIN = 'com.microsoft.nchwc'

/** An emission that knows which values have been written in the layout. */
export interface NchwcEmission extends Emission {
  hasNchwc(value: string): boolean
  /** Name of a value in the layout; converts it, once, where it is only there in the plain one. */
  toNchwc(value: string): string
  /** Name for a node's value in the layout, to be emitted as output. */
  writeNchwc(value: string): string
  /** Name of a value in the plain layout; converts it, once, where it is only there in NCHWc. */
  toPlain(value: string): string
}

/** Writes an IR node in the layout, or returns false. `block` is the number of channels to a block. */
export type NchwcEmitter<N extends NodeBase> = (
  node: N,
  to: NchwcEmission,
  block: number,
) => boolean

export type NchwcEmitters = {
  readonly [Kind in NodeKind]?: NchwcEmitter<NodeOf<Kind>>
}

/** An emission into which nothing has been written yet. */
export function nchwcEmission(to: Emission): NchwcEmission {
  const names = new Map<string, string>()
  const onlyNchwc = new Set<string>()
  const nameIn = (value: string) => {
    names.set(value, `${value}@nchwc`)
    return `${value}@nchwc`
  }
  return {
    ...to,
    hasNchwc: (value) => names.has(value),
    toNchwc(value) {
      const known = names.get(value)
      if (known !== undefined) return known
      return to.emit('ReorderInput', [value], { output: nameIn(value), domain: NCHWC_DOMAIN })
    },
    writeNchwc(value) {
      onlyNchwc.add(value)
      return nameIn(value)
    },
    toPlain(value) {
      if (!onlyNchwc.delete(value)) return value
      const attributes = { channels: { int: to.shapeOf(value)[1] } }
      const options = { output: value, domain: NCHWC_DOMAIN, attributes }
      return to.emit('ReorderOutput', [names.get(value)!], options)
    },
  }
}
