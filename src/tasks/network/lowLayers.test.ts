/** Low layers by their names in files as exporters write them: weights that they keep once, or rename. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { givenNetwork } from '../../config/networks.js'
import { checkStatedLayers, renamedWeights } from '../../plan/statedLayers.js'
import type { GivenNetworkInfo } from '../../plan/types.js'
import { floats, onnxFile, type TensorSpec } from '../../testing/onnxGraph.js'
import { describeGiven } from './describeGiven.js'

const folder = mkdtempSync(join(tmpdir(), 'lowlayer-described-'))
afterAll(() => rmSync(folder, { recursive: true }))

const filled = (shape: readonly number[], value: number): TensorSpec =>
  floats(shape, Array(shape.reduce((product, extent) => product * extent, 1)).fill(value))

type Weights = Readonly<Record<string, TensorSpec>>

interface Stated {
  readonly low: number
  readonly high: number
  readonly regime?: string
  readonly lowLayers?: readonly string[]
}

/** A network with a file of these weights for each epoch, from 0. */
async function described(name: string, stated: Stated, epochs: readonly Weights[]) {
  mkdirSync(join(folder, name), { recursive: true })
  for (const [epoch, weights] of epochs.entries()) {
    const file = onnxFile({
      inputs: { x: ['n', 2] },
      outputs: { y: ['n', 2] },
      nodes: [['Identity', ['x'], ['y']]],
      weights,
    })
    writeFileSync(join(folder, name, `${epoch}.onnx`), file)
  }
  const path = `${name}/{epoch}.onnx`
  const files = [givenNetwork.parse({ name, path, architecture: 'net', ...stated })]
  const [info] = await describeGiven({ files } as never, folder, () => undefined)
  return info
}

/** A matrix and a norm of low layers, and a head; before training the norm is that of another layer, and left out. */
const network = (low: number, high: number, hasNorm: boolean): Weights => ({
  'low.0.weight': filled([2, 2], low),
  ...(hasNorm ? { 'low.1.weight': filled([2], 1), 'low.1.bias': filled([2], 0) } : {}),
  'head.weight': filled([2, 2], high),
})

it('layers whose weights a file keeps under another name are those of the other files', async () => {
  const lowLayers = ['low.0', 'low.1']
  const frozen = await described(
    'frozen',
    { low: 3, high: 4, regime: 'frozen-random', lowLayers },
    [network(3, 4, false), network(3, 5, true), network(3, 6, true)],
  )
  expect(new Set(frozen.low?.hashes).size).toBe(1)
  expect(frozen.low?.shapes).toBe('low.0.weight 2×2, low.1.bias 2, low.1.weight 2')
  expect(() => checkStatedLayers([frozen])).not.toThrow()
  const moved = await described('moved', { low: 3, high: 4, regime: 'frozen-random', lowLayers }, [
    network(3, 4, false),
    network(9, 5, true),
  ])
  expect(() => checkStatedLayers([moved])).toThrow(/its low layers are others/)
  await expect(
    described('never', { low: 0, high: 0, lowLayers }, [
      network(3, 4, false),
      network(3, 5, false),
    ]),
  ).rejects.toThrow(/has no weights "low\.1".* keeps equal weights once/)
})

it('matrices with names of an exporter are told to be unchecked, and named where high layers differ', async () => {
  const folded = (low: number, high: number): Weights => ({
    'low.0.bias': filled([2], 0.5),
    'onnx::MatMul_12': filled([2, 2], low),
    'head.weight': filled([2, 2], high),
  })
  const of = (low: number, high: number, weights: Weights) =>
    described(`folded${low}${high}`, { low, high, lowLayers: ['low.0'] }, [weights, weights])
  const one = await of(0, 0, folded(1, 2))
  expect(renamedWeights([one])).toEqual([
    expect.stringMatching(
      /^weights of folded00 have names .*\(onnx::MatMul_12\): .*do_constant_folding=False/,
    ),
  ])
  const other = await of(0, 1, folded(1, 7))
  const third = await of(1, 0, { ...folded(5, 2), 'low.0.bias': filled([2], 0.7) })
  expect(() => checkStatedLayers([one, other])).not.toThrow()
  expect(() => checkStatedLayers([one, third])).toThrow(
    /both have high seed 0, but their high layers differ .*some have names that an exporter gave them/,
  )
  const plain: GivenNetworkInfo = await described(
    'plain',
    { low: 0, high: 0, lowLayers: ['low'] },
    [network(1, 2, true)],
  )
  expect(renamedWeights([plain])).toEqual([])
})
