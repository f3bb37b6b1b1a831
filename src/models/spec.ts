/** What is said of a network before it is built: architecture, settings, inputs and classes. */
import type { InputKind } from '../core/inputKind.js'

/** One entry of `model.layers`, the list with which users write their own network. */
export type LayerSpec =
  | { readonly type: 'dense'; readonly name: string; readonly units: number }
  | {
      readonly type: 'conv'
      readonly name: string
      readonly channels: number
      readonly kernel: number
      readonly stride?: number
      readonly padding?: number
    }
  | { readonly type: 'batch-norm' | 'layer-norm'; readonly name: string }
  | { readonly type: 'relu' | 'gelu' | 'tanh' | 'sigmoid' | 'flatten' | 'global-average-pool' }
  | { readonly type: 'max-pool' | 'average-pool'; readonly size: number }
  | { readonly type: 'dropout'; readonly rate: number }

/** What a configuration says of a network. */
export interface ModelSpec {
  /** One of `architectureNames`; `custom` takes its network from `layers`. */
  readonly architecture: string
  /**
   * Width of the hidden layers of `mlp-5` and `resmlp-5` (default 100) and of `transformer` (64);
   * channels of the first layer of `alexnet` and `vgg…` (64) and `resnet…` (16), which scale the others.
   */
  readonly width?: number
  /** Number of blocks of `transformer` (2 to 4, default 2). */
  readonly depth?: number
  /** Share of units that dropout sets to 0, where the architecture has dropout. */
  readonly dropout?: number
  /** `binary` ends in one logit (two classes only); default `softmax`, one logit per class. */
  readonly head?: 'softmax' | 'binary'
  readonly layers?: readonly LayerSpec[]
}

/** What a network must fit: the shape of one input and the number of classes. */
export interface InputDescription {
  readonly kind: InputKind
  /** [C, H, W], [F] or [T]. */
  readonly shape: readonly number[]
  readonly classes: number
  /** Number of token ids of text. */
  readonly vocabularySize?: number
}
