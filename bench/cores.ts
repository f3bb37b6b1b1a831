/**
 * What a second core is worth: training steps a second of one process and of two at once, in
 * alternating rounds: `npm run bench:cores -- [networks] [batch] [rounds]`. Two networks of a study
 * train in two processes of one thread each, so the ratio should be 2; memory bandwidth and a clock
 * that falls take from it.
 */
import { type ChildProcess, fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { createEngine } from '../src/engine/registry.js'
import { workerOptions } from '../src/executors/environment.js'
import { median, startTraining, type Timed } from './training.js'

const [networks = 'lenet,resnet20', batchText = '128', roundText = '5'] = process.argv.slice(2)
/** A round takes about this long. */
const ROUND_SECONDS = 4

interface Order {
  readonly network: string
  readonly batch: number
}

/** Child: trains for as many steps as it is told and answers with the seconds that they took. */
function obey(): void {
  let timed: Timed | undefined
  process.on('message', async (message: Order | number) => {
    if (typeof message === 'number') {
      process.send?.((await timed!(message)).wall)
      return
    }
    const engine = await createEngine('onnx', 'cpu')
    timed = (await startTraining(engine, message.network, message.batch)).timed
    process.send?.((await timed(3)).wall / 3)
  })
}

function ask(child: ChildProcess, message: Order | number): Promise<number> {
  return new Promise((resolve) => {
    child.once('message', resolve)
    child.send(message)
  })
}

async function measure(network: string, batch: number): Promise<void> {
  const options = workerOptions()
  const children = [0, 1].map(() =>
    fork(fileURLToPath(import.meta.url), {
      ...options,
      env: { ...options.env, LOWLAYER_BENCH_CHILD: '1' },
    }),
  )
  const [step] = await Promise.all(children.map((child) => ask(child, { network, batch })))
  const steps = Math.max(3, Math.round(ROUND_SECONDS / step))
  const ratios: number[] = []
  for (let round = 0; round < Number(roundText); round++) {
    const alone = await ask(children[round % 2], steps)
    const began = performance.now()
    await Promise.all(children.map((child) => ask(child, steps)))
    ratios.push((2 * alone) / ((performance.now() - began) / 1e3))
  }
  for (const child of children) child.kill()
  const shown = ratios.map((ratio) => ratio.toFixed(2)).join(' ')
  console.log(
    `${network}  batch ${batch}  two at once ${median(ratios).toFixed(2)} × one  (${shown})`,
  )
}

if (process.env.LOWLAYER_BENCH_CHILD !== undefined) obey()
else for (const network of networks.split(',')) await measure(network, Number(batchText))
