import type { Architecture } from '../architecture.js'

const DEFAULT_WIDTH = 100

/** Five dense layers fc1 … fc5 with ReLU between them. */
export const mlp5: Architecture = {
  name: 'mlp-5',
  kinds: ['tabular', 'image'],
  settings: ['width'],
  initialization: 'torch',
  build(net, { spec, outputs }) {
    const width = spec.width ?? DEFAULT_WIDTH
    let x = net.flatten(net.x)
    for (const name of ['fc1', 'fc2', 'fc3', 'fc4']) {
      x = net.activation('relu', net.dense(name, x, width))
    }
    return net.dense('fc5', x, outputs)
  },
}

/** MLP-5 in which fc2, fc3 and fc4 add their input to their output: x + ReLU(fc(x)). */
export const resMlp5: Architecture = {
  name: 'resmlp-5',
  kinds: ['tabular', 'image'],
  settings: ['width'],
  initialization: 'torch',
  build(net, { spec, outputs }) {
    const width = spec.width ?? DEFAULT_WIDTH
    let x = net.activation('relu', net.dense('fc1', net.flatten(net.x), width))
    for (const name of ['fc2', 'fc3', 'fc4']) {
      x = net.add(x, net.activation('relu', net.dense(name, x, width)))
    }
    return net.dense('fc5', x, outputs)
  },
}
