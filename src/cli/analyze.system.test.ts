/** `lowlayer analyze` from model files to tables and report: stopped, run again, and with models that it is told too little of. */
import { copyFile, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { encodeInference } from '../engine/onnx/model.js'
import { buildModel } from '../models/build.js'
import { initialize } from '../models/initialize.js'
import { startLowlayer } from '../testing/commandLine.js'
import { floats, onnxFile } from '../testing/onnxGraph.js'
import { writeTexts } from '../testing/textModel.js'
import { lowlayerHere } from './testing/here.js'

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

const analyze = (...args: string[]) =>
  lowlayerHere(['analyze', 'model.onnx', ...args], { cwd: folder })
const small = [
  '--set',
  'analysis.samples.count=6',
  '--set',
  'analysis.samples.testCount=4',
  '--set',
  'analysis.players.count=4',
]

/** The folder of the only study below some results. */
async function studyIn(results: string): Promise<string> {
  const names = await readdir(join(folder, results))
  const found = names.filter((name) => name !== 'networks' && name !== 'README.md')
  expect(found).toHaveLength(1)
  return join(folder, results, found[0])
}
const fileOf = async (results: string, name: string) =>
  readFile(join(await studyIn(results), name), 'utf8')

describe('lowlayer analyze', () => {
  it('writes tables, interactions and a report, and says what it found', async () => {
    const { code, stdout, stderr } = await analyze('--data', 'data.csv', '--out', 'out', ...small)
    expect(stderr).toMatch(
      /networks {2}1 of 1, accuracy on train .*\n(.*\n)*results {3}out\/model-/,
    )
    expect(stderr).toMatch(/^made {6}the interactions of 6 samples in 1 network: samples\.csv/m)
    expect(stderr).not.toMatch(/^(asked|verdict|how sure|next) /m)
    expect({ code, stdout }).toEqual({ code: 0, stdout: '' })
    expect((await fileOf('out', 'samples.csv')).trimEnd().split('\n')).toHaveLength(7)
    const page = await fileOf('out', 'report/index.html')
    expect(page).toContain('<strong>No verdict.</strong>')
    expect(page.split('<main>')[1]).not.toMatch(/inconclusive|What decided/)
  })

  it('names the study by the model as run does by the config', async () => {
    const model = `-${'long'.repeat(30)}.onnx`
    await copyFile(join(folder, 'model.onnx'), join(folder, model))
    const args = ['analyze', `./${model}`, '--data', 'data.csv', '--out', 'named', ...small]
    expect(await lowlayerHere(args, { cwd: folder })).toMatchObject({ code: 0 })
    expect(basename(await studyIn('named'))).toMatch(/^(long){25}-[0-9a-f]{8}$/)
  })

  it('stops on Ctrl-C, says how to go on, and goes on', async () => {
    const rows = Array.from(
      { length: 1200 },
      (_, row) => `${row % 7},${row % 5},${row % 3},1,${row % 2}`,
    )
    await writeFile(join(folder, 'many.csv'), `a,b,c,d,label\n${rows.join('\n')}\n`)
    const args = ['analyze', 'model.onnx', '--data', 'many.csv', '--out', 'stopped']
    const asked = ['samples.count=800', 'players.count=4', 'solver=and']
    args.push(...asked.flatMap((set) => ['--set', `analysis.${set}`]))
    const { process: child, result } = startLowlayer(args, {
      cwd: folder,
      env: { npm_command: 'exec' },
    })
    const networks = join(folder, 'stopped', 'networks')
    for (;;) {
      const [network] = await readdir(networks).catch(() => [])
      const values = join(networks, network ?? '', 'values')
      const names = await readdir(values).catch(() => [])
      const partial = names.find((name) => name.endsWith('.partial'))
      const size = partial === undefined ? 0 : (await stat(join(values, partial))).size
      if (size > 2000 || names.some((name) => name.endsWith('.npz'))) break
      await sleep(5)
    }
    process.kill(-child.pid!, 'SIGINT')
    const stopped = await result
    expect(stopped.stderr).toContain(`resume with: npx lowlayer ${args.join(' ')}\n`)
    expect(stopped.code).toBe(130)
    expect(JSON.parse(await fileOf('stopped', 'manifest.json')).complete).toBe(false)

    const resumed = await lowlayerHere(args, { cwd: folder })
    expect(resumed.code).toBe(0)
    expect(JSON.parse(await fileOf('stopped', 'manifest.json')).complete).toBe(true)
    const whole = await lowlayerHere(
      args.map((arg) => (arg === 'stopped' ? 'whole' : arg)),
      { cwd: folder },
    )
    expect(whole.code).toBe(0)
    expect(await fileOf('stopped', 'samples.csv')).toBe(await fileOf('whole', 'samples.csv'))
  })

  it('decomposes a single network with as many threads as there are jobs, to the same bytes', async () => {
    const input = { kind: 'tabular', shape: [9], classes: 2 } as const
    const { graph, ...rest } = buildModel({ architecture: 'mlp-5', width: 8 }, input)
    const weights = initialize({ graph, ...rest }, () => 2)
    await writeFile(join(folder, 'board.onnx'), encodeInference(graph, weights))
    const args = ['analyze', 'board.onnx', '--data', 'tic-tac-toe']
    args.push(
      '--set',
      'analysis.samples={count: 20, testCount: 2}',
      '--set',
      'analysis.tieBreak=high',
      '--set',
      'analysis.players.count=7',
    )
    for (const jobs of ['1', '2']) {
      const run = await lowlayerHere(
        [...args, '--set', `runtime.jobs=${jobs}`, '--out', `jobs${jobs}`],
        {
          cwd: folder,
        },
      )
      expect(run).toMatchObject({ code: 0 })
    }
    for (const table of ['samples.csv', 'orders.csv', 'verdict.json'])
      expect(await fileOf('jobs2', table), table).toBe(await fileOf('jobs1', table))
    const sample = (await fileOf('jobs1', 'samples.csv')).split('\n')
    const [header, first] = sample.map((line) => line.split(','))
    expect(first[header.indexOf('score')]).toBe(first[header.indexOf('score_high')])
  })

  describe('of a model that is always right', () => {
    const all = ['right.onnx', '--data', 'data.csv', ...small, '--set', 'analysis.samples.count=20']
    const run = (...args: string[]) => lowlayerHere(['analyze', ...all, ...args], { cwd: folder })
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
      expect(right.stderr).toMatch(/accuracy on train 1\.000, on test/)
      expect(right.stderr).not.toMatch(/below chance/)
      expect(JSON.parse(await fileOf('right', 'manifest.json')).assumptions).toContainEqual(
        expect.stringMatching(/no = 0, yes = 1/),
      )

      const wrong = await run('--out', 'wrong', '--classes', 'order.txt')
      expect(wrong.stderr).toMatch(/\nwarning {3}right is right on 0 of 40 samples .* below chance/)
      const page = await fileOf('wrong', 'report/index.html')
      expect(page.replaceAll(/<[^>]+>/g, '')).toMatch(/below chance \(50\.0%/)
      const refused = await run('--out', 'refused', '--classes', 'data.csv')
      expect(refused.stderr).toMatch(
        /classes \(analyze: --classes FILE\) has 41 names, but .*right\.onnx has 2 outputs/,
      )
    })

    it('is the study that it writes down, which can be run again and extended', async () => {
      const options = ['--mean', '0.5', '--std', '2', '--classes', 'order.txt', '--output', 'z']
      const first = await run('--out', 'first', ...options, '--set', 'analysis.output=logit')
      expect(first.code).toBe(0)
      const written = join(await studyIn('first'), 'config.yaml')
      const again = await lowlayerHere(['run', written, '--results', 'again'], { cwd: folder })
      expect(again.code).toBe(0)
      expect(again.stderr).toMatch(/models are fed values from -0\.25 to/)
      for (const name of ['samples.csv', 'networks.csv', 'verdict.json', 'config.yaml'])
        expect(await fileOf('again', name), name).toBe(await fileOf('first', name))
      const plain = await run('--out', 'plain', '--json')
      const { paths, ...result } = JSON.parse(plain.stdout)
      expect(result).toMatchObject({ exitCode: 0, interrupted: false, failed: {} })
      expect(basename(paths.folder)).toBe(`${result.study}-${result.id.slice(0, 8)}`)
      expect(JSON.parse(await fileOf('plain', 'verdict.json'))).toEqual(result.verdict)
      // The finding of the study that is there already, which a report rebuilds.
      const rebuilt = await lowlayerHere(['report', paths.folder, '--json'], { cwd: folder })
      const { verdict, contrasts } = result
      expect(JSON.parse(rebuilt.stdout)).toEqual({ problems: [], verdict, contrasts, paths })
      expect(await fileOf('again', 'samples.csv')).not.toBe(await fileOf('plain', 'samples.csv'))
    })
  })

  it('takes the output of a model with one logit by its name', async () => {
    const { code, stderr } = await analyze(
      ...['--data', 'data.csv', '--out', 'binary', ...small, '--set', 'analysis.output=binary'],
    )
    expect(stderr).toMatch(
      /model\.onnx: analysis\.output "binary" needs a network with one logit, but the output "logits" has 2 values/,
    )
    expect(code).toBe(2)
  })

  it.each([
    [[], /say what to analyse on: --data SOURCE or --config FILE/],
    [['--data', 'nowhere.csv'], /--data nowhere\.csv: there is no such file or folder/],
    [['--data', 'data.csv', '--labels', 'species'], /species/],
    [['--config', 'data.csv', '--labels', 'species'], /--labels names the classes in the source/],
    [['--data', '.', '--labels', 'y'], /--labels y: \. has its classes in its files/],
    [['--data', 'data.csv', '--data-dir', 'gone'], /--data-dir gone: there is no such folder/],
    [['--data', 'data.csv', '--set', 'analysis.players.count=15'], /15 players need 2\^15/],
    [['--data', 'data.csv', '--set', 'analysis.players.count=5'], /5 players.*4/],
    [['--data', 'data.csv', '--std', '0'], /data\.standardize.*deviations are greater than 0/],
    [['--data', 'data.csv', '--std', '-1'], /data\.standardize.*deviations are greater than 0/],
    [['--data', 'data.csv', '--mean', '1e39'], /--mean 1e39: "1e39" is no number/],
    [['--data', 'data.csv', '--networks', 'nets.csv'], /MODEL\.onnx … or --networks/],
  ])('exits 2 with the reason on %j, and leaves nothing', async (args, message) => {
    const { code, stderr } = await analyze(...args, '--out', 'nothing')
    expect(stderr).toMatch(message)
    expect(code).toBe(2)
    expect(await readdir(folder)).not.toContain('nothing')
  })

  it.each(['input', 'output', 'output-kind', 'classes', 'layout'])(
    'exits 2 where --%s stands beside a table, which says that of each model',
    async (option) => {
      const value = { 'output-kind': 'logits', layout: 'flat' }[option] ?? 'name'
      const args = ['--networks', 'nets.csv', '--data', 'data.csv', `--${option}`, value]
      const { code, stderr } = await lowlayerHere(['analyze', ...args], { cwd: folder })
      const column = option === 'output-kind' ? 'outputKind' : option
      expect(stderr).toMatch(`give it a column "${column}" instead of the option`)
      expect(code).toBe(2)
    },
  )

  it('exits 2 with the reason where the model does not take what is said of it', async () => {
    const args = ['--data', 'data.csv', ...small, '--input', 'image', '--out', 'input']
    const { code, stderr } = await analyze(...args)
    expect(stderr).toMatch(/^network "model": .*no input "image"; the model has x/)
    expect(code).toBe(2)
    expect(await readdir(folder)).not.toContain('input')
  })
})

describe('lowlayer analyze of texts', () => {
  const ofTexts = (...args: string[]) => {
    const all = ['analyze', 'bert.onnx', '--data', 'texts.npz', ...small, ...args]
    return lowlayerHere(all, { cwd: folder })
  }
  beforeAll(() => writeTexts(folder))

  it('shows their words in the report', async () => {
    const masked = 'analysis.baseline={maskToken: 103}'
    const { code, stderr } = await ofTexts('--out', 'texts', '--set', masked)
    expect(code, stderr).toBe(0)
    const { samples } = JSON.parse(await fileOf('texts', 'report/drawings.json'))
    const drawn = Object.entries<{ names: string[] }>(samples)
    expect(drawn.length).toBeGreaterThan(0)
    for (const [id, { names }] of drawn) {
      expect(names).toHaveLength(4)
      for (const name of names) expect(name).toMatch(new RegExp(`^word${id}x\\d$`))
    }
  })

  it('refuses a mask token that the model does not know', async () => {
    const masked = 'analysis.baseline={maskToken: 110}'
    const { code, stderr } = await ofTexts('--out', 'refused', '--set', masked)
    expect(stderr).toMatch(/maskToken 110 is no token: .*bert\.onnx looks input_ids up/)
    expect(code).toBe(2)
  })
})
