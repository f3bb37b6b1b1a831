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

/** A round takes about this long. */
const ROUND_SECONDS = 4

interface Order {
  readonly network: string
  readonly batch: number
  readonly device: DeviceName
}

/** Child: trains for as many steps as it is told and answers with the seconds that they took. */
function obey(): void {
  let timed: Timed | undefined
  process.on('message', async (message: Order | number) => {
    if (typeof message === 'number') {
      process.send?.((await timed!(message)).wall)
      return
    }
    const engine = await createEngine('onnx', message.device)
    timed = (await startTraining(engine, message.network, message.batch)).timed
    process.send?.((await timed(3)).wall / 3)
  })
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
    const [step] = await Promise.all(children.map((child) => ask(child, order)))
    const steps = Math.max(3, Math.round(ROUND_SECONDS / step))
    const [rates, ratios]: number[][] = [[], []]
    for (let round = 0; round < rounds; round++) {
      const alone = await ask(children[round % children.length], steps)
      const began = performance.now()
      await Promise.all(children.map((child) => ask(child, steps)))
      const together = (performance.now() - began) / 1e3
      rates.push((children.length * steps * order.batch) / together)
      ratios.push((children.length * alone) / together)
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
