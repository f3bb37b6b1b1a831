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
import { isStarted, median, python } from './runs.js'
import { startTraining, type Timed, type Times } from './training.js'

/** Names of sides in their order, with their seconds a step. */
type Compared = readonly { readonly name: string; readonly seconds: number }[]

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
  { network, batch, device }: Contest,
): Promise<Side> {
  const { trainer, timed } = await startTraining(await createEngine(name, device), network, batch)
  return { name: shown, timed, stop: () => trainer.dispose() }
}

function startPyTorch({ network, batch, device }: Contest): Side {
  const peerDevice = device === 'cpu' ? 'cpu' : 'cuda'
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

/** What is compared. */
export interface Contest {
  readonly network: string
  readonly batch: number
  readonly rounds: number
  readonly device: DeviceName
}

/** Trains a network on all sides in turn: lowlayer, and those others that are there. */
export async function compareTraining(
  contest: Contest,
  peers: { readonly pytorch: boolean; readonly tfjs: boolean },
): Promise<Compared> {
  const clock = contest.device === 'cpu' ? 'cpu' : 'wall'
  const sides = [await startEngine('onnx', 'lowlayer', contest)]
  if (peers.tfjs) sides.push(await startEngine('tfjs', 'tfjs-node', contest))
  if (peers.pytorch) sides.push(startPyTorch(contest))
  const steps: number[] = []
  for (const { timed } of sides) {
    await timed(2)
    const { wall } = await timed(3)
    steps.push(Math.max(2, Math.ceil((ROUND_SECONDS * 3) / wall)))
  }
  const times = sides.map((): number[] => [])
  for (let round = 0; round < contest.rounds; round++) {
    for (const [index, { timed }] of sides.entries()) {
      times[index].push((await timed(steps[index]))[clock] / steps[index])
    }
  }
  for (const side of sides) await side.stop()
  return sides.map(({ name }, side) => ({ name, seconds: median(times[side]) }))
}

/** A comparison as a line. */
export function lineOf({ network, batch }: Contest, [own, ...others]: Compared): string {
  const ms = (seconds: number) => `${(1e3 * seconds).toFixed(2)} ms`
  const line = [network, `batch ${batch}`, `lowlayer ${ms(own.seconds)}`]
  line.push(`${(batch / own.seconds).toFixed(0)} samples/s`)
  for (const { name, seconds } of others) {
    line.push(`${name} ${ms(seconds)}`, `ratio ${(seconds / own.seconds).toFixed(2)}`)
  }
  return line.join('  ')
}

async function main(
  networks = 'mlp-5,lenet,resnet20,vgg11',
  batch = '64',
  rounds = '5',
  deviceName = 'cpu',
): Promise<void> {
  const device = deviceName as DeviceName
  const pytorch = spawnSync(python, ['-c', 'import torch']).status === 0
  if (!pytorch) console.log(`no PyTorch in ${python}`)
  /** tfjs has no WebGPU in Node. */
  const tfjs =
    device !== 'webgpu' &&
    (await createEngine('tfjs', device).then(
      () => true,
      (error: unknown) => {
        if (error instanceof EnvironmentError) return false
        throw error
      },
    ))
  if (!tfjs) console.log('no @tensorflow/tfjs-node')
  for (const network of networks.split(',')) {
    const contest = { network, batch: Number(batch), rounds: Number(rounds), device }
    console.log(lineOf(contest, await compareTraining(contest, { pytorch, tfjs })))
  }
}

if (isStarted(import.meta.url)) await main(...process.argv.slice(2))
