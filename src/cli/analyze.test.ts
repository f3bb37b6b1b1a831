import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { encodeInference } from '../engine/onnx/model.js'
import { buildModel } from '../models/build.js'
import { initialize } from '../models/initialize.js'
import { lowlayer, startLowlayer } from '../testing/commandLine.js'

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

  it('stops on Ctrl-C, says how to go on, and goes on', async () => {
    const rows = Array.from(
      { length: 6000 },
      (_, row) => `${row % 7},${row % 5},${row % 3},1,${row % 2}`,
    )
    await writeFile(join(folder, 'many.csv'), `a,b,c,d,label\n${rows.join('\n')}\n`)
    const args = ['analyze', 'model.onnx', '--data', 'many.csv', '--out', 'stopped']
    args.push('--set', 'analysis.samples.count=4000', '--set', 'analysis.players.n=4')
    const { process: child, result } = startLowlayer(args, {
      cwd: folder,
      env: { npm_command: 'exec' },
    })
    const values = join(folder, 'stopped', 'values')
    for (;;) {
      const [partial] = await readdir(values).catch(() => [])
      const size = partial === undefined ? 0 : (await stat(join(values, partial))).size
      if (size > 2000) break
      await sleep(5)
    }
    process.kill(-child.pid!, 'SIGINT')
    const stopped = await result
    expect(stopped.stderr).toContain(`resume with: npx lowlayer ${args.join(' ')}\n`)
    expect(stopped.code).toBe(130)
    expect(await readdir(join(folder, 'stopped'))).not.toContain('manifest.json')

    const resumed = await lowlayer(args, { cwd: folder })
    expect(resumed.stderr).toMatch(/model: \d+ of 4050 samples are there already/)
    expect(resumed.code).toBe(0)
    expect(await readdir(join(folder, 'stopped'))).toContain('manifest.json')
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

  it('leaves a folder of the user alone, and says where it cannot write', async () => {
    await mkdir(join(folder, 'mine'))
    expect(await analyze('--data', 'nowhere.csv', '--out', 'mine')).toMatchObject({ code: 2 })
    expect(await readdir(folder)).toContain('mine')
    const { code, stderr } = await analyze('--data', 'data.csv', '--out', 'data.csv')
    expect(stderr).toMatch(/^cannot write data\.csv\/analyze\.lock: /)
    expect(code).toBe(2)
  })
})
