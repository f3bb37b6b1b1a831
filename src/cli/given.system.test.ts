/** A study of given networks on the command line: killed, gone on with, and wrong. */
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { encodeInference } from '../engine/onnx/model.js'
import { buildModel } from '../models/build.js'
import { initialize } from '../models/initialize.js'
import { startLowlayer } from '../testing/commandLine.js'
import { lowlayerHere } from './testing/here.js'

const folder = mkdtempSync(join(tmpdir(), 'lowlayer-given-'))
afterAll(() => rmSync(folder, { recursive: true }))

const run = (results: string) => ['run', 'nets.yaml', '--results', results, '--progress', 'none']

beforeAll(() => {
  const input = { kind: 'tabular', shape: [9], classes: 2 } as const
  const model = buildModel({ architecture: 'mlp-5', width: 8 }, input)
  const entries: string[] = []
  for (const [low, high] of [
    [0, 0],
    [0, 1],
    [1, 0],
    [1, 1],
  ]) {
    const name = `l${low}h${high}`
    mkdirSync(join(folder, name))
    for (const epoch of [0, 1]) {
      const seed = (block: string) => 10 * epoch + (/^fc[12]$/.test(block) ? low : high)
      const bytes = encodeInference(model.graph, initialize(model, seed))
      writeFileSync(join(folder, name, `${epoch}.onnx`), bytes)
    }
    entries.push(
      `    - { name: ${name}, path: "${name}/{epoch}.onnx", low: ${low}, high: ${high}, lowLayers: [fc1, fc2] }`,
    )
  }
  const yaml = [
    'data: { source: tic-tac-toe }',
    'networks:',
    '  files:',
    ...entries,
    'analysis: { samples: { count: 100, testCount: 10 }, players: { count: 6 }, solver: and, checkpoints: final }',
    'comparison: { bootstrap: 20 }',
    '',
  ]
  writeFileSync(join(folder, 'nets.yaml'), yaml.join('\n'))
})

/** Tables of the only study below some results. */
function tables(results: string): Record<string, string> {
  const [study] = readdirSync(join(folder, results)).filter((name) => name.startsWith('nets-'))
  const place = join(folder, results, study)
  const names = readdirSync(place).filter((name) => /\.csv$|verdict\.json/.test(name))
  return Object.fromEntries(names.map((name) => [name, readFileSync(join(place, name), 'utf8')]))
}

/** Whether somewhere below a folder values were begun. Locks come and go while it is read. */
function hasPartial(results: string): boolean {
  try {
    return readdirSync(results, { recursive: true }).some((name) => {
      const size = statSync(join(results, String(name)), { throwIfNoEntry: false })?.size ?? 0
      return String(name).endsWith('.partial') && size > 2000
    })
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false
    throw error
  }
}

describe('a study of given networks', () => {
  it('that is killed goes on, and ends in the same tables', async () => {
    const whole = await lowlayerHere(run('whole'), { cwd: folder })
    expect(whole).toMatchObject({ code: 0 })
    expect(whole.stderr).toMatch(/overlap {3}same-low\/diff-high: .*\(2 pairs\)/)
    mkdirSync(join(folder, 'killed'))
    const { process: child, result } = startLowlayer(run('killed'), { cwd: folder })
    while (!hasPartial(join(folder, 'killed'))) await sleep(5)
    process.kill(-child.pid!, 'SIGKILL')
    expect((await result).code).toBe(null)
    expect(await lowlayerHere(run('killed'), { cwd: folder })).toMatchObject({ code: 0 })
    expect(tables('killed')).toEqual(tables('whole'))
    expect(Object.keys(tables('whole'))).toContain('verdict.json')
  })

  it('is what analyze makes of a table of networks, verdict included', async () => {
    const rows = [
      'name,path,low,high,lowLayers',
      ...['l0h0', 'l0h1', 'l1h0', 'l1h1'].map(
        (name) => `${name},${name}/{epoch}.onnx,${name[1]},${name[3]},fc1+fc2`,
      ),
    ]
    writeFileSync(join(folder, 'nets.csv'), rows.join('\n'))
    const settings = [
      'analysis={samples: {count: 20, testCount: 10}, players: {count: 4}, solver: and, checkpoints: all}',
      'comparison.bootstrap=20',
    ]
    const { code, stderr } = await lowlayerHere(
      [
        ...['analyze', '--networks', 'nets.csv', '--data', 'tic-tac-toe', '--out', 'analysed'],
        ...settings.flatMap((setting) => ['--set', setting]),
      ],
      { cwd: folder },
    )
    expect(code, stderr).toBe(0)
    expect(stderr).toMatch(/overlap {3}same-low\/diff-high: .*\(2 pairs\)/)
    const [study] = readdirSync(join(folder, 'analysed')).filter(
      (name) => name !== 'networks' && name !== 'README.md',
    )
    const place = join(folder, 'analysed', study)
    const { asked, clauses } = JSON.parse(readFileSync(join(place, 'verdict.json'), 'utf8'))
    expect(asked).toContain('4 networks, 2 draws of the low layers × 2 of the high ones')
    expect(clauses.length).toBeGreaterThan(4)
    expect(readFileSync(join(place, 'config.yaml'), 'utf8')).toContain('nets.csv')
  })

  it('whose seeds the files contradict exits 2, names both, and leaves nothing', async () => {
    const yaml = readFileSync(join(folder, 'nets.yaml'), 'utf8')
    const wrong = yaml.replace('low: 1, high: 0', 'low: 0, high: 0')
    writeFileSync(join(folder, 'wrong.yaml'), wrong)
    const { code, stderr } = await lowlayerHere(['run', 'wrong.yaml', '--results', 'wrong'], {
      cwd: folder,
    })
    expect(stderr).toMatch(
      /"l0h0" .*l0h0\/0\.onnx.* and "l1h0" .*both have low seed 0, but their low layers differ/,
    )
    expect(code).toBe(2)
    expect(readdirSync(folder)).not.toContain('wrong')
  })
})
