/** How parameters are updated from their gradients. */
export type Optimizer =
  | {
      readonly name: 'sgd'
      readonly momentum: number
      readonly nesterov: boolean
      readonly weightDecay: number
    }
  | {
      readonly name: 'adam' | 'adamw'
      readonly beta1: number
      readonly beta2: number
      readonly epsilon: number
      readonly weightDecay: number
    }

/** What determines a training step besides the network itself. */
export interface StepRecipe {
  readonly batchSize: number
  readonly optimizer: Optimizer
  /** Blocks whose parameters and statistics stay as they are. */
  readonly frozenBlocks: readonly string[]
}
