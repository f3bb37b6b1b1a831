/** The list of all architectures. */
import type { Architecture } from './architecture.js'
import { alexnet } from './architectures/alexnet.js'
import { custom } from './architectures/custom.js'
import { lenet, lenetConv, lenetResidual, lenetWide } from './architectures/lenet.js'
import { mlp5, resMlp5 } from './architectures/mlp.js'
import { resnets } from './architectures/resnet.js'
import { transformer } from './architectures/transformer.js'
import { vggs } from './architectures/vgg.js'

/** Every architecture, by name in the order in which help lists them. */
export const architectures: readonly Architecture[] = [
  mlp5,
  resMlp5,
  lenet,
  lenetWide,
  lenetConv,
  lenetResidual,
  alexnet,
  ...vggs,
  ...resnets,
  transformer,
  custom,
]

/** Names that `model.architecture` accepts. */
export const architectureNames: readonly string[] = architectures.map(({ name }) => name)
