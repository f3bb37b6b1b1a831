/** A run as somebody at a terminal sees and stops it. */
import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, readlinkSync, rmSync, writeFileSync } from 'node:fs'
import { readdir, readFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, describe, expect, it } from 'vitest'
import { readNpz } from '../formats/npz.js'
import { builtProgram } from '../testing/built.js'
import { startLowlayer } from '../testing/commandLine.js'
import { lowlayerHere } from './testing/here.js'

const folder = mkdtempSync(join(tmpdir(), 'lowlayer-terminal-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** One network that trains for about as long as a test may take. */
const tiny = join(folder, 'tiny.yaml')
writeFileSync(
  tiny,
  `
data: { source: tic-tac-toe, train: 100, test: 50 }
model: { architecture: mlp-5, low: 2, width: 8 }
training: { epochs: 60, batchSize: 32, checkpoints: { logSpaced: 2 } }
networks: { list: [{ name: only }] }
analysis: { samples: { count: 6, testCount: 0 }, players: { count: 3 } }
comparison: { bootstrap: 20 }
runtime: { device: cpu }
`,
)

/** Processes that a process started, on Linux. */
function childrenOf(pid: number): number[] {
  const text = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8')
  return text.split(' ').filter(Boolean).map(Number)
}

/** R, S, T …, as in `ps`; undefined for a process that is gone. */
function stateOf(pid: number): string | undefined {
  try {
    return readFileSync(`/proc/${pid}/stat`, 'utf8').match(/\) (\w)/)?.[1]
  } catch {
    return undefined
  }
}

async function until<T>(find: () => T | undefined | Promise<T | undefined>): Promise<T> {
  for (;;) {
    const found = await find()
    if (found !== undefined) return found
    await sleep(20)
  }
}

const isLinux = process.platform === 'linux'

describe.skipIf(!isLinux)('Ctrl-C', () => {
  it('the second one ends a run at once whose tasks do not come to a safe point, and nothing half-written counts', async () => {
    const results = join(folder, 'twice')
    const args = ['run', tiny, '--results', results, '--jobs', '1']
    const long = [...args, '--set', 'training.epochs=1500']
    const { process: child, result } = startLowlayer(long)
    let said = ''
    child.stderr?.on('data', (chunk) => {
      said += chunk
    })
    const pid = child.pid as number
    // A worker that is held still never comes to a safe point.
    const network = await until(
      async () => (await readdir(join(results, 'networks')).catch(() => []))[0],
    )
    // Listed once it is there whole; a kill in between leaves a file that is named as nobody's.
    const record = join(results, 'networks', network, 'SHA256SUMS')
    const isSaved = async () =>
      (await readFile(record, 'utf8').catch(() => '')).includes('resume.npz') ? true : undefined
    await until(isSaved)
    const worker = childrenOf(pid)[0]
    process.kill(worker, 'SIGSTOP')
    await until(() => (stateOf(worker) === 'T' ? true : undefined))
    process.kill(-pid, 'SIGINT')
    await until(() => (said.includes('again to stop at once') ? true : undefined))
    // One that npx passes on comes at once; who means it needs longer.
    process.kill(-pid, 'SIGINT')
    await sleep(800)
    expect(stateOf(pid)).toMatch(/[SR]/)
    process.kill(-pid, 'SIGINT')
    expect(await result.then(({ code }) => code)).toBe(130)
    // What is held still goes with its parent: it could not heed that it is alone.
    await until(() => (['Z', undefined].includes(stateOf(worker)) ? true : undefined))
    const files = await readdir(join(results, 'networks', network))
    expect(files).not.toContain('state.json')

    const { stdout } = await lowlayerHere(['status', results, '--json'])
    const [status] = JSON.parse(stdout)
    expect(status).toMatchObject({ complete: false, problems: [] })
    expect(status.tasks[0]).toEqual({ kind: 'train', done: 0, total: 1 })
    expect(await lowlayerHere(long)).toMatchObject({ code: 0 })
  })
})

const hasTools =
  isLinux && ['script', 'stty'].every((tool) => spawnSync('which', [tool]).status === 0)
if (!hasTools) console.warn('terminals are not tested: that needs script and stty')

describe.skipIf(!isLinux)('a run', () => {
  /** The step that a stopped training goes on from. */
  const savedStep = async (results: string) => {
    const [network] = await readdir(join(results, 'networks'))
    const place = join(results, 'networks', network)
    const left = (await readdir(place)).filter((name) => /^lock|tmp$|^failed/.test(name))
    expect(left).toEqual([])
    return Number(readNpz(join(place, 'resume.npz')).step.data[0])
  }
  const isTraining = (results: string) =>
    until(async () => {
      const [network] = await readdir(join(results, 'networks')).catch(() => [])
      const record = join(results, 'networks', network ?? '', 'SHA256SUMS')
      const text = await readFile(record, 'utf8').catch(() => '')
      return text.includes('resume.npz') ? true : undefined
    })
  const long = ['--jobs', '1', '--set', 'training.epochs=5000']

  it('stops at a safe point when all its processes are sent SIGTERM, again and again', async () => {
    const results = join(folder, 'terminated')
    const args = ['run', tiny, '--results', results, ...long]
    const { process: child, result } = startLowlayer(args)
    await isTraining(results)
    for (let times = 0; times < 3; times++) process.kill(-child.pid!, 'SIGTERM')
    const { code, stderr } = await result
    expect(code).toBe(130)
    expect(stderr).toContain('SIGTERM: stopping at the next safe point')
    expect(stderr).not.toContain('failed')
    expect(await savedStep(results)).toBeGreaterThan(0)
  })

  it.skipIf(!hasTools)('stops at a safe point when its terminal is closed', async () => {
    const results = join(folder, 'hung-up')
    const words = [process.execPath, builtProgram, 'run', tiny, '--results', results, ...long]
    const { CI: _ci, ...env } = process.env
    const args = ['-qec', `exec ${words.join(' ')}`, '/dev/null']
    const terminal = spawn('script', args, { stdio: ['pipe', 'ignore', 'ignore'], env })
    await isTraining(results)
    const [run] = childrenOf(terminal.pid as number)
    const [worker] = childrenOf(run)
    terminal.kill('SIGKILL')
    for (const pid of [run, worker])
      await until(() => (['Z', undefined].includes(stateOf(pid)) ? true : undefined))
    expect(await savedStep(results)).toBeGreaterThan(0)
  })
})

/** Lines that every frame draws anew: train, mask, decompose, compare. */
const STAGES = 4

describe.skipIf(!hasTools)('a terminal', () => {
  it('that is made narrower and wider again has its lines fitted, one a stage, and the summary below', async () => {
    const results = join(folder, 'resized')
    const set = '--set training.epochs=3000'
    const command = `stty cols 100 rows 24; exec ${process.execPath} ${builtProgram} run ${tiny} --results ${results} ${set}`
    // In CI there are no bars, whatever the terminal.
    const { CI: _ci, ...env } = process.env
    const run = spawn('script', ['-qec', command, '/dev/null'], { stdio: 'pipe', env })
    let shown = ''
    run.stdout.on('data', (chunk) => {
      shown += chunk
    })
    const ended = new Promise<number | null>((resolve) => run.on('close', resolve))
    const terminal = await terminalOf(run)
    await until(() => (drawn(shown).length > 4 ? true : undefined))
    expect(Math.max(...drawn(shown).map(({ length }) => length))).toBeGreaterThan(50)
    // Two frames may still be of the old size, or half drawn; no time tells when they are through.
    const linesAt = async (columns: number) => {
      execFileSync('stty', ['-F', terminal, 'cols', String(columns), 'rows', '12'])
      const from = shown.length
      const lines = await until(() => {
        const found = drawn(shown.slice(from))
        return found.length > 6 * STAGES ? found : undefined
      })
      return lines.slice(3 * STAGES, -1)
    }
    const narrow = await linesAt(40)
    expect(Math.max(...narrow.map(({ length }) => length))).toBe(39)
    expect(narrow.some((line) => line.startsWith('compare'))).toBe(true)
    const wide = await linesAt(120)
    expect(Math.max(...wide.map(({ length }) => length))).toBeGreaterThan(50)
    expect(await ended).toBe(0)
    const screen = screenOf(shown)
    // Above it stands what was assumed or warned of, said before.
    const below = screen.slice(screen.findIndex((line) => line.startsWith('train')))
    const above = screen.slice(0, screen.length - below.length)
    expect(above.filter((line) => !/^(assumed|warning): /.test(line))).toEqual([])
    const beginnings = below.map((line) => line.split(' ')[0])
    expect(beginnings.slice(0, 5)).toEqual(['train', 'values', 'interactions', 'compare', 'asked'])
    expect(screen.at(-1)).toMatch(/^report +\S+index\.html$/)
    expect(shown).toContain(`${ESCAPE}[?25h`)
  })
})

/** The terminal that the run under `script` writes to. */
function terminalOf(run: ChildProcess): Promise<string> {
  return until(() => {
    const [child] = childrenOf(run.pid as number)
    if (child === undefined) return undefined
    const path = readlinkSync(`/proc/${child}/fd/2`)
    return path.startsWith('/dev/pts/') ? path : undefined
  })
}
/** What terminals are told beyond text: ways up, to a column, clearing. */
const ESCAPE = String.fromCharCode(27)
const control = new RegExp(`${ESCAPE}\\[(\\??\\d*)([A-Za-z])`, 'g')
const controlOrLetter = new RegExp(`${control.source}|[^${ESCAPE}]`, 'gu')

/** Every line with a bar, as often as it was drawn. */
function drawn(output: string): string[] {
  return output
    .replaceAll(control, '\n')
    .split(/[\r\n]+/)
    .filter((line) => /^(train|mask|decompose|compare) +[█░…]/.test(line))
    .map((line) => [...line].join(''))
}

/** What is on a wide screen after all of it: text, line ends, ways up, to a column, and clearing. */
function screenOf(output: string): string[] {
  const lines: string[][] = [[]]
  let [row, column] = [0, 0]
  const at = (): string[] => {
    while (lines.length <= row) lines.push([])
    return lines[row]
  }
  for (const [part, argument, letter] of output.matchAll(controlOrLetter)) {
    if (part === '\n') row++
    else if (part === '\r') column = 0
    else if (letter === 'A') row -= Number(argument || 1)
    else if (letter === 'G') column = Number(argument || 1) - 1
    else if (letter === 'K') at().splice(column)
    else if (letter === 'J') {
      at().splice(column)
      lines.splice(row + 1)
    } else if (letter === undefined) at()[column++] = part
  }
  return lines
    .map((line) =>
      Array.from(line, (cell) => cell ?? ' ')
        .join('')
        .trimEnd(),
    )
    .filter((line) => line !== '')
}

it('a reader of the output that stops early is no error', async () => {
  const { process: child, result } = startLowlayer(['schema'])
  child.stdout?.destroy()
  const { code, stderr } = await result
  expect(stderr).toBe('')
  expect(code).toBe(0)
})
