/**
 * What a second core is worth, or many processes on one GPU: training steps a second of one process and of several
 * at once, in alternating rounds: `npm run bench:cores -- [networks] [batch] [rounds] [processes] [device]`. Networks
 * of a study train in processes of one thread each, so two cores should give 2; memory bandwidth and a clock
 * that falls take from it.
 */
import { type ChildProcess, fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { createEngine } from '../src/engine/registry.js'
import type { DeviceName } from '../src/engine/types.js'
import { workerOptions } from '../src/executors/environment.js'
import { isStarted, median } from './runs.js'
import { startTraining, type Timed } from './training.js'

/** How long each process trains in a round, alone before, beside the others, and another one alone after. */
const SECONDS = 4

interface Order {
  readonly network: string
  readonly batch: number
  readonly device: DeviceName
}

/** Child: trains for as long as it is told and answers with its steps a second. */
function obey(): void {
  let timed: Timed
  process.on('message', async (message: Order | number) => {
    if (typeof message === 'number') {
      process.send?.(await rate(timed, message))
      return
    }
    const engine = await createEngine('onnx', message.device)
    timed = (await startTraining(engine, message.network, message.batch)).timed
    process.send?.(await rate(timed, 0))
  })
}

/** Steps a second, in pieces so that it ends in time. */
async function rate(timed: Timed, seconds: number): Promise<number> {
  const piece = Math.max(1, Math.round(0.1 / ((await timed(3)).wall / 3)))
  let [steps, wall] = [0, 0]
  do {
    wall += (await timed(piece)).wall
    steps += piece
  } while (wall < seconds)
  return steps / wall
}

/** Throws where the child ends instead of answering, as one does for which the card has no memory left. */
function ask(child: ChildProcess, message: Order | number): Promise<number> {
  return new Promise((resolve, reject) => {
    const ended = (code: number | null) => {
      reject(new Error(`one of the processes ended (${code}); what it said stands above`))
    }
    child.once('exit', ended)
    child.once('message', (answer: number) => {
      child.off('exit', ended)
      resolve(answer)
    })
    child.send(message)
  })
}

/** Many trainings at once against one alone. */
export interface Together {
  /** Samples a second of all, by round. */
  readonly rates: readonly number[]
  /** That of all over that of one, by round. */
  readonly ratios: readonly number[]
}

export async function trainTogether(
  order: Order,
  processes: number,
  rounds: number,
): Promise<Together> {
  const options = workerOptions()
  const children = Array.from({ length: processes }, () =>
    fork(fileURLToPath(import.meta.url), {
      ...options,
      env: { ...options.env, LOWLAYER_BENCH_CHILD: '1' },
    }),
  )
  try {
    await Promise.all(children.map((child) => ask(child, order)))
    const [rates, ratios]: number[][] = [[], []]
    for (let round = 0; round < rounds; round++) {
      const before = await ask(children[round % children.length], SECONDS)
      // For a time, not for a number of steps: a study gives its next task to the process that ends first.
      const each = await Promise.all(children.map((child) => ask(child, SECONDS)))
      const after = await ask(children[(round + 1) % children.length], SECONDS)
      const together = each.reduce((sum, one) => sum + one, 0)
      rates.push(together * order.batch)
      ratios.push(together / ((before + after) / 2))
    }
    return { rates, ratios }
  } finally {
    for (const child of children) child.kill()
  }
}

async function main(
  networks = 'lenet,resnet20',
  batch = '128',
  rounds = '5',
  processes = '2',
  device = 'cpu',
): Promise<void> {
  for (const network of networks.split(',')) {
    const order = { network, batch: Number(batch), device: device as DeviceName }
    const { ratios } = await trainTogether(order, Number(processes), Number(rounds))
    const shown = ratios.map((ratio) => ratio.toFixed(2)).join(' ')
    console.log(
      `${network}  batch ${batch}  ${processes} at once ${median(ratios).toFixed(2)} × one  (${shown})`,
    )
  }
}

if (isStarted(import.meta.url)) {
  if (process.env.LOWLAYER_BENCH_CHILD !== undefined) obey()
  else await main(...process.argv.slice(2))
}
