/**
 * Every bar of training and masked evaluation on a GPU, against PyTorch on the same card in the same run, TF32 off on both
 * sides: `npm run bench:gpu -- [device] [networks] [batch] [rounds] [processes] [players]`. `cuda`, the default, is what the
 * bars are for; `npm run bench:gpu -- cpu lenet 128 1 1,2 8` tries the command where no GPU is. Says of each bar whether it is met; what
 * cannot be measured is FAILED with its reason, and the rest is measured. Ends with 3 where the device or PyTorch is missing, with 1 where a
 * bar is missed or not measured.
 */
import { spawnSync } from 'node:child_process'
import { EnvironmentError, messageOf } from '../src/core/errors.js'
import { createEngine } from '../src/engine/registry.js'
import type { DeviceName } from '../src/engine/types.js'
import { freeOnCard } from '../src/executors/cardMemory.js'
import { trainTogether } from './cores.js'
import { median, python } from './runs.js'
import { compareTraining, lineOf } from './train.js'
import { compareValues } from './values.js'

/** What all at once are to train in the time in which PyTorch trains them one after the other. */
const TOGETHER_BAR = 2
/** The network that is trained many times at once. */
const MANY = 'lenet'

interface Bar {
  readonly name: string
  /** A ratio to PyTorch, or why there is none. */
  readonly found: number | string
  readonly least: number
}

/** Measures a bar. A failure is no end: the card may be there for this run only. */
async function measured(name: string, least: number, ratio: () => Promise<number>): Promise<Bar> {
  try {
    return { name, found: await ratio(), least }
  } catch (error) {
    const [reason] = messageOf(error).split('\n')
    console.error(`${name}: ${reason}`)
    return { name, found: reason, least }
  }
}

/** Throws EnvironmentError, with what to do, unless both sides can compute on the device. */
async function requireSides(device: DeviceName): Promise<void> {
  await createEngine('onnx', device)
  const needed = device === 'cpu' ? 'True' : 'torch.cuda.is_available()'
  const check = `import torch, onnx; print(torch.__version__, ${needed})`
  const { stdout, stderr, error } = spawnSync(python, ['-c', check], { encoding: 'utf8' })
  if (!stdout?.trim().endsWith('True')) {
    const said = error?.message ?? (stdout.trim() || stderr.trim().split('\n').at(-1))
    throw new EnvironmentError(
      `${python} has no PyTorch with onnx for ${device} (${said}); LOWLAYER_BENCH_PYTHON names a Python that has`,
    )
  }
  console.log(`PyTorch ${stdout.trim().split(' ')[0]}, ${python}`)
}

async function bars(
  device: DeviceName,
  networks: readonly string[],
  batch: number,
  rounds: number,
  processes: readonly number[],
  players: number,
): Promise<Bar[]> {
  const found: Bar[] = []
  let alone: number | undefined
  for (const network of new Set([...networks, MANY])) {
    const bar = await measured(`training ${network}`, 1, async () => {
      const contest = { network, batch, rounds, device }
      const compared = await compareTraining(contest, { pytorch: true, tfjs: false })
      console.log(lineOf(contest, compared))
      const [own, peer] = compared.map(({ seconds }) => seconds)
      if (network === MANY) alone = batch / peer
      return peer / own
    })
    if (networks.includes(network)) found.push(bar)
  }
  for (const count of processes) {
    const bar = await measured(`${count} × ${MANY} at once`, TOGETHER_BAR, async () => {
      if (alone === undefined) throw new Error(`PyTorch's time of ${MANY} is not known`)
      const before = freeOnCard()
      const { rates, ratios } = await trainTogether({ network: MANY, batch, device }, count, rounds)
      const rate = median(rates)
      const free = before === undefined ? 'unknown' : `${Math.round(before / 2 ** 20)} MiB`
      console.log(
        `${count} × ${MANY} at once  ${rate.toFixed(0)} samples/s  ${median(ratios).toFixed(2)} × one of them  ` +
          `${(rate / alone).toFixed(2)} × PyTorch one after the other  (free on the card before: ${free})`,
      )
      return rate / alone
    })
    if (count === processes.at(-1)) found.push(bar)
  }
  for (const network of networks) {
    const ratio = async () => (await compareValues(network, players, rounds, device))!
    found.push(await measured(`masked evaluation ${network}`, 1, ratio))
  }
  return found
}

function verdictOf({ found, least }: Bar): 'met' | 'MISSED' | 'FAILED' {
  if (typeof found === 'string') return 'FAILED'
  return found >= least ? 'met' : 'MISSED'
}

async function main(
  device = 'cuda',
  networks = 'lenet,resnet20,alexnet,vgg11',
  batch = '128',
  rounds = '3',
  processes = '1,2,4,8,16',
  players = '10',
): Promise<number> {
  await requireSides(device as DeviceName)
  const found = await bars(
    device as DeviceName,
    networks.split(','),
    Number(batch),
    Number(rounds),
    processes.split(',').map(Number),
    Number(players),
  )
  console.log(`\nbars on ${device}, as a ratio to PyTorch on the same card:`)
  const verdicts = found.map((bar) => verdictOf(bar))
  for (const [index, { name, found: ratio, least }] of found.entries()) {
    const shown = typeof ratio === 'number' ? ratio.toFixed(2) : ratio
    console.log(`${verdicts[index].padEnd(7)} ${name}  ${shown} (at least ${least.toFixed(1)})`)
  }
  return verdicts.every((verdict) => verdict === 'met') ? 0 : 1
}

try {
  process.exitCode = await main(...process.argv.slice(2))
} catch (error) {
  if (!(error instanceof EnvironmentError)) throw error
  console.error(error.message)
  process.exitCode = error.exitCode
}
