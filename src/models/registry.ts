import type { Architecture } from './architecture.js'
import { lenet, lenetWide } from './architectures/lenet.js'
import { mlp5, resMlp5 } from './architectures/mlp.js'

/** Every architecture, by name in the order in which help lists them. */
export const architectures: readonly Architecture[] = [mlp5, resMlp5, lenet, lenetWide]

/** Names that `model.architecture` accepts. */
export const architectureNames: readonly string[] = architectures.map(({ name }) => name)
