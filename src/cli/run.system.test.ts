/** `lowlayer run` from configuration to tables: repeated, killed, waiting, warned, and with bad input. */
import { rmSync } from 'node:fs'
import {
  cp,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rm,
  stat,
  truncate,
  writeFile,
} from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { sha256 } from '../core/hash.js'
import { readNpz } from '../formats/npz.js'
import { spearman } from '../metrics/descriptive.js'
import { readRecord } from '../store/record.js'
import { fromCsv } from '../tables/read.js'
import {
  classesTable,
  curvesTable,
  effectsTable,
  networksTable,
  overlapsTable,
  samplesTable,
  studyTables,
} from '../tables/tables.js'
import { lowlayer, startLowlayer } from '../testing/commandLine.js'
import { soleLease } from '../testing/soleLease.js'
import { lowlayerHere } from './testing/here.js'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lowlayer-run-'))
})
afterAll(() => rm(folder, { recursive: true }))

/** A study small enough to run many times: two by two networks, four players. */
const tiny = `
data: { source: tic-tac-toe, train: 200, test: 100, labelNoise: 0.1 }
model: { architecture: mlp-5, low: 2, width: 12 }
training:
  epochs: 10
  batchSize: 32
  optimizer: { name: sgd, lr: 0.1, momentum: 0.9 }
  checkpoints: { logSpaced: 2 }
networks: { grid: { low: [0, 1], high: [0, 1], repeats: 1 } }
phases: { bootstrap: 39 }
analysis: { samples: { count: 10, testCount: 2 }, players: { count: 4 } }
comparison: { bootstrap: 50 }
runtime: { device: cpu }
`

async function studyFile(name: string, yaml: string): Promise<string> {
  const file = join(folder, `${name}.yaml`)
  await writeFile(file, yaml)
  return file
}

/** Every table of the one study below a results folder. */
async function tablesOf(results: string): Promise<Record<string, string>> {
  const study = await studyIn(results)
  const names = (await readdir(study)).filter((name) => /\.(csv|json)$/.test(name))
  const tables: Record<string, string> = {}
  const ofThisMachine = ['manifest.json', 'device.json']
  for (const name of names.filter((name) => !ofThisMachine.includes(name))) {
    tables[name] = await readFile(join(study, name), 'utf8')
  }
  return tables
}

/** The hash of every value file below a results folder, and whatever else lies beside them. */
async function valueFilesOf(results: string): Promise<Record<string, string>> {
  const hashes: Record<string, string> = {}
  for (const network of await readdir(join(results, 'networks'))) {
    const values = join(results, 'networks', network, 'values')
    for (const name of await readdir(values)) {
      if (name.endsWith('.tmp')) continue
      hashes[join(network, name)] = sha256(await readFile(join(values, name)))
    }
  }
  return hashes
}

/** What is asked for to hold scores against those under other players and another baseline. */
const underOthers = [
  'confusing.reliability={players: true, baseline: true}',
  'analysis.checkpoints=final',
].flatMap((set) => ['--set', set])

/** What is asked for to have two networks only. */
const two = ['--set', 'networks.grid.low=[0]']

/** Gives a results folder the networks of the first study: what is to be trained there is there. */
async function withNetworks(results: string): Promise<void> {
  await cp(join(folder, 'a', 'networks'), join(results, 'networks'), { recursive: true })
}

/** Waits until a folder holds something, and names the first of it. */
async function firstIn(path: string): Promise<string> {
  for (;;) {
    const [first] = await readdir(path).catch(() => [])
    if (first !== undefined) return first
    await sleep(50)
  }
}

/** Waits until a file or folder is there. */
async function appears(path: string): Promise<void> {
  while ((await stat(path).catch(() => undefined)) === undefined) await sleep(50)
}

/** The folder of the one study below a results folder. */
async function studyIn(results: string): Promise<string> {
  const study = (await readdir(results)).find((name) => name.startsWith('tiny-'))!
  return join(results, study)
}

/**
 * A copy of finished results, in which the study is still to be compared and `undo` takes away what a task of
 * low1-high0-order0 left.
 */
async function undone(
  finished: string,
  results: string,
  undo: (network: string) => Promise<unknown>,
): Promise<void> {
  await cp(finished, results, { recursive: true })
  const study = await studyIn(results)
  const { networks } = JSON.parse(await readFile(join(study, 'manifest.json'), 'utf8')) as {
    networks: { id: string; name: string }[]
  }
  await rm(study, { recursive: true })
  const { id } = networks.find(({ name }) => name === 'low1-high0-order0')!
  await undo(join(results, 'networks', id))
}

/**
 * Environment in which the worker is killed that is given a task of low1-high0-order0 for which a condition
 * on its `kind` and `run`, written in JavaScript, holds.
 */
async function killing(condition: string): Promise<NodeJS.ProcessEnv> {
  const fault = join(await mkdtemp(join(folder, 'kill-')), 'fault.cjs')
  await writeFile(
    fault,
    `const on = process.on
    process.on = (event, listener) => on.call(process, event, event !== 'message' ? listener : (message) => {
      const { kind, network, run } = message.task ?? {}
      if (${condition} && network.name === 'low1-high0-order0') process.kill(process.pid, 'SIGKILL')
      listener(message)
    })`,
  )
  return { NODE_OPTIONS: `--require ${fault}` }
}

describe('lowlayer run', () => {
  let file: string
  let reference: Record<string, string>
  beforeAll(async () => {
    file = await studyFile('tiny', tiny)
    const { code, stdout, stderr } = await lowlayerHere(
      ['run', file, '--results', join(folder, 'a'), '--jobs', '1'],
      { drawsFigures: true },
    )
    expect(stderr).toMatch(/^networks {2}4 of 4, accuracy on train [\d.]+( to [\d.]+)?, on test/m)
    expect(stderr).toMatch(/^overlap {3}same-low\/diff-high: Jaccard .* \(2 pairs\)$/m)
    expect(stderr).toMatch(/^verdict {3}(decides|real but small|absent|inconclusive)/m)
    expect(stderr).toMatch(/^results {3}.*tiny-/m)
    expect({ code, stdout }).toEqual({ code: 0, stdout: '' })
    const manifest = await readFile(join(await studyIn(join(folder, 'a')), 'manifest.json'), 'utf8')
    const { baselines, networks } = JSON.parse(manifest) as {
      baselines: Record<string, object>
      networks: { id: string; name: string }[]
    }
    expect(Object.keys(baselines)).toHaveLength(4)
    for (const bySteps of Object.values(baselines)) {
      expect(Object.values(bySteps).join()).toMatch(/^[0-9a-f]{8,}(,[0-9a-f]{8,})*$/)
    }
    reference = await tablesOf(join(folder, 'a'))
    for (const { id } of networks.filter(({ name }) => name.startsWith('low0-'))) {
      const place = join('networks', id)
      await cp(join(folder, 'a', place), join(folder, 'two', place), { recursive: true })
    }
    const smaller = ['run', file, '--results', join(folder, 'two'), ...two]
    expect(await lowlayerHere(smaller)).toMatchObject({ code: 0 })
  })

  it('writes every table, with a row for every network and analysed sample', () => {
    expect(Object.keys(reference).sort()).toEqual(
      [...studyTables.map(({ name }) => `${name}.csv`), 'verdict.json'].sort(),
    )
    const lines = (name: string) => reference[name].trimEnd().split('\n').length - 1
    expect(fromCsv(classesTable, reference['classes.csv'])).toEqual([
      { class: 0, name: 'not won' },
      { class: 1, name: 'x won' },
    ])
    expect(lines('networks.csv')).toBe(4)
    expect(lines('samples.csv')).toBe(4 * 2 * 10)
    expect(lines('overlaps.csv')).toBe(6)
    for (const table of Object.values(reference)) expect(table).not.toMatch(/NaN|Infinity/)
  })

  it('gives the same tables with a process for each task, two at once, on a device that it settles on', async () => {
    const whole = join(folder, 'two')
    const results = join(folder, 'processes')
    const args = ['run', file, '--results', results, '--jobs', '2', '--device', 'auto', ...two]
    expect(await lowlayerHere(args, { processes: {} })).toMatchObject({ code: 0, stdout: '' })
    expect(await tablesOf(results)).toEqual(await tablesOf(whole))
    expect(await valueFilesOf(results)).toEqual(await valueFilesOf(whole))
    const study = await studyIn(results)
    const read = async (name: string) => JSON.parse(await readFile(join(study, name), 'utf8'))
    const { device } = await read('device.json')
    expect(['cpu', 'webgpu', 'cuda']).toContain(device)
    expect((await read('manifest.json')).runtime.device).toBe(device)
  })

  it('says how far the interactions of two networks transfer, beside chance', () => {
    for (const pair of fromCsv(overlapsTable, reference['overlaps.csv'])) {
      expect(pair.transfer).toBeGreaterThan(pair.expected_transfer!)
      expect(pair.transfer).toBeLessThan(1)
    }
  })

  it('finds everything done when run again, changes nothing, and tells tools the result', async () => {
    const results = join(folder, 'a')
    const run = await lowlayerHere([
      'run',
      file,
      '--results',
      results,
      '--progress',
      'json',
      '--json',
    ])
    const { study, id, paths, verdict, contrasts, ...ended } = JSON.parse(run.stdout)
    expect(ended).toEqual({ exitCode: 0, interrupted: false, failed: {} })
    expect(paths.folder).toBe(join(results, `${study}-${id.slice(0, 8)}`))
    expect(JSON.parse(await readFile(paths.verdict, 'utf8'))).toEqual(verdict)
    expect(await readFile(paths.report, 'utf8')).toContain('</html>')
    expect(contrasts).toEqual(
      JSON.parse(JSON.stringify(fromCsv(effectsTable, reference['effects.csv']))),
    )
    const events = run.stderr
      .split('\n')
      .filter((line) => line.startsWith('{'))
      .map((line) => JSON.parse(line))
      .filter(({ event }) => event !== 'message')
    expect(new Set(events.map(({ status }) => status))).toEqual(new Set(['cached']))
    expect(await tablesOf(results)).toEqual(reference)
  })

  it('holds scores against other players and another baseline when asked to', async () => {
    const results = join(folder, 'others')
    await withNetworks(results)
    const run = ['run', file, '--results', results, ...underOthers]
    expect(await lowlayerHere(run)).toMatchObject({ code: 0 })
    const tables = await tablesOf(results)
    const networks = fromCsv(networksTable, tables['networks.csv'])
    const before = fromCsv(networksTable, reference['networks.csv'])
    expect(networks.map(({ reliability }) => reliability)).not.toEqual(
      before.map(({ reliability }) => reliability),
    )
  })

  it('counts no condition twice where there are no other players, and says so', async () => {
    const rows = Array.from({ length: 60 }, (_, k) => `${k % 7},${k % 5},${k % 3},${k % 2}`)
    await writeFile(join(folder, 'three.csv'), `a,b,c,label\n${rows.join('\n')}\n`)
    const one = tiny
      .replace(/^data:.*$/m, 'data: { source: csv, path: three.csv }')
      .replace(/^networks:.*$/m, 'networks: { list: [{ name: only }] }')
      .replace('players: { count: 4 }', 'players: { count: 3 }, checkpoints: final')
    const study = await studyFile('tiny-all', one)
    const resultOf = async (players: boolean) => {
      const results = join(folder, `all-${players}`)
      const set = `confusing.reliability.players=${players}`
      const run = await lowlayerHere(['run', study, '--results', results, '--set', set])
      expect(run.code, run.stdout + run.stderr).toBe(0)
      const tables = await tablesOf(results)
      const [{ reliability }] = fromCsv(networksTable, tables['networks.csv'])
      const { warnings } = JSON.parse(tables['verdict.json']) as { warnings: string[] }
      return { reliability, says: warnings.some((text) => /other players .* left out/.test(text)) }
    }
    const { reliability, says } = await resultOf(false)
    expect(says).toBe(false)
    expect(await resultOf(true)).toEqual({ reliability, says: true })
    const plan = await lowlayerHere(['plan', study, '--set', 'confusing.reliability.players=true'])
    expect(plan.stdout).toMatch(/warning: .*analysis\.players\.count/)
  })

  it('measures the reliability of the growth of scores as well', async () => {
    const sets = [
      'confusing.phase=delta',
      'confusing.reliability={players: true, baseline: true, salience: false, tieBreak: false}',
      'networks.grid.low=[0]',
      'networks.grid.high=[0]',
    ].flatMap((set) => ['--set', set])
    const results = join(folder, 'delta')
    await withNetworks(results)
    const run = await lowlayerHere(['run', file, '--results', results, ...sets])
    expect(run).toMatchObject({ code: 0 })
    const tables = await tablesOf(results)
    const [{ reliability }] = fromCsv(networksTable, tables['networks.csv'])
    expect(reliability).toBeLessThan(1)
  })

  it('ends with the same bytes after being killed again and again', async () => {
    const whole = join(folder, 'two')
    const results = join(folder, 'killed')
    const run = ['run', file, '--results', results, ...two]
    const moments = [
      '"event":"progress"',
      '"event":"started","task":"values',
      '"event":"started","task":"interactions',
      '"event":"started","task":"compare',
    ]
    for (const [attempt, moment] of moments.entries()) {
      const { process: child, result } = startLowlayer([...run, '--progress', 'json'])
      let said = ''
      await new Promise<void>((resolve) => {
        child.stderr?.on('data', (chunk) => {
          said += chunk
          if (said.includes(moment)) resolve()
        })
        child.once('close', resolve)
      })
      // The whole group at once, or the parent alone: workers must then end by themselves.
      if (attempt % 2 === 0) process.kill(-child.pid!, 'SIGKILL')
      else child.kill('SIGKILL')
      expect({ moment, ...(await result) }).toMatchObject({ moment, code: null })
    }
    expect(await lowlayerHere(run)).toMatchObject({ code: 0 })
    expect(await tablesOf(results)).toEqual(await tablesOf(whole))
    expect(await valueFilesOf(results)).toEqual(await valueFilesOf(whole))
  })

  it('ends with the same bytes when training is killed steps after it saved', async () => {
    const fault = join(folder, 'killed-within.cjs')
    await writeFile(
      fault,
      `const send = process.send
      process.send = (message, ...rest) => {
        const { done, note } = message.event ?? {}
        if (/^loss/.test(note) && done > 20 && done % 20 > 0) process.kill(process.pid, 'SIGKILL')
        return send.call(process, message, ...rest)
      }`,
    )
    const processes = { NODE_OPTIONS: `--require ${fault}` }
    const [whole, results] = ['saved-whole', 'saved-killed'].map((name) => join(folder, name))
    const one = await studyFile(
      'tiny-saved',
      tiny
        .replace('epochs: 10', 'epochs: 80it')
        .replace('logSpaced: 2', 'steps: [20]')
        .replace(/^networks:.*$/m, 'networks: { list: [{ name: only }] }'),
    )
    expect(await lowlayerHere(['run', one, '--results', whole])).toMatchObject({ code: 0 })
    const run = ['run', one, '--results', results]
    expect(await lowlayerHere(run, { processes })).toMatchObject({ code: 1 })
    const [id] = await readdir(join(results, 'networks'))
    const network = join('networks', id)
    const saved = readNpz(join(results, network, 'resume.npz'))
    expect(Number(saved.step.data[0])).toBe(20)
    expect(await lowlayerHere(run)).toMatchObject({ code: 0 })
    expect(await tablesOf(results)).toEqual(await tablesOf(whole))
    for (const name of ['curve.csv', 'resume.npz', 'checkpoints/80.onnx']) {
      const [left, right] = [results, whole].map((place) => readFile(join(place, network, name)))
      expect((await left).equals(await right), name).toBe(true)
    }
  })

  it('starts a network over when a kill left its curve but no state to resume from', async () => {
    const results = join(folder, 'curve-only')
    await cp(join(folder, 'a'), results, { recursive: true })
    await rm(await studyIn(results), { recursive: true })
    const [id] = await readdir(join(results, 'networks'))
    await rm(join(results, 'networks', id, 'state.json'))
    await rm(join(results, 'networks', id, 'resume.npz'))
    expect(await lowlayerHere(['run', file, '--results', results])).toMatchObject({ code: 0 })
    expect(await tablesOf(results)).toEqual(reference)
  })

  it('makes again what was deleted: a curve, a table, the report', async () => {
    const results = join(folder, 'deleted')
    await cp(join(folder, 'a'), results, { recursive: true })
    const study = await studyIn(results)
    const page = join(study, 'report', 'index.html')
    const [id] = await readdir(join(results, 'networks'))
    const curve = join(results, 'networks', id, 'curve.csv')
    for (const path of [curve, join(study, 'memberships.csv'), page]) {
      const bytes = await readFile(path)
      await rm(path)
      expect(await lowlayerHere(['run', file, '--results', results])).toMatchObject({ code: 0 })
      if (path !== page) expect((await readFile(path)).equals(bytes)).toBe(true)
    }
    expect(await readFile(page, 'utf8')).toContain('</html>')
    expect(await tablesOf(results)).toEqual(reference)
  })

  it('says at once what it waits for, whatever progress it shows, and goes on', async () => {
    const results = join(folder, 'nameless')
    let lock = ''
    await undone(join(folder, 'a'), results, async (network) => {
      await rm(join(network, 'values'), { recursive: true })
      await mkdir(join(network, 'values'))
      lock = join(network, 'values', 'lock')
      await writeFile(lock, 'null')
    })
    const args = ['run', file, '--results', results, '--progress', 'none']
    const { code, stderr } = await lowlayerHere(args, {
      heard: (said) => {
        if (said.includes('which holds')) rmSync(lock, { force: true })
      },
    })
    expect(stderr).toContain(
      'values of low1-high0-order0: waiting for an unnamed process ' +
        `(its lock is taken over after a minute without a sign of life), which holds ${lock}`,
    )
    expect(code).toBe(0)
    expect(await tablesOf(results)).toEqual(reference)
  })

  it('stops at a safe point on Ctrl-C, says how to resume, and resumes', async () => {
    const results = join(folder, 'interrupted')
    const { process: child, result } = startLowlayer(
      ['run', file, '--results', results, '--set', 'training.epochs=2000'],
      { env: { npm_command: 'exec' } },
    )
    await appears(join(results, 'networks'))
    process.kill(-child.pid!, 'SIGINT')
    const { code, stderr } = await result
    expect(code).toBe(130)
    expect(stderr).toContain('resume with: npx lowlayer run')
    const networks = await readdir(join(results, 'networks'))
    const saved = await Promise.all(
      networks.map((id) =>
        readdir(join(results, 'networks', id)).then((f) => f.includes('resume.npz')),
      ),
    )
    expect(saved).toContain(true)
  })

  it('reports a network whose loss diverges, keeps its checkpoints and finishes the others', async () => {
    const results = join(folder, 'diverged')
    const diverging = await studyFile(
      'tiny-nan',
      tiny
        .replace('lr: 0.1', 'lr: 1.0e+30')
        .replace('low: [0, 1], high: [0, 1]', 'low: [0], high: [0]')
        .replace('repeats: 1 }', 'repeats: 1, regimes: [init, frozen-random] }'),
    )
    const { code, stderr } = await lowlayerHere(['run', diverging, '--results', results])
    expect(code).toBe(1)
    expect(stderr).toMatch(/failed: train of .*: the training loss became NaN at step \d+/)
    const [id] = await readdir(join(results, 'networks'))
    expect(await readdir(join(results, 'networks', id, 'checkpoints'))).toContain('0.onnx')
    const { stdout } = await lowlayerHere(['status', results])
    expect(stdout).toMatch(/^ {2}failed: .*low\d-.*: train failed: the training loss became NaN/m)
  })

  // The loss of a batch is that of before its step: the weights of a stop may be the first to be wrong.
  it.each([
    ['in its last step', '1it', '{ steps: [1] }'],
    ['at an earlier stop', '20it', '{ steps: [1, 2, 3] }'],
  ])('names a divergence that shows %s, now and when run again', async (name, epochs, steps) => {
    const results = join(folder, `diverged-${epochs}`)
    const diverging = await studyFile(
      'tiny-stop',
      tiny
        .replace('epochs: 10', `epochs: ${epochs}`)
        .replace('lr: 0.1', 'lr: 1.0e+30')
        .replace('{ logSpaced: 2 }', steps)
        .replace('low: [0, 1], high: [0, 1]', 'low: [0], high: [0]'),
    )
    for (const attempt of ['first', 'second']) {
      const { code, stderr } = await lowlayerHere(['run', diverging, '--results', results])
      expect({ code, name, attempt }).toEqual({ code: 1, name, attempt })
      expect(stderr).toMatch(/failed: train of .*: the training loss became NaN at step \d+/)
      expect(stderr).not.toContain('damaged')
      const [id] = await readdir(join(results, 'networks'))
      const curve = await readFile(join(results, 'networks', id, 'curve.csv'), 'utf8')
      expect(curve).not.toContain('NaN')
      const plan = await lowlayerHere(['plan', diverging, '--results', results])
      expect(plan.code).toBe(0)
    }
  })

  it('trains on and leaves the cell empty where outputs overflow on test samples alone', async () => {
    const rows = Array.from({ length: 16 }, (_, row) => [row % 2, row % 4 > 1 ? 1 : 0, row % 2])
    const csv = (scale: number) =>
      `a,b,label\n${rows.map(([a, b, label]) => `${a * scale},${b * scale},${label}\n`).join('')}`
    await writeFile(join(folder, 'seen.csv'), csv(1))
    await writeFile(join(folder, 'unseen.csv'), csv(3e38))
    const overflowing = await studyFile(
      'tiny-overflow',
      `
data: { source: csv, path: seen.csv, testPath: unseen.csv }
model: { architecture: mlp-5, low: 2, width: 12 }
training: { epochs: 4it, batchSize: 8, optimizer: { name: sgd, lr: 0.1 } }
networks: { list: [{ name: only }] }
analysis: { samples: { count: 4, testCount: 0 }, players: { count: 2 } }
runtime: { device: cpu }
`,
    )
    const results = join(folder, 'overflow')
    const run = ['run', overflowing, '--results', results]
    expect(await lowlayerHere(run)).toMatchObject({ code: 0 })
    const curves = fromCsv(curvesTable, (await tablesOf(results))['curves.csv'])
    for (const { split, metric, value } of curves) {
      if (split === 'test' && metric === 'loss') expect(value).toBeUndefined()
      else expect(value).toBeGreaterThanOrEqual(0)
    }
  })

  it('keeps the reason of a task whose process was killed, and finishes it when run again', async () => {
    const results = join(folder, 'killed-worker')
    await undone(join(folder, 'a'), results, (network) => rm(network, { recursive: true }))
    const processes = await killing("kind === 'train'")
    const killed = await lowlayerHere(['run', file, '--results', results], { processes })
    expect(killed.code).toBe(1)
    const networks = fromCsv(networksTable, (await tablesOf(results))['networks.csv'])
    expect(networks.map(({ status }) => status)).toEqual(['done', 'done', 'failed', 'done'])
    expect(networks[2].reason).toMatch(
      /^train failed: the task's process ended with signal SIGKILL/,
    )
    const again = await lowlayerHere(['run', file, '--results', results])
    expect(again.code).toBe(0)
    expect((await tablesOf(results))['networks.csv']).toBe(reference['networks.csv'])
  })

  it.each([
    [
      'the other tie-break',
      `kind === 'interactions' && run.name === 'main'`,
      'lacks a part of its analysis: interactions',
    ],
    ['other players', `kind === 'values' && run.name === 'players'`, 'is missing: values'],
  ])('compares again once %s, which failed before, is there', async (name, when, reason) => {
    const results = join(folder, `without ${name}`)
    await undone(join(folder, 'others'), results, async (network) => {
      if (name === 'the other tie-break') {
        const interactions = join(network, 'interactions')
        const lease = soleLease(interactions)
        for (const name of await readdir(interactions)) {
          if (name.includes('-other.')) await lease.remove(join(interactions, name))
        }
        return
      }
      await rm(join(network, 'values'), { recursive: true })
      return rm(join(network, 'interactions'), { recursive: true })
    })
    const run = ['run', file, '--results', results, ...underOthers]
    const first = await lowlayerHere(run, { processes: await killing(when) })
    expect(first.code).toBe(1)
    expect(first.stderr).toContain(
      `warning   low1-high0-order0 ${reason} failed: the task's process ended with signal SIGKILL`,
    )
    const networks = async () => {
      const rows = fromCsv(samplesTable, (await tablesOf(results))['samples.csv'])
      return new Set(rows.flatMap((row) => (row.score_low === undefined ? [] : [row.network]))).size
    }
    expect(await networks()).toBe(3)

    const { code, stderr } = await lowlayerHere(run)
    expect(code).toBe(0)
    expect(stderr).not.toContain('low1-high0-order0')
    expect(await networks()).toBe(4)
    expect(await tablesOf(results)).toEqual(await tablesOf(join(folder, 'others')))
  })

  it('does value tables and interactions over that were cut short after they were written', async () => {
    const results = join(folder, 'truncated')
    await cp(join(folder, 'a'), results, { recursive: true })
    const whole = await valueFilesOf(results)
    for (const name of Object.keys(whole).slice(0, 2)) {
      const [network, file] = name.split('/')
      await truncate(join(results, 'networks', network, 'values', file), 500)
    }
    const before: [path: string, bytes: Buffer][] = []
    const cuts = [/-\w+\.npz$/, /-other\.npz$/, /\.parquet$/]
    for (const [index, network] of (await readdir(join(results, 'networks')))
      .slice(0, 3)
      .entries()) {
      const interactions = join(results, 'networks', network, 'interactions')
      const name = (await readdir(interactions)).find((each) => cuts[index].test(each))!
      const bytes = await readFile(join(interactions, name))
      await truncate(join(interactions, name), bytes.length - 30)
      before.push([join(interactions, name), bytes])
    }

    expect(await lowlayerHere(['run', file, '--results', results])).toMatchObject({ code: 0 })
    expect(await valueFilesOf(results)).toEqual(whole)
    for (const [path, bytes] of before) expect((await readFile(path)).equals(bytes)).toBe(true)
    expect(await tablesOf(results)).toEqual(reference)
  })

  it('trains a network again whose checkpoint, state or curve is damaged, and says so', async () => {
    const results = join(folder, 'damaged-checkpoint')
    await cp(join(folder, 'a'), results, { recursive: true })
    await rm(await studyIn(results), { recursive: true })
    const networks = await readdir(join(results, 'networks'))
    const path = (at: number, name: string) => join(results, 'networks', networks[at], name)
    const checkpoint = await readFile(path(0, 'checkpoints/0.onnx'))
    const flipped = Uint8Array.from(checkpoint)
    // A weight's lowest bits: no reader could tell.
    flipped[checkpoint.length >> 1] ^= 1
    await writeFile(path(0, 'checkpoints/0.onnx'), flipped)
    await writeFile(path(1, 'state.json'), '{"complete": tr')
    const curve = await readFile(path(2, 'curve.csv'), 'utf8')
    await writeFile(path(2, 'curve.csv'), curve.replace(/\d(?=\n)/, '3'))
    await rm(path(3, 'curve.csv'))
    await mkdir(path(3, 'curve.csv'))
    const { code, stderr } = await lowlayerHere(['run', file, '--results', results])
    expect(code).toBe(0)
    for (const [at, name] of [
      'checkpoints/0.onnx',
      'state.json',
      'curve.csv',
      'curve.csv',
    ].entries())
      expect(stderr).toMatch(`damaged: ${join('networks', networks[at], name)} is `)
    expect(await readFile(path(0, 'checkpoints/0.onnx'))).toEqual(checkpoint)
    expect(await readFile(path(2, 'curve.csv'), 'utf8')).toBe(curve)
    expect(await tablesOf(results)).toEqual(reference)
    const verified = await lowlayerHere(['status', results, '--verify'])
    expect(verified).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/as they were written/),
    })
  })

  it('warns of networks that take layers from one that another device trained', async () => {
    const results = join(folder, 'devices')
    const lent = await studyFile(
      'tiny-lent',
      tiny.replace('repeats: 1', 'regimes: [trained-frozen]'),
    )
    const run = ['run', lent, '--results', results, ...two, '--set', 'analysis.checkpoints=final']
    expect((await lowlayerHere(run)).stderr).not.toContain('different engines')
    await rm(await studyIn(results), { recursive: true })
    const networks = await readdir(join(results, 'networks'))
    const states = networks.map((network) => join(results, 'networks', network, 'state.json'))
    const analysed = await Promise.all(
      networks.map((network) => stat(join(results, 'networks', network, 'values')).catch(() => {})),
    )
    const donor = states[analysed.indexOf(undefined)]
    const { files } = await readRecord(dirname(donor))
    const state = (await readFile(donor, 'utf8')).replaceAll('"cpu"', '"cuda"')
    await soleLease(dirname(donor)).write(donor, state, files.get('state.json')?.from)
    const { code, stderr } = await lowlayerHere(run)
    expect(code).toBe(0)
    expect(stderr).toMatch(/^warning {3}networks were trained by different engines or devices \(/m)
    expect(stderr).toMatch(/onnx on cuda, onnxruntime-node [\d.]+/)
    expect(stderr).toMatch(/onnx on cpu, onnxruntime-node [\d.]+/)
  })

  it('warns of a network that one engine began and another finished', async () => {
    const results = join(folder, 'engines')
    const long = await studyFile(
      'tiny-long',
      tiny
        .replace('epochs: 10', 'epochs: 300')
        .replace('logSpaced: 2', 'steps: [20]')
        .replace(/^networks:.*$/m, 'networks: { list: [{ name: only }] }'),
    )
    const run = ['run', long, '--results', results, '--jobs', '1']
    const began = lowlayerHere([...run, '--engine', 'reference'])
    const network = await firstIn(join(results, 'networks'))
    await appears(join(results, 'networks', network, 'resume.npz'))
    process.emit('SIGINT', 'SIGINT')
    expect((await began).code).toBe(130)
    const { code, stderr } = await lowlayerHere(run)
    expect(code).toBe(0)
    expect(stderr).toMatch(/^warning .*different engines.*reference on cpu.*; onnx on cpu/m)
  })

  it('compares networks that chose their own samples on those that all have', async () => {
    const results = join(folder, 'own-samples')
    const own = await studyFile(
      'tiny-own',
      tiny
        .replace('samples: { count: 10,', 'samples: { filter: correct, count: 20,')
        // Long enough that the networks are right on different samples.
        .replace('epochs: 10', 'epochs: 20')
        .replace('players: { count: 4 }', 'players: { count: 4 }, checkpoints: final'),
    )
    const { code, stderr } = await lowlayerHere(['run', own, '--results', results], {
      drawsFigures: true,
    })
    expect(code).toBe(0)
    const tables = await tablesOf(results)
    const rows = fromCsv(samplesTable, tables['samples.csv'])
    const last = Math.max(...rows.map(({ step }) => step as number))
    const scores = new Map<unknown, Map<unknown, number>>()
    for (const { network, sample, step, score } of rows) {
      if (step !== last) continue
      const known = scores.get(network) ?? new Map()
      scores.set(network, known.set(sample, score))
    }
    const panels = [...scores.values()].map((of) => new Set(of.keys()))
    const common = [...panels[0]].filter((sample) => panels.every((panel) => panel.has(sample)))
    const all = new Set(panels.flatMap((panel) => [...panel]))
    expect(common.length).toBeLessThan(all.size)
    expect(stderr).toContain(
      `compared on the ${common.length} samples that all were analysed on; ${all.size - common.length} that`,
    )
    for (const row of fromCsv(overlapsTable, tables['overlaps.csv'])) {
      const [left, right] = [row.network_a, row.network_b].map((id) =>
        common.map((sample) => scores.get(id)!.get(sample)!),
      )
      expect(row.spearman).toBeCloseTo(spearman(left, right)!, 9)
      // A tenth of those that all have, chosen among these.
      const size = Math.max(1, Math.round(common.length / 10))
      expect([row.size_a, row.size_b]).toEqual([size, size])
    }
    const [study] = (await readdir(results)).filter((name) => name.startsWith('tiny-own'))
    const power = [
      'power',
      join(results, study),
      '--grids',
      '2x2',
      '--studies',
      '2',
      '--no-time',
      '--json',
    ]
    const { designs } = JSON.parse((await lowlayerHere(power)).stdout)
    expect(designs[0].design.samples).toBe(common.length)
    // Asked for are as many as before, of which the filter leaves so few.
    const words = power.with(3, '5x2').with(-1, '--odds')
    const { stdout } = await lowlayerHere([...words, '0'])
    expect(stdout).toMatch(/on the \d+ samples that were compared of the \d+ that it asks for/)
    expect(stdout).toMatch(/--set 'networks\.grid\.low=/)
    expect(stdout).not.toContain('analysis.samples')
  })

  it('analyses all samples of a table that has fewer than the usual number', async () => {
    const rows = Array.from({ length: 60 }, (_, k) => `${k % 7},${k % 5},${k % 3},${k % 2}`)
    await writeFile(join(folder, 'few.csv'), `a,b,c,label\n${rows.join('\n')}\n`)
    const file = await studyFile(
      'few',
      `data: { source: csv, path: few.csv }
model: { architecture: mlp-5, width: 4 }
training: { epochs: 2it }
networks: { grid: { low: [0], high: [0], repeats: 1 } }
analysis: { players: { count: 3 } }
runtime: { device: cpu }
`,
    )
    const options = ['--results', join(folder, 'few')]
    const { code, stdout, stderr } = await lowlayerHere(['run', file, ...options])
    expect(code, stdout + stderr).toBe(0)
    const more = await lowlayerHere([
      'plan',
      file,
      ...options,
      '--set',
      'analysis.samples.count=43',
    ])
    expect(more.code).toBe(2)
    expect(more.stderr).toMatch(/analysis\.samples\.count: 43 .* 42 in the train split/)
  })

  it('compares networks that chose their own samples without one that failed', async () => {
    const results = join(folder, 'own-samples-failed')
    const own = await studyFile(
      'tiny-own-failed',
      tiny
        .replace('samples: { count: 10,', 'samples: { filter: correct, count: 12,')
        .replace('players: { count: 4 }', 'players: { count: 4 }, checkpoints: final')
        .replace('{ logSpaced: 2 }', '{ steps: [1] }'),
    )
    const whole = join(folder, 'own-samples-whole')
    expect(await lowlayerHere(['run', own, '--results', whole])).toMatchObject({ code: 0 })
    // Where the folder of its checkpoints should be, one network has a file.
    let blocked = ''
    await undone(whole, results, async (network) => {
      blocked = join(network, 'checkpoints')
      await rm(network, { recursive: true })
      await mkdir(network)
      await writeFile(blocked, '')
    })
    expect(await lowlayerHere(['run', own, '--results', results])).toMatchObject({ code: 1 })
    const networks = async (of: string) =>
      fromCsv(networksTable, (await tablesOf(of))['networks.csv'])
    const found = await networks(results)
    expect(found.map(({ status }) => status)).toEqual(['done', 'done', 'failed', 'done'])
    expect(found[2].reason).toMatch(/^train failed: cannot write .*checkpoints/)
    await rm(blocked)
    expect(await lowlayerHere(['run', own, '--results', results])).toMatchObject({ code: 0 })
    const again = await networks(results)
    expect(again.map(({ status }) => status)).toEqual(['done', 'done', 'done', 'done'])
    expect([again[0], again[1], again[3]]).toEqual([found[0], found[1], found[3]])
    expect(again).toEqual(await networks(whole))
  })

  it('ends with bad input where too few samples pass the filter', async () => {
    const strict = await studyFile(
      'tiny-filter',
      tiny.replace('samples: { count: 10,', 'samples: { filter: common-correct, count: 199,'),
    )
    const results = join(folder, 'filter')
    const run = await lowlayerHere(['run', strict, '--results', results])
    expect(run.stderr).toMatch(
      /failed: panel: analysis\.samples\.count, of the train split: a panel of \d+ samples .*analysis\.samples\.filter/,
    )
    expect(run.code).toBe(2)
    const { stdout } = await lowlayerHere(['status', results])
    expect(stdout).toMatch(
      /^ {2}failed: panel: analysis\.samples\.count, .* a panel of \d+ samples/m,
    )
    expect(stdout).toMatch(
      /^ {2}failed: compare: .* nothing to compare: panel failed: analysis\.samples\.count/m,
    )
  })

  it('names every damaged file and ends with 1 when it is to verify', async () => {
    const results = join(folder, 'verified')
    await cp(join(folder, 'a'), results, { recursive: true })
    const study = basename(await studyIn(results))
    const [id] = await readdir(join(results, 'networks'))
    const verify = (place: string) => lowlayerHere(['status', place, '--verify'])
    const whole = await verify(results)
    expect(whole).toMatchObject({ code: 0 })
    expect(whole.stdout).toMatch(/^\d+ stored files, all as they were written\n$/)
    const damaged = [join('networks', id, 'resume.npz'), join(study, 'figures', 'losses.png')]
    for (const name of damaged) {
      const bytes = await readFile(join(results, name))
      bytes[bytes.length >> 1] ^= 1
      await writeFile(join(results, name), bytes)
    }
    await writeFile(join(results, study, 'notes.csv'), 'of another hand')
    for (const place of [results, join(results, study)]) {
      const { code, stdout } = await verify(place)
      expect(code).toBe(1)
      for (const name of damaged) expect(stdout).toContain(`${name} is not what was written`)
      expect(stdout).toContain(`${join(study, 'notes.csv')} is not listed`)
      expect(stdout.trimEnd().split('\n')).toHaveLength(4)
    }
    const { stdout } = await lowlayerHere(['status', results, '--verify', '--json'])
    expect(JSON.parse(stdout).findings).toHaveLength(3)
  })
})

describe('a run that is interrupted', () => {
  const stateful = `
data: { source: glyphs, size: 12, train: 200, test: 50 }
model:
  architecture: custom
  low: 1
  layers:
    - { type: conv, name: conv1, channels: 4, kernel: 3 }
    - { type: batch-norm, name: norm1 }
    - { type: relu }
    - { type: flatten }
    - { type: dropout, rate: 0.3 }
    - { type: dense, name: fc1, units: 10 }
training:
  epochs: 300it
  batchSize: 32
  augmentation: crop-flip
  optimizer: { name: adam, lr: 0.003 }
  checkpoints: { steps: [0, 20] }
networks: { list: [{ name: only, seed: 3 }] }
analysis: { samples: { count: 4, testCount: 0 }, players: { count: 2 }, checkpoints: final }
runtime: { device: cpu }
`

  it('ends with the same weights, batch norm, dropout, augmentation and Adam included', async () => {
    const file = await studyFile('stateful', stateful)
    const lastCheckpoint = async (results: string) => {
      const [network] = await readdir(join(results, 'networks'))
      return readFile(join(results, 'networks', network, 'checkpoints', '300.onnx'))
    }
    const whole = join(folder, 'whole')
    expect(await lowlayerHere(['run', file, '--results', whole])).toMatchObject({ code: 0 })

    const broken = join(folder, 'broken')
    const { process: child, result } = startLowlayer(['run', file, '--results', broken])
    const network = await firstIn(join(broken, 'networks'))
    await appears(join(broken, 'networks', network, 'checkpoints', '20.onnx'))
    process.kill(-child.pid!, 'SIGKILL')
    await result
    expect(await lowlayerHere(['run', file, '--results', broken])).toMatchObject({ code: 0 })
    expect(await lastCheckpoint(broken)).toEqual(await lastCheckpoint(whole))
  })
})

describe('lowlayer run with bad input', () => {
  const bad: [string, string, number, RegExp][] = [
    [
      'an unknown data set',
      tiny.replace('tic-tac-toe', 'tic-tac'),
      2,
      /bad\.yaml:2:\d+ .*"tic-tac-toe"/,
    ],
    ['an unknown architecture', tiny.replace('mlp-5', 'mlp-6'), 2, /bad\.yaml:3:\d+ .*"mlp-5"/],
    ['an unknown key', tiny.replace('epochs: 10', 'epochz: 10'), 2, /training\.epochz.*"epochs"/],
    ['a cut below the network', tiny.replace('low: 2', 'low: 9'), 2, /deeper than the network/],
    ['more players than features', tiny.replace('count: 4', 'count: 12'), 2, /12.*9/],
    [
      'a layer that does not exist',
      `${tiny.replace(/networks:.*/, '')}networks: { list: [{ name: a }, { name: b, from: a, rerandomize: [fc7] }] }`,
      2,
      /no layer "fc7".*fc1, fc2/,
    ],
    [
      'a listed time without a checkpoint',
      tiny.replace('analysis: {', 'analysis: { checkpoints: [3it],'),
      2,
      /keeps no checkpoint at step 3; there are 0, .*training\.checkpoints/,
    ],
    [
      'a data set that is not there',
      tiny.replace('source: tic-tac-toe', 'source: mnist'),
      3,
      /lowlayer data fetch mnist/,
    ],
  ]
  it.each(bad)('names %s and the place', async (_what, yaml, code, message) => {
    const file = await studyFile('bad', yaml)
    const results = join(folder, 'none')
    const run = await lowlayerHere(['run', file, '--results', results], { cwd: folder })
    expect(run.stderr).toMatch(message)
    expect(run.code).toBe(code)
  })

  it('tells all problems at once', async () => {
    const file = await studyFile('bad', tiny.replace('epochs', 'epochz').replace('mlp-5', 'mlp'))
    const { stderr } = await lowlayerHere(['run', file])
    expect(stderr).toMatch(/epochz/)
    expect(stderr).toMatch(/architecture/)
  })

  it('names an engine or device that is missing once, before any task', async () => {
    const file = await studyFile('elsewhere', tiny.replace('runtime: { device: cpu }', ''))
    const words = (...options: string[]) => {
      return ['run', file, '--results', join(folder, 'elsewhere'), ...options]
    }
    const run = (...options: string[]) => lowlayerHere(words(...options))
    const env = { NODE_PATH: '' }
    const { code, stderr } = await lowlayer(words('--engine', 'tfjs'), { env })
    expect(code).toBe(3)
    expect(stderr.match(/npm install @tensorflow\/tfjs-node/g)).toHaveLength(1)
    expect(stderr).not.toMatch(/^train|started|train of/m)
    for (const named of [
      ['--device', 'cuda:7'],
      ['--set', 'runtime.devices=[cuda:7, cuda:8]'],
    ]) {
      const absent = await run(...named)
      expect(absent.code).toBe(3)
      expect(absent.stderr.match(/cuda:7/g)).toHaveLength(1)
      expect(absent.stderr).not.toMatch(/^train|started|train of/m)
    }
    const impossible = await run('--engine', 'reference', '--device', 'webgpu')
    expect(impossible.code).toBe(2)
    expect(impossible.stderr).toMatch(/the engine reference has no device webgpu/)
  })

  it('leaves a README that is there as it is', async () => {
    const results = join(folder, 'own')
    const readme = join(results, 'README.md')
    await mkdir(results)
    await writeFile(readme, '# My project\n')
    const file = await studyFile('bad', tiny)
    expect(await lowlayerHere(['run', file, '--results', results])).toMatchObject({ code: 0 })
    expect(await readFile(readme, 'utf8')).toBe('# My project\n')
  })

  it('refuses a results folder that cannot be written, before training', async () => {
    const file = await studyFile('bad', tiny)
    const { code, stderr } = await lowlayerHere(['run', file, '--results', '/proc/nowhere'])
    expect(code).toBe(2)
    expect(stderr).toMatch(/cannot write \/proc\/nowhere/)
  })
})
