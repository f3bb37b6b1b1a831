/** Settings of studies that `analyze` heeds, as it is the study of its files. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { encodeInference } from '../engine/onnx/model.js'
import { buildModel } from '../models/build.js'
import { initialize } from '../models/initialize.js'
import { fromCsv } from '../tables/read.js'
import { networksTable, playersTable, samplesTable } from '../tables/tables.js'
import { lowlayerHere } from './testing/here.js'

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'lowlayer-analyze-settings-'))
  const input = { kind: 'tabular', shape: [9], classes: 2 } as const
  const model = buildModel({ architecture: 'mlp-5', width: 8 }, input)
  const weights = initialize(model, () => 1)
  writeFileSync(join(folder, 'm.onnx'), encodeInference(model.graph, weights))
})
afterAll(() => rmSync(folder, { recursive: true }))

it('one of mean and deviation leaves the other as the configuration has it', async () => {
  const data = { source: 'tic-tac-toe', standardize: { mean: 0.5, std: 0.25 } }
  const keys = { data, networks: { files: [{ name: 'm', path: 'm.onnx' }] } }
  writeFileSync(join(folder, 'scaled.yaml'), JSON.stringify(keys))
  const args = ['analyze', 'm.onnx', '--config', 'scaled.yaml', '--mean', '0.4', '--out', 'scaled']
  const few = ['--set', 'analysis.samples={count: 2, testCount: 0}', '--set', 'runtime.device=cpu']
  const { code } = await lowlayerHere([...args, ...few], { cwd: folder })
  expect(code).toBe(0)
  const [study] = readdirSync(join(folder, 'scaled')).filter((name) => name.startsWith('scaled-'))
  const { config } = JSON.parse(
    readFileSync(join(folder, 'scaled', study, 'manifest.json'), 'utf8'),
  )
  expect(config.data.standardize).toEqual({ mean: [0.4], std: [0.25] })
  const twice = ['--set', 'data.standardize=true']
  const refused = await lowlayerHere([...args, ...twice], { cwd: folder })
  expect(refused).toMatchObject({ code: 2, stderr: expect.stringMatching(/--mean and --std say/) })
})

it('reliability, named samples, the held-out share and the scale of inputs are those that are asked for', async () => {
  const set = (...changes: string[]) => changes.flatMap((change) => ['--set', change])
  const asked = [
    'analysis.samples={ids: [0, 5, 3, 8, 900, 21], testCount: 2}',
    'analysis.players.count=4',
    'confusing.reliability={players: true, baseline: true, minimum: 1}',
    'data.heldOut=0.01',
    'runtime.device=cpu',
  ]
  const args = ['analyze', 'm.onnx', '--data', 'tic-tac-toe', '--mean', '0.5', '--std', '2']
  const { code, stderr } = await lowlayerHere([...args, '--out', 'out', ...set(...asked)], {
    cwd: folder,
  })
  expect({ code, stderr }).toMatchObject({ code: 0 })
  expect(stderr).not.toMatch(/held out/)
  const [study] = readdirSync(join(folder, 'out')).filter((name) => name.startsWith('m-'))
  const read = (name: string) => readFileSync(join(folder, 'out', study, name), 'utf8')
  const samples = fromCsv(samplesTable, read('samples.csv'))
  expect(samples.map(({ sample }) => sample)).toEqual([0, 3, 5, 8, 21, 900])
  const [network] = fromCsv(networksTable, read('networks.csv'))
  expect(network.reliability).toBeTypeOf('number')
  const unreliable = `the scores of m are not reliable: under another choice of ${network.reliability_kind} their ICC is`
  expect(stderr).toMatch(new RegExp(`^warning {3}${unreliable}`, 'm'))
  expect(JSON.parse(read('verdict.json')).warnings).toContainEqual(
    expect.stringContaining(unreliable),
  )
  expect(read('report/index.html').replaceAll(/<[^>]+>/g, '')).toContain(unreliable)
  const choices = fromCsv(playersTable, read('players.csv')).map(({ choice }) => choice)
  expect(choices).toEqual([...Array(4).fill('main'), ...Array(4).fill('players')])
  // The same as keys of a configuration, which is what is written down.
  const { config } = JSON.parse(read('manifest.json'))
  expect(config.data).toMatchObject({ heldOut: 0.01, standardize: { mean: [0.5], std: [2] } })
  const keys = {
    data: { source: 'tic-tac-toe', heldOut: 0.01, standardize: { mean: 0.5, std: 2 } },
    networks: { files: [{ name: 'm', path: 'm.onnx' }] },
  }
  writeFileSync(join(folder, 'm.yaml'), JSON.stringify(keys))
  const plan = await lowlayerHere(['plan', 'm.yaml', '--no-time', '--json', ...set(...asked)], {
    cwd: folder,
  })
  expect(`m-${JSON.parse(plan.stdout).id.slice(0, 8)}`).toBe(study)
})

it.each([
  ['run absent.yaml', 'runtime.slurm.cpus=2', 'runtime.slurm'],
  ['plan absent.yaml', 'runtime.slurm.cpus=2', 'runtime.slurm'],
  ['analyze absent.onnx', 'runtime.slurm={cpus: 2}', 'runtime.slurm'],
  ['submit absent.yaml', 'runtime.jobs=2', 'runtime.jobs'],
  ['power absent.yaml', ' phases.detector=x', 'phases'],
  ['power absent.yaml', 'study=other', 'study'],
  ['power absent.yaml', 'comparison.bootstrap=9', 'comparison.bootstrap'],
  ['data export absent.yaml drawn.npz', 'training.epochs=3', 'training'],
])('%s does not take --set %s, which it would not use', async (command, setting, key) => {
  const { code, stderr } = await lowlayerHere([...command.split(' '), '--set', setting])
  expect(stderr).toContain(`--set ${setting}: this command does not use ${key}`)
  expect(code).toBe(2)
})

it.each(['training.epochs=3', 'model.architecture=lenet'])(
  '--set %s is refused where nothing is trained',
  async (setting) => {
    const args = ['analyze', 'm.onnx', '--data', 'tic-tac-toe', '--set', setting]
    const { code, stderr } = await lowlayerHere(args, { cwd: folder })
    expect(stderr).toContain(`--set ${setting}: no network of this study is trained`)
    expect(code).toBe(2)
  },
)

it.each(['networks.grid.low=[1]', 'networks.list=[{name: a, seed: 1}]'])(
  'analyze does not take --set %s, having its networks from its arguments',
  async (setting) => {
    const args = ['analyze', 'm.onnx', '--data', 'tic-tac-toe', '--set', setting]
    const { code, stderr } = await lowlayerHere(args, { cwd: folder })
    expect(stderr).toContain(`--set ${setting}: analyze takes networks from its arguments`)
    expect(code).toBe(2)
  },
)

it.each(['run', 'plan', 'submit'])('%s --out says what the option is called', async (command) => {
  const { code, stderr } = await lowlayerHere([command, 'a.yaml', '--out', 'elsewhere'])
  expect(stderr).toBe('no option --out here: the results folder is --results elsewhere\n')
  expect(code).toBe(2)
})
