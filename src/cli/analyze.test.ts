import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { encodeInference } from '../engine/onnx/model.js'
import { buildModel } from '../models/build.js'
import { initialize } from '../models/initialize.js'
import { lowlayer, startLowlayer } from '../testing/commandLine.js'
import { floats, onnxFile } from '../testing/onnxGraph.js'

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

  describe('of a model that is always right', () => {
    const all = ['right.onnx', '--data', 'data.csv', ...small, '--set', 'analysis.samples.count=20']
    const run = (...args: string[]) => lowlayer(['analyze', ...all, ...args], { cwd: folder })
    const json = async (out: string) =>
      JSON.parse(await readFile(join(folder, out, 'manifest.json'), 'utf8'))
    const table = (out: string) => readFile(join(folder, out, 'samples.csv'), 'utf8')
    beforeAll(async () => {
      // Feature a is 0 in rows of the class "no" and 1 in those of "yes".
      const bytes = onnxFile({
        inputs: { x: ['n', 4] },
        outputs: { z: ['n', 2] },
        nodes: [['Gemm', ['x', 'w', 'b'], ['z']]],
        weights: {
          w: floats([4, 2], [-4, 4, 0.1, 0, 0, 0.2, 0, 0]),
          b: floats([2], [2, -2]),
        },
      })
      await writeFile(join(folder, 'right.onnx'), bytes)
      await writeFile(join(folder, 'order.txt'), 'yes\nno\n')
    })

    it('says and stores which class is which output, and warns where it is never right', async () => {
      const right = await run('--out', 'right')
      expect(right.stderr).toMatch(
        /assumed: classes are the outputs .* no = 0, yes = 1 \(of 2 outputs\)/,
      )
      expect(right.stderr).toMatch(/right: 100\.0% of 20 samples right/)
      expect(right.stderr).not.toMatch(/warning/)
      expect((await json('right')).models[0].classes).toEqual({ no: 0, yes: 1 })

      const wrong = await run('--out', 'wrong', '--classes', 'order.txt')
      expect(wrong.stderr).toMatch(/\nwarning: right is right on 0 of 20 samples .* below chance/)
      const manifest = await json('wrong')
      expect(manifest.models[0].classes).toEqual({ no: 1, yes: 0 })
      expect(manifest.warnings).toEqual([expect.stringMatching(/below chance/)])
      const report = await readFile(join(folder, 'wrong', 'report', 'index.html'), 'utf8')
      expect(report).toMatch(/below chance \(50\.0%/)
      const refused = await run('--out', 'refused', '--classes', 'data.csv')
      expect(refused.stderr).toMatch(/--classes has 41 names, but right\.onnx has 2 outputs/)
    })

    it('is repeated from the configuration that it leaves', async () => {
      const options = ['--mean', '0.5', '--std', '2', '--classes', 'order.txt', '--output', 'z']
      const first = await run('--out', 'first', ...options, '--set', 'analysis.output=logit')
      expect(first.code).toBe(0)
      const again = await lowlayer(
        ['analyze', 'right.onnx', '--config', 'first/config.yaml', '--out', 'again2'],
        { cwd: folder },
      )
      expect(again.stderr).not.toMatch(/does not use/)
      expect(again.code).toBe(0)
      expect(await table('again2')).toBe(await table('first'))
      const { options: stored, fed, preprocessing } = await json('again2')
      expect(stored).toEqual({ output: 'z', mean: [0.5], std: [2], classes: ['yes', 'no'] })
      expect(stored).toEqual((await json('first')).options)
      expect(preprocessing).toEqual({ mean: [0.5], std: [2] })
      expect(fed.channels[0]).toMatchObject({ min: -0.25, max: 0.25 })
      expect(await run('--out', 'plain')).toMatchObject({ code: 0 })
      expect(await table('again2')).not.toBe(await table('plain'))
    })

    it('says which parts of a configuration it does not use', async () => {
      const { stderr } = await run(
        '--out',
        'unread',
        '--set',
        'confusing.noiseNull.surrogates=100',
        '--set',
        'training.epochs=3',
      )
      expect(stderr).toMatch(/assumed: .* does not use training, confusing\.noiseNull: /)
      expect((await json('unread')).assumptions[0]).toMatch(/does not use training/)
    })
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
    expect(stderr).toMatch(/^cannot write data\.csv\/lock: /)
    expect(code).toBe(2)
  })
})
