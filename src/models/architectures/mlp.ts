/** The architectures `mlp-5` and `resmlp-5`: five dense layers, plain or with shortcuts. */
import type { Architecture } from '../architecture.js'

const DEFAULT_WIDTH = 100

/** Dense layers fc1 … fc5 with ReLU between them; where it is residual, fc2, fc3 and fc4 add their input to their output. */
function mlp(name: string, isResidual: boolean): Architecture {
  return {
    name,
    kinds: ['tabular', 'image'],
    settings: ['width'],
    initialization: 'torch',
    build(net, { spec, outputs }) {
      const layer = (name: string, input: string) =>
        net.activation('relu', net.dense(name, input, spec.width ?? DEFAULT_WIDTH))
      let x = layer('fc1', net.flatten(net.x))
      for (const name of ['fc2', 'fc3', 'fc4']) {
        const y = layer(name, x)
        x = isResidual ? net.add(x, y) : y
      }
      return net.dense('fc5', x, outputs)
    },
  }
}

/** Five dense layers fc1 … fc5 with ReLU between them. */
export const mlp5 = mlp('mlp-5', false)

/** MLP-5 in which fc2, fc3 and fc4 add their input to their output: x + ReLU(fc(x)). */
export const resMlp5 = mlp('resmlp-5', true)
