import { checkParameters } from '../state.js'
import type { DeviceName, Engine } from '../types.js'
import { requireDevice } from './devices.js'
import { createOnnxPredictor } from './predictor.js'
import { testPrediction, testTraining } from './selfTest.js'
import { loadOrt } from './session.js'
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
    async createTrainer(graph, recipe, start, samples) {
      checkParameters(graph, start.parameters)
      const trainer = await createOnnxTrainer(graph, recipe, start, device, samples)
      if (device !== 'cpu') {
        const test = testTraining(trainer, graph, recipe, start, device, samples)
        await disposedOnFailure(trainer, test)
      }
      return trainer
    },
    async createPredictor(graph, parameters) {
      checkParameters(graph, parameters)
      const predictor = await createOnnxPredictor(graph, parameters, device)
      if (device !== 'cpu') {
        await disposedOnFailure(predictor, testPrediction(predictor, graph, parameters, device))
      }
      return predictor
    },
  }
}

async function disposedOnFailure(
  session: { dispose(): Promise<void> },
  test: Promise<void>,
): Promise<void> {
  try {
    await test
  } catch (error) {
    await session.dispose()
    throw error
  }
}
