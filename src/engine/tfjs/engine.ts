/** The engine that computes with tfjs, TensorFlow for JavaScript. */
import type { Tensor as TfTensor } from '@tensorflow/tfjs-core'
import { InputError } from '../../core/errors.js'
import type { Tensors } from '../../core/tensor.js'
import type { Graph } from '../../graph/types.js'
import { checkParameters } from '../state.js'
import type { DeviceKind, Engine, Predictor } from '../types.js'
import { interpret } from './interpret.js'
import { loadTfjs, type Tf } from './load.js'
import { createTfjsTrainer } from './trainer.js'

/** tfjs from the package that the user installed; throws EnvironmentError when there is none. */
export async function createTfjsEngine(device: DeviceKind): Promise<Engine> {
  if (device === 'webgpu') throw new InputError('the engine tfjs has no device webgpu; use onnx')
  return engineOn(loadTfjs(device), device)
}

/** An engine on a tfjs that is there already, whatever its backend. */
export function engineOn(tf: Tf, device: DeviceKind): Engine {
  return {
    name: 'tfjs',
    device,
    versions: { tfjs: tf.version_core ?? 'unknown', backend: tf.getBackend() },
    async createTrainer(graph, recipe, start) {
      checkParameters(graph, start.parameters)
      return createTfjsTrainer(tf, graph, recipe, start)
    },
    async createPredictor(graph, parameters) {
      checkParameters(graph, parameters)
      return createPredictor(tf, graph, parameters)
    },
  }
}

function createPredictor(tf: Tf, graph: Graph, parameters: Tensors): Predictor {
  const weights: Record<string, TfTensor> = {}
  for (const { name, shape } of graph.parameters) {
    weights[name] = tf.tensor(parameters[name].data.slice(), [...shape], 'float32')
  }
  return {
    async run(feeds) {
      const output = tf.tidy(() => {
        const inputs: Record<string, TfTensor> = { ...weights }
        for (const [name, { shape, data }] of Object.entries(feeds)) {
          const dtype = data instanceof Int32Array ? 'int32' : 'float32'
          inputs[name] = tf.tensor(data.slice(), [...shape], dtype)
        }
        return interpret(tf, graph.nodes, inputs).get(graph.output) as TfTensor
      })
      const values = Float32Array.from(await output.data())
      output.dispose()
      return values
    },
    async dispose() {
      for (const tensor of Object.values(weights)) tensor.dispose()
    },
  }
}
