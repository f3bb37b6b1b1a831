import type { Tensor } from '../../core/tensor.js'
import type { Program } from '../../graph/types.js'
import { encodeProgram, type Target } from '../onnx/model.js'
import { loadOrt, openSession } from '../onnx/session.js'
import { targetsOf } from '../onnx/target.js'
import type { DeviceName } from '../types.js'

/** Runs a program once on a device, written for it or for `target`; returns its outputs by their names. */
export async function runProgram(
  program: Program,
  feeds: Readonly<Record<string, Tensor<Float32Array | Int32Array>>>,
  device: DeviceName,
  target?: Target,
): Promise<Readonly<Record<string, Float32Array>>> {
  const ort = await loadOrt()
  const model = encodeProgram(program, target ?? (await targetsOf(device)).at(-1)!)
  const session = await openSession(model, device)
  try {
    const ortFeeds = Object.fromEntries(
      Object.entries(feeds).map(([name, { shape, data }]) => [
        name,
        data instanceof Int32Array
          ? new ort.Tensor('int32', data, shape)
          : new ort.Tensor('float32', data, shape),
      ]),
    )
    const results = await session.run(ortFeeds)
    return Object.fromEntries(
      Object.entries(program.outputs).map(([output, value]) => [
        output,
        results[value].data as Float32Array,
      ]),
    )
  } finally {
    await session.release()
  }
}
