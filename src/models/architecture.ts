/** What an architecture is, and what several of them need. */
import { InputError } from '../core/errors.js'
import type { InputKind } from '../core/inputKind.js'
import type { InitializationScheme, LayerBuilder } from './layers.js'
import type { InputDescription, ModelSpec } from './spec.js'

/** What an architecture is told when it builds its graph. */
export interface BuildContext {
  readonly spec: ModelSpec
  readonly input: InputDescription
  /** Units of the last layer: one a class, or one for a binary head. */
  readonly outputs: number
}

/** Keys of `model` that some architectures take. */
export const architectureSettings = ['width', 'depth', 'dropout', 'layers'] as const
type ArchitectureSetting = (typeof architectureSettings)[number]

/** A family member: a short function from the input `x` to the logits. */
export interface Architecture {
  readonly name: string
  /** Kinds of input that it takes. */
  readonly kinds: readonly InputKind[]
  /** What of `ModelSpec` shapes it, besides `head`. */
  readonly settings: readonly ArchitectureSetting[]
  readonly initialization: InitializationScheme
  /** Adds the layers and returns the name of the logits. */
  build(net: LayerBuilder, context: BuildContext): string
}

/**
 * Zeros to add on every side of the first convolution so that a 28×28 image is treated as the 32×32
 * one that the architecture is made for. Throws InputError for images of any other size.
 */
export function paddingTo32(architecture: string, input: InputDescription): number {
  const [, height, width] = input.shape
  if (height === width && height === 32) return 0
  if (height === width && height === 28) return 2
  throw new InputError(
    `${architecture} takes images of 28×28 or 32×32 pixels, but these are ${height}×${width}; ` +
      'choose another architecture or write one with model.layers',
  )
}

/**
 * Channels of a layer in a network whose first layer has `width` of them instead of `standard`.
 * Throws InputError unless the width is even: shortcuts add half of their channels on either side.
 */
export function scaledChannels(
  architecture: string,
  channels: number,
  standard: number,
  width = standard,
): number {
  if (Number.isInteger(width) && width >= 2 && width % 2 === 0) {
    return (channels * width) / standard
  }
  throw new InputError(
    `model.width ${width} of ${architecture} must be an even number: the channels of its first layer`,
  )
}
