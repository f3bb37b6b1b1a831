import { InputError } from '../core/errors.js'
import type { InputKind } from '../data/types.js'
import type { InitializationScheme, LayerBuilder } from './layers.js'
import type { InputDescription, ModelSpec } from './spec.js'

/** What an architecture is told when it builds its graph. */
export interface BuildContext {
  readonly spec: ModelSpec
  readonly input: InputDescription
  /** Units of the last layer: one a class, or one for a binary head. */
  readonly outputs: number
}

/** A family member: a short function from the input `x` to the logits. */
export interface Architecture {
  readonly name: string
  /** Kinds of input that it takes. */
  readonly kinds: readonly InputKind[]
  readonly initialization: InitializationScheme
  /** Adds the layers and returns the name of the logits. */
  build(net: LayerBuilder, context: BuildContext): string
}

/** Throws unless an image has one of the sizes that an architecture is made for. */
export function requireImageSize(
  architecture: string,
  input: InputDescription,
  sizes: readonly number[],
): void {
  const [, height, width] = input.shape
  if (height === width && sizes.includes(height)) return
  const accepted = sizes.map((size) => `${size}×${size}`).join(' or ')
  throw new InputError(
    `${architecture} takes images of ${accepted} pixels, but these are ${height}×${width}; ` +
      'choose another architecture or write one with model.layers',
  )
}
