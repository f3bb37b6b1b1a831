/** Weights read from a checkpoint against those that were stored; damaged files and those of other networks are refused. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { TaskError } from '../core/errors.js'
import { exportOnnx } from '../engine/onnx/checkpoint.js'
import { initialize } from '../models/initialize.js'
import { exampleModel } from '../models/testing/examples.js'
import { soleLease } from '../testing/soleLease.js'
import { readCheckpointWeights } from './checkpoint.js'

const folder = await mkdtemp(join(tmpdir(), 'lowlayer-checkpoint-'))
afterAll(() => rm(folder, { recursive: true }))

const { graph } = exampleModel('lenet')
const weights = initialize(exampleModel('lenet'), () => 4)
const file = join(folder, '48.onnx')
const store = (bytes: Uint8Array) => soleLease(folder).write(file, bytes)

it('gives the weights of its network', async () => {
  await store(exportOnnx(graph, weights))
  expect(await readCheckpointWeights(file, graph)).toEqual(weights)
})

it('of another network is refused', async () => {
  await store(exportOnnx(graph, weights))
  const other = exampleModel('mlp-5').graph
  await expect(readCheckpointWeights(file, other)).rejects.toThrow(TaskError)
  const { parameters } = graph
  const fewer = { ...graph, parameters: parameters.slice(1) }
  await expect(readCheckpointWeights(file, fewer)).rejects.toThrow(
    `the network has no weights "${parameters[0].name}"`,
  )
  const more = { ...graph, parameters: [...parameters, { ...parameters[0], name: 'conv9.weight' }] }
  await expect(readCheckpointWeights(file, more)).rejects.toThrow('the weights lack "conv9.weight"')
})

it('is refused after a flipped bit in a weight, without its record, and when it is not there', async () => {
  const bytes = exportOnnx(graph, weights)
  await store(bytes)
  const flipped = Uint8Array.from(bytes)
  flipped[bytes.length >> 1] ^= 1
  await writeFile(file, flipped)
  await expect(readCheckpointWeights(file, graph)).rejects.toThrow(
    /48\.onnx cannot be read: .*is not what was written/,
  )
  await writeFile(file, bytes)
  await rm(join(folder, 'SHA256SUMS'))
  await expect(readCheckpointWeights(file, graph)).rejects.toThrow(/is not listed/)
  await rm(file)
  await expect(readCheckpointWeights(file, graph)).rejects.toThrow(
    /cannot be read: it is not there/,
  )
})
