import { checkParameters } from '../state.js'
import type { DeviceName, Engine } from '../types.js'
import { createOnnxPredictor } from './predictor.js'
import { loadOrt } from './session.js'
import { createOnnxTrainer } from './trainer.js'

/** ONNX Runtime on a device. */
export async function createOnnxEngine(device: DeviceName): Promise<Engine> {
  const ort = await loadOrt()
  return {
    name: 'onnx',
    device,
    versions: { 'onnxruntime-node': ort.env.versions.node ?? ort.env.versions.common },
    async createTrainer(graph, recipe, start) {
      checkParameters(graph, start.parameters)
      return createOnnxTrainer(graph, recipe, start, device)
    },
    async createPredictor(graph, parameters) {
      checkParameters(graph, parameters)
      return createOnnxPredictor(graph, parameters, device)
    },
  }
}
