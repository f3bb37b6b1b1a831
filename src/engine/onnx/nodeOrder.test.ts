/** The order in which ONNX Runtime computes a training step: what only the update reads comes after the gradients. */
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { InferenceSession, Tensor } from 'onnxruntime-node'
import { describe, expect, it } from 'vitest'
import { compileTrainStep } from '../../autodiff/trainStep.js'
import { sizeOf } from '../../core/tensor.js'
import type { Program } from '../../graph/types.js'
import { exampleModel } from '../../models/testing/examples.js'
import { sgdRecipe } from '../testing/training.js'
import { encodeProgram } from './model.js'
import { targetsOf } from './target.js'

/** Names of the nodes of a program in the order in which ONNX Runtime computes them. */
async function computedOrder(program: Program): Promise<string[]> {
  const folder = await mkdtemp(join(tmpdir(), 'lowlayer-profile-'))
  try {
    const session = await InferenceSession.create(
      encodeProgram(program, (await targetsOf('cpu'))[0]),
      {
        enableProfiling: true,
        profileFilePrefix: join(folder, 'profile'),
      },
    )
    const zeros = program.inputs.map(({ name, shape }) => [
      name,
      new Tensor('float32', new Float32Array(sizeOf(shape)), shape),
    ])
    await session.run(Object.fromEntries(zeros))
    session.endProfiling()
    await session.release()
    const [file] = await readdir(folder)
    const events: { name: string }[] = JSON.parse(await readFile(join(folder, file), 'utf8'))
    return events.flatMap(({ name }) => /^(.*)_kernel_time$/.exec(name)?.[1] ?? [])
  } finally {
    await rm(folder, { recursive: true })
  }
}

describe('the order in which a training step is computed', () => {
  it('has what only the update reads after the gradient of the loss', async () => {
    const network = exampleModel('lenet').graph
    const { program, slots } = compileTrainStep(network, sgdRecipe)
    const order = await computedOrder(program)
    const gradient = program.nodes.find(({ kind }) => kind === 'softmax')!
    const velocities = program.nodes.filter(
      ({ kind, inputs }) => kind === 'affine' && inputs[0] in slots,
    )
    expect(velocities).toHaveLength(Object.keys(slots).length)
    expect(order).toContain(gradient.name)
    for (const { name } of velocities) {
      expect(order.indexOf(name)).toBeGreaterThan(order.indexOf(gradient.name))
    }
  })
})
