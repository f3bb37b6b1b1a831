import { checkParameters } from '../state.js'
import type { DeviceName, Engine } from '../types.js'
import { requireDevice } from './devices.js'
import { createOnnxPredictor } from './predictor.js'
import { firstTrusted, testPrediction, testTraining } from './selfTest.js'
import { loadOrt } from './session.js'
import { targetsOf } from './target.js'
import { createOnnxTrainer } from './trainer.js'

/**
 * ONNX Runtime on a device. A device other than the CPU is compared with the CPU on every graph
 * before it runs it, and refused with the figure when they differ. Throws EnvironmentError when the
 * device is missing.
 */
export async function createOnnxEngine(device: DeviceName): Promise<Engine> {
  const ort = await loadOrt()
  if (device !== 'cpu') await requireDevice(device)
  return {
    name: 'onnx',
    device,
    versions: { 'onnxruntime-node': ort.env.versions.node ?? ort.env.versions.common },
    async createTrainer(graph, recipe, start, data) {
      checkParameters(graph, start.parameters)
      if (device === 'cpu') return createOnnxTrainer(graph, recipe, start, device)
      return firstTrusted(
        await targetsOf(device),
        (target) => createOnnxTrainer(graph, recipe, start, device, { data, target }),
        (trainer, limit) => testTraining(trainer, graph, recipe, start, device, { data, limit }),
      )
    },
    async createPredictor(graph, parameters) {
      checkParameters(graph, parameters)
      if (device === 'cpu') return createOnnxPredictor(graph, parameters, device)
      return firstTrusted(
        await targetsOf(device),
        (target) => createOnnxPredictor(graph, parameters, device, target),
        (predictor, limit) => testPrediction(predictor, graph, parameters, device, limit),
      )
    },
  }
}
