/**
 * A study whose processes are killed, stopped and interrupted at random moments, again and again. Minutes:
 * `npm run test:slow`; `LOWLAYER_TEST_KILLS` says how often, 50 times otherwise.
 */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, expect, it } from 'vitest'
import { type Generator, stream } from '../core/random.js'
import { lowlayer, startLowlayer } from './commandLine.js'
import { comparable } from './damagedStudy.js'

const KILLS = Number(process.env.LOWLAYER_TEST_KILLS ?? 50)

const root = mkdtempSync(join(tmpdir(), 'lowlayer-kills-'))
afterAll(() => rmSync(root, { recursive: true, force: true }))

const file = join(root, 'study.yaml')
writeFileSync(
  file,
  `
study: killed
data: { source: tic-tac-toe, labelNoise: 0.1, train: 300, test: 100 }
model: { architecture: mlp-5, low: 2, width: 16 }
training: { epochs: 40, batchSize: 32, checkpoints: { logSpaced: 3 } }
networks: { grid: { low: [0], high: [0, 1], order: [0], repeats: 1 } }
analysis: { samples: { count: 20, testCount: 5 }, players: { count: 5 }, gap: 0.01 }
comparison: { bootstrap: 20 }
runtime: { device: cpu }
`,
)

/** Where processes leave what is theirs alone. */
const temporary = join(root, 'tmp')
mkdirSync(temporary)
const env = { TMPDIR: temporary }

const argsOf = (results: string) => ['run', file, '--results', results, '--jobs', '2']

function childrenOf(pid: number): number[] {
  try {
    const text = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8')
    return text.split(' ').filter(Boolean).map(Number)
  } catch {
    return []
  }
}

/** Sends a signal to a process, or with a negative number to its group, if it is there. */
function send(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
  }
}

/** What is done to a run of which this is the first process. */
const blows: Readonly<Record<string, (pid: number, draws: Generator) => void>> = {
  'all killed': (pid) => send(-pid, 'SIGKILL'),
  'parent killed': (pid) => send(pid, 'SIGKILL'),
  'child killed': (pid, draws) => {
    const children = childrenOf(pid)
    const child = children[Math.floor(draws.uniform() * children.length)]
    if (child !== undefined) send(child, 'SIGKILL')
  },
  'all told to end': (pid) => send(-pid, 'SIGTERM'),
  'terminal closed': (pid) => send(-pid, 'SIGHUP'),
  interrupted: (pid) => send(-pid, 'SIGINT'),
  'all quit': (pid) => send(-pid, 'SIGQUIT'),
}

/** What no process leaves for ever. */
const leftIn = (folder: string) =>
  readdirSync(folder, { recursive: true })
    .map(String)
    .filter((name) => /(^|\/)lock|\.tmp$|\.partial$|failed-/.test(name))

it.skipIf(process.platform !== 'linux')(
  'that is killed again and again ends in the same tables, and leaves nothing else',
  { timeout: KILLS * 3 * 60_000 },
  async () => {
    const whole = join(root, 'whole')
    const began = performance.now()
    expect(await lowlayer(argsOf(whole), { env })).toMatchObject({ code: 0 })
    const lasts = performance.now() - began
    const expected = comparable(whole)
    const draws = stream(7, 'kills').at()
    const counts: Record<string, number> = {}
    const finish = async (results: string) => {
      expect(await lowlayer(argsOf(results), { env })).toMatchObject({ code: 0 })
      // What was done when all were killed is tidied by a run that has nothing to do.
      expect(leftIn(results)).toEqual([])
      expect(comparable(results)).toEqual(expected)
      rmSync(results, { recursive: true })
    }
    let studies = 0
    for (let kills = 0; kills < KILLS; studies++) {
      const results = join(root, `killed-${studies}`)
      for (let isDone = false; !isDone && kills < KILLS; ) {
        const { process: child, result } = startLowlayer(argsOf(results), { env })
        const pid = child.pid as number
        const moment = sleep(draws.uniform() * lasts)
        isDone = await Promise.race([moment.then(() => false), result.then(() => true)])
        if (isDone) continue
        const children = childrenOf(pid)
        const names = Object.keys(blows)
        const name = names[Math.floor(draws.uniform() * names.length)]
        blows[name](pid, draws)
        counts[name] = (counts[name] ?? 0) + 1
        kills++
        await result
        while (children.some((orphan) => childrenOf(orphan).length > 0 || isAlive(orphan)))
          await sleep(50)
      }
      await finish(results)
    }
    console.info(`${KILLS} times, in ${studies} studies: ${JSON.stringify(counts)}`)
    expect(readdirSync(temporary)).toEqual([])
  },
)

function isAlive(pid: number): boolean {
  try {
    const state = readFileSync(`/proc/${pid}/stat`, 'utf8').match(/\) (\w)/)?.[1]
    return state !== 'Z' && state !== 'X'
  } catch {
    return false
  }
}
