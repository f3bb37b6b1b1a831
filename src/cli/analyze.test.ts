import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { encodeInference } from '../engine/onnx/model.js'
import { buildModel } from '../models/build.js'
import { initialize } from '../models/initialize.js'
import { lowlayer } from '../testing/commandLine.js'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lowlayer-analyze-'))
  const input = { kind: 'tabular', shape: [4], classes: 2 } as const
  const model = buildModel({ architecture: 'mlp-5', width: 8 }, input)
  const bytes = encodeInference(
    model.graph,
    initialize(model, () => 1),
  )
  await writeFile(join(folder, 'model.onnx'), bytes)
  const rows = Array.from({ length: 40 }, (_, row) => {
    return [row % 2, (row * 7) % 5, (row * 3) % 4, row % 3, row % 2 === 0 ? 'no' : 'yes'].join()
  })
  await writeFile(join(folder, 'data.csv'), `a,b,c,d,label\n${rows.join('\n')}\n`)
})
afterAll(() => rm(folder, { recursive: true }))

const analyze = (...args: string[]) => lowlayer(['analyze', 'model.onnx', ...args], { cwd: folder })
const small = [
  '--set',
  'analysis.samples.count=6',
  '--set',
  'analysis.samples.testCount=4',
  '--set',
  'analysis.players.n=4',
]

describe('lowlayer analyze', () => {
  it('writes tables, interactions and a report, and says what it found', async () => {
    const { code, stdout, stderr } = await analyze('--data', 'data.csv', '--out', 'out', ...small)
    expect(stderr).toMatch(/model: \d+\.\d% of 6 samples right; .*\nResults: out\//)
    expect({ code, stdout }).toEqual({ code: 0, stdout: '' })
    const samples = await readFile(join(folder, 'out', 'samples.csv'), 'utf8')
    expect(samples.trimEnd().split('\n')).toHaveLength(7)
    expect(await readFile(join(folder, 'out', 'report', 'index.html'), 'utf8')).toContain('<html')
  })

  it('counts results as unfinished from the moment on that they are written anew', async () => {
    const out = join(folder, 'again')
    const args = ['--data', 'data.csv', '--out', 'again', ...small]
    expect(await analyze(...args)).toMatchObject({ code: 0 })
    // A file that cannot be replaced: a folder of its name.
    await rm(join(out, 'samples.csv'))
    await mkdir(join(out, 'samples.csv'))
    const { code, stderr } = await analyze(...args, '--set', 'analysis.baseline=zero')
    expect(stderr).toMatch(/cannot write again\/samples\.csv/)
    expect(code).toBe(2)
    expect(await readdir(out)).not.toContain('manifest.json')
  })

  it('takes the output of a model with one logit by its name', async () => {
    const { code, stderr } = await analyze(
      '--data',
      'data.csv',
      ...small,
      '--set',
      'analysis.output=binary',
    )
    expect(stderr).toMatch(
      /model\.onnx: output "binary" needs a network with one logit; this one has 2/,
    )
    expect(code).toBe(2)
  })

  it.each([
    [[], /say what to analyse on: --data SOURCE or --config FILE/],
    [['--data', 'nowhere.csv'], /--data nowhere\.csv: there is no such file or folder/],
    [['--data', 'data.csv', '--labels', 'species'], /species/],
    [['--data', 'data.csv', '--set', 'analysis.players.n=15'], /15 players need 2\^15/],
    [['--data', 'data.csv', '--set', 'analysis.players.n=5'], /5 players.*4/],
    [['--data', 'data.csv', '--std', '0'], /--std: 0 cannot divide/],
    [['--data', 'data.csv', ...small, '--input', 'image'], /no input "image"; the model has x/],
  ])('exits 2 with the reason on %j', async (args, message) => {
    const { code, stderr } = await analyze(...args, '--out', 'refused')
    expect(stderr).toMatch(message)
    expect(code).toBe(2)
    expect(await readdir(folder)).not.toContain('refused')
  })
})
