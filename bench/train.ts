/**
 * Training steps against PyTorch and tfjs on the same networks, one thread each, in alternating runs:
 * `npm run bench:train -- [networks] [batch] [rounds] [device]`, such as
 * `npm run bench:train -- lenet,resnet20 128 5`. PyTorch is looked for with the Python named by
 * LOWLAYER_BENCH_PYTHON (default python3), tfjs as the package `@tensorflow/tfjs-node`, which
 * scripts/buildTfjsNode.sh builds where NODE_PATH can lead to it; each is left out when it is not
 * there. Milliseconds are CPU time, which other work on the machine disturbs least, and wall time on a
 * GPU (`webgpu` or `cuda`; PyTorch then runs on CUDA, without TF32); medians over the rounds.
 */
import { spawn, spawnSync } from 'node:child_process'
import { createInterface } from 'node:readline'
import { EnvironmentError } from '../src/core/errors.js'
import { createEngine, type EngineChoice } from '../src/engine/registry.js'
import type { DeviceName } from '../src/engine/types.js'
import { median, startTraining, type Timed, type Times } from './training.js'

const [
  networks = 'mlp-5,lenet,resnet20,vgg11',
  batchText = '64',
  rounds = '5',
  deviceName = 'cpu',
] = process.argv.slice(2)
const device = deviceName as DeviceName
const clock = device === 'cpu' ? 'cpu' : 'wall'
const python = process.env.LOWLAYER_BENCH_PYTHON ?? 'python3'
/** A round takes about this long on each side. */
const ROUND_SECONDS = 1.5

/** One of those that train the network in turn. */
interface Side {
  readonly name: string
  readonly timed: Timed
  stop(): Promise<void>
}

async function startEngine(
  name: EngineChoice,
  shown: string,
  network: string,
  batch: number,
): Promise<Side> {
  const { trainer, timed } = await startTraining(await createEngine(name, device), network, batch)
  return { name: shown, timed, stop: () => trainer.dispose() }
}

function startPyTorch(network: string, batch: number): Side {
  const peer = spawn(python, ['bench/train_peer.py', network, String(batch), peerDevice], {
    stdio: ['pipe', 'pipe', 'inherit'],
    env: { ...process.env, OMP_NUM_THREADS: '1', MKL_NUM_THREADS: '1' },
  })
  const lines = createInterface({ input: peer.stdout })[Symbol.asyncIterator]()
  const timed: Timed = async (steps) => {
    peer.stdin.write(`${steps}\n`)
    const { value, done } = await lines.next()
    if (done) throw new Error(`the peer ended while it ran ${network}`)
    return JSON.parse(value) as Times
  }
  return {
    name: 'PyTorch',
    timed,
    async stop() {
      peer.stdin.end()
    },
  }
}

async function benchmark(network: string, batch: number): Promise<void> {
  const sides = [await startEngine('onnx', 'lowlayer', network, batch)]
  if (hasTfjs) sides.push(await startEngine('tfjs', 'tfjs-node', network, batch))
  if (hasPyTorch) sides.push(startPyTorch(network, batch))
  const steps: number[] = []
  for (const { timed } of sides) {
    await timed(2)
    const { wall } = await timed(3)
    steps.push(Math.max(2, Math.ceil((ROUND_SECONDS * 3) / wall)))
  }
  const times = sides.map((): number[] => [])
  for (let round = 0; round < Number(rounds); round++) {
    for (const [index, { timed }] of sides.entries()) {
      times[index].push((await timed(steps[index]))[clock] / steps[index])
    }
  }
  for (const side of sides) await side.stop()
  const [own, ...others] = times.map((values) => median(values) * 1e3)
  const line = [network, `batch ${batch}`, `lowlayer ${own.toFixed(2)} ms`]
  line.push(`${((batch * 1e3) / own).toFixed(0)} samples/s`)
  others.forEach((other, index) => {
    const ratio = (other / own).toFixed(2)
    line.push(`${sides[index + 1].name} ${other.toFixed(2)} ms`, `ratio ${ratio}`)
  })
  console.log(line.join('  '))
}

const peerDevice = device === 'cpu' ? 'cpu' : 'cuda'
const hasPyTorch = spawnSync(python, ['-c', 'import torch']).status === 0
if (!hasPyTorch) console.log(`no PyTorch in ${python}`)
/** tfjs has no WebGPU in Node. */
const hasTfjs =
  device !== 'webgpu' &&
  (await createEngine('tfjs', device).then(
    () => true,
    (error: unknown) => {
      if (error instanceof EnvironmentError) return false
      throw error
    },
  ))
if (!hasTfjs) console.log('no @tensorflow/tfjs-node')
for (const network of networks.split(',')) await benchmark(network, Number(batchText))
