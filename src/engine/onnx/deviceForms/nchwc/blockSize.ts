/** Finds out by a small trial how ONNX Runtime lays out images for this CPU. */
import { dataTypes, encodeModel } from '../../format.js'
import { loadOrt, openSession } from '../../session.js'
import { NCHWC_DOMAIN } from './layout.js'

let known: Promise<number | undefined> | undefined

/**
 * Channels in a block of ONNX Runtime's NCHWc layout on this CPU (16 with AVX-512, 8 with AVX),
 * found by converting four channels; undefined where this build has no such layout.
 */
export function blockSizeOfCpu(): Promise<number | undefined> {
  known ??= measure().catch(() => undefined)
  return known
}

async function measure(): Promise<number | undefined> {
  const ort = await loadOrt()
  const value = (name: string, dims: readonly number[]) => ({
    name,
    type: {
      tensorType: {
        elemType: dataTypes.float32,
        shape: { dim: dims.map((dimValue) => ({ dimValue })) },
      },
    },
  })
  const names = { input: ['x'], output: ['y'], name: 'y' }
  const model = encodeModel({
    irVersion: 8,
    producerName: 'lowlayer',
    opsetImport: [
      { domain: '', version: 17 },
      { domain: NCHWC_DOMAIN, version: 1 },
    ],
    graph: {
      name: 'blockSize',
      node: [{ ...names, opType: 'ReorderInput', domain: NCHWC_DOMAIN, attribute: [] }],
      initializer: [],
      input: [value('x', [1, 4, 1, 1])],
      output: [{ name: 'y', type: { tensorType: { elemType: dataTypes.float32 } } }],
    },
  })
  const session = await openSession(model, 'cpu')
  try {
    const { y } = await session.run({
      x: new ort.Tensor('float32', new Float32Array(4), [1, 4, 1, 1]),
    })
    return y.dims[1] > 1 ? y.dims[1] : undefined
  } finally {
    await session.release()
  }
}
