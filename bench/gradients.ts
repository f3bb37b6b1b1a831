/**
 * Gradients of a training step against PyTorch's, in float64 there, on the same weights and batch:
 * `npm run bench:gradients -- [networks] [batch]`. Half of every image is one even background, over which
 * windows of max pooling tie. Prints the largest difference of each parameter's gradient, relative to the
 * largest entry of that gradient. LOWLAYER_BENCH_PYTHON names a Python that has torch (default python3).
 */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { stream } from '../src/core/random.js'
import { sizeOf } from '../src/core/tensor.js'
import { oneBatch } from '../src/engine/batches.js'
import { createEngine } from '../src/engine/registry.js'
import { encodeNpz } from '../src/formats/npz.js'
import { buildModel } from '../src/models/build.js'
import { initialize } from '../src/models/initialize.js'
import { inputOf } from './training.js'

const [networks = 'mlp-5,lenet,alexnet,vgg11,resnet20', batchText = '16'] = process.argv.slice(2)
const python = process.env.LOWLAYER_BENCH_PYTHON ?? 'python3'

async function compare(network: string, batch: number): Promise<void> {
  const input = inputOf(network)
  const model = buildModel({ architecture: network }, input)
  const parameters = initialize(model, () => 1)
  const draws = stream(1, 'gradients').at()
  const size = sizeOf(input.shape)
  const x = Float32Array.from({ length: batch * size }, (_, cell) =>
    cell % size < size / 2 ? 0.5 : draws.normal(),
  )
  const y = Int32Array.from({ length: batch }, () => draws.below(input.classes))
  // A step of plain descent with learning rate 1 takes the gradient off the weights.
  const recipe = {
    batchSize: batch,
    optimizer: { name: 'sgd', momentum: 0, nesterov: false, weightDecay: 0 },
    labelSmoothing: 0,
    frozenBlocks: [],
    dropoutSeed: 0,
  } as const
  const engine = await createEngine('onnx', 'cpu')
  const trainer = await engine.createTrainer(model.graph, recipe, {
    step: 0,
    parameters,
    slots: {},
  })
  await trainer.steps(oneBatch(x, y, 1))
  const after = (await trainer.state()).parameters
  await trainer.dispose()

  const names = model.graph.parameters.filter(({ trainable }) => trainable).map(({ name }) => name)
  const gradients = names.flatMap((name, index) => {
    const { data } = parameters[name]
    const gradient = Float64Array.from(data, (value, at) => value - after[name].data[at])
    return [
      [`${index}`, data],
      [`d${index}`, gradient],
    ] as const
  })
  const batchOf = { x: { data: x, shape: [batch, ...input.shape] }, y }
  const arrays = { ...batchOf, ...Object.fromEntries(gradients) }
  const folder = mkdtempSync(join(tmpdir(), 'lowlayer-bench-'))
  const file = join(folder, 'step.npz')
  writeFileSync(file, encodeNpz(arrays))
  const peer = spawnSync(python, ['bench/gradients_peer.py', network, file], { encoding: 'utf8' })
  rmSync(folder, { recursive: true })
  if (peer.status !== 0) throw new Error(`${python} failed on ${network}: ${peer.stderr}`)
  const errors = JSON.parse(peer.stdout) as number[]
  const worst = errors.indexOf(Math.max(...errors))
  console.log(
    `${network}  batch ${batch}  largest difference ${errors[worst].toExponential(1)} (${names[worst]}), ` +
      `of ${names.length} gradients`,
  )
}

for (const network of networks.split(',')) await compare(network, Number(batchText))
