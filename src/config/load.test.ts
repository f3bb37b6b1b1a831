/** Configurations of several files and `--set` against what results: what is inherited, replaced, computed and located. */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { ConfigError, type ConfigProblem, InputError } from '../core/errors.js'
import { withinData } from './computedDefaults.js'
import { loadConfig } from './load.js'

let folder: string

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lowlayer-config-'))
})

afterEach(async () => {
  await rm(folder, { recursive: true })
})

async function write(name: string, text: string): Promise<string> {
  const file = join(folder, name)
  await mkdir(dirname(file), { recursive: true })
  await writeFile(file, text)
  return file
}

async function problemsOf(
  file: string,
  overrides: string[] = [],
): Promise<readonly ConfigProblem[]> {
  const error = await loadConfig(file, overrides).then(
    () => undefined,
    (thrown: unknown) => thrown,
  )
  if (error instanceof ConfigError) return error.problems
  throw error ?? new Error('there was no problem')
}

const base = `study: base
data: { source: mnist, path: digits, train: 500, labelNoise: 0.1 }
model: { architecture: lenet, low: [conv1] }
training: { epochs: 5, optimizer: { name: sgd, momentum: 0.5 } }
networks: { list: [{ name: a }, { name: b, from: a, rerandomize: low }, { name: c }] }
`

describe('configs/lab-protocol.yaml', () => {
  const load = async (...overrides: string[]) =>
    (await loadConfig('configs/lab-protocol.yaml', overrides)).config

  it('trains as arXiv 2407.19198 says, and scores by references', async () => {
    const { data, training, analysis, confusing } = await load()
    expect(data).toMatchObject({ labelNoise: 0.01, labelNoiseTo: 'any', pad: 2 })
    expect(training).toMatchObject({
      epochs: '256ep',
      batchSize: 128,
      optimizer: { name: 'sgd', lr: 0.01, momentum: 0.9, weightDecay: 0 },
      schedule: { name: 'constant', warmup: '0ep' },
    })
    expect(analysis.players).toMatchObject({ count: 10, margin: 1, layerGrid: 'grid8x8' })
    expect(confusing.references).toMatchObject({ networks: 3, agree: 'any', sign: 'ignore' })
  })

  it('is of CIFAR-10 by one override', async () => {
    const { data } = await load('data.source=cifar10')
    expect(data).toMatchObject({ source: 'cifar10', labelNoise: 0.01, labelNoiseTo: 'any' })
    expect(data).not.toHaveProperty('pad')
  })
})

it('the score nongeneralizable has references without being told, another score has none', async () => {
  const file = await write('score.yaml', `${base}confusing: { score: nongeneralizable }\n`)
  const { confusing } = (await loadConfig(file)).config
  expect(confusing.references).toMatchObject({ networks: 3, trainedOn: 'test', form: 'share' })
  const other = await loadConfig(file, ['confusing.score=cancellation'])
  expect(other.config.confusing.references).toBeUndefined()
  const [own] = await problemsOf(file, ['analysis.samples.filter=correct'])
  expect(own).toMatchObject({ path: 'confusing.references' })
})

describe('extends', () => {
  it('merges mappings and replaces lists, over a chain in several folders', async () => {
    await write('base.yaml', base)
    await write(
      'middle/middle.yaml',
      'extends: ../base.yaml\ntraining: { epochs: 7, batchSize: 32 }\n',
    )
    const file = await write(
      'top.yaml',
      'extends: middle/middle.yaml\nstudy: top\nnetworks: { list: [{ name: z }] }\n',
    )
    const { config, baseDir } = await loadConfig(file)
    expect(baseDir).toBe(folder)
    expect(config.study).toBe('top')
    expect(config.training).toMatchObject({ epochs: '7ep', batchSize: 32 })
    expect(config.training.optimizer).toMatchObject({ momentum: 0.5 })
    expect(config.networks.list).toEqual([{ name: 'z', regime: 'init' }])
  })

  it('leaves behind what another variant does not have, and what null takes away', async () => {
    await write('base.yaml', base)
    const file = await write(
      'top.yaml',
      'extends: base.yaml\ndata: { source: tic-tac-toe }\nmodel: { architecture: mlp-5, low: null }\n' +
        'training: { optimizer: { name: adam }, checkpoints: { every: 1ep } }\n',
    )
    const { config } = await loadConfig(file)
    expect(config.data).toMatchObject({ source: 'tic-tac-toe', train: 500, labelNoise: 0.1 })
    expect(config.data).not.toHaveProperty('path')
    expect(config.model).not.toHaveProperty('low')
    expect(config.training.optimizer).toMatchObject({ name: 'adam', lr: 0.001 })
    expect(config.training.checkpoints).toEqual({ every: '1ep' })
  })

  it('takes with null what another variant does not have either', async () => {
    await write('base.yaml', `${base}confusing: { set: { rule: top, fraction: 0.15 } }\n`)
    const file = await write(
      'top.yaml',
      'extends: base.yaml\nconfusing: { set: { rule: mad, factor: 2, fraction: null } }\n',
    )
    expect((await loadConfig(file)).config.confusing.set).toEqual({ rule: 'mad', factor: 2 })
  })

  it('places every problem in the file that holds it', async () => {
    await write('base.yaml', `${base}comparison: { alpha: 2 }\n`)
    const file = await write('top.yaml', 'extends: base.yaml\ntraining: { epochs: no }\n')
    const problems = await problemsOf(file)
    const places = problems.map(
      (p) => `${p.file.split('/').at(-1)}:${p.line}:${p.column} ${p.path}`,
    )
    expect(places).toEqual(['top.yaml:2:21 training.epochs', 'base.yaml:6:22 comparison.alpha'])
  })

  it('does not place a problem in a list that was replaced', async () => {
    await write('base.yaml', base)
    const file = await write(
      'top.yaml',
      'extends: base.yaml\nnetworks:\n  list:\n    - { name: x }\n    - { seed: 1 }\n',
    )
    const [problem] = await problemsOf(file)
    expect(problem).toMatchObject({ file, line: 5, path: 'networks.list[1].name' })
  })

  it.each([
    ['a circle', 'a.yaml', 'goes in a circle'],
    ['a missing file', 'nowhere.yaml', 'no such file'],
    ['a folder', '.', 'ends in .yaml'],
    ['a list', '[a.yaml]', 'must name one other file'],
  ])('names %s', async (_, value, message) => {
    const file = await write('a.yaml', `extends: ${value}\n`)
    const [problem] = await problemsOf(file)
    expect(problem).toMatchObject({ file, line: 1, column: 10, path: 'extends' })
    expect(problem.message).toContain(message)
  })

  it('shows the whole circle', async () => {
    const file = await write('a.yaml', 'extends: b.yaml\n')
    await write('b.yaml', 'extends: a.yaml\n')
    const [problem] = await problemsOf(file)
    expect(problem.message).toMatch(/a\.yaml → .*b\.yaml → .*a\.yaml/)
  })
})

describe('overrides', () => {
  it('set values typed by YAML, entries of lists included', async () => {
    const file = await write('a.yaml', base)
    const { config } = await loadConfig(file, [
      'analysis.players.count=10',
      'networks.list.0.seed=3',
      'networks.list[1].rerandomize=[conv1, conv2]',
      'training.optimizer={ name: adamw, lr: 1e-4 }',
      'training.checkpoints.every=500it',
      'data.labelNoise=null',
    ])
    expect(config.analysis.players.count).toBe(10)
    expect(config.networks.list?.[0].seed).toBe(3)
    expect(config.networks.list?.[1].rerandomize).toEqual(['conv1', 'conv2'])
    expect(config.training.optimizer).toMatchObject({ name: 'adamw', lr: 1e-4 })
    expect(config.training.checkpoints).toEqual({ every: '500it' })
    expect(config.data.labelNoise).toBe(0)
  })

  it.each([
    ['training.epochs', '', 'write path=value'],
    ['extends=b.yaml', '', 'can only stand in a file'],
    ['training..epochs=3', '', 'no path of keys'],
    ['training.epochs=[3', '', 'the value is no YAML'],
    ['training.epochs=*x', '', 'the value is no YAML'],
    ['training.epochs=often', 'training.epochs', '"often" is not'],
    ['training.epoch=3', 'training.epoch', 'did you mean "epochs"?'],
    ['confusing.refernces.networks=3', 'confusing.refernces', 'did you mean "references"?'],
    ['networks.list.7.seed=3', 'networks.list.7.seed', 'entries 0 to 2'],
  ])('are named when wrong: %s', async (text, path, message) => {
    const file = await write('a.yaml', base)
    const [problem, ...others] = await problemsOf(file, [text])
    expect(others).toEqual([])
    expect(problem).toMatchObject({ file: `--set ${text}`, path })
    expect(problem.message).toContain(message)
  })

  it('do not draw a problem of the file upon themselves', async () => {
    const file = await write('a.yaml', 'data: { source: mnist }\n')
    const [problem] = await problemsOf(file, ['training.epochs=3'])
    expect(problem).toMatchObject({ file, path: 'model' })
  })
})

it('names a file that is not there', async () => {
  await expect(loadConfig(join(folder, 'none.yaml'))).rejects.toThrow(InputError)
})

it('players of a table are at most its columns, where their number was not written', async () => {
  const countOf = async (analysis: string) => {
    const yaml = `data: { source: csv, path: t.csv }\nmodel: { architecture: mlp-5 }\n${analysis}`
    const { config, written } = await loadConfig(await write('players.yaml', yaml))
    const counts = { train: 42, test: 18, features: 4 }
    return withinData(config, written, counts).analysis.players.count
  }
  expect(await countOf('')).toBe(4)
  expect(await countOf('analysis: { players: { count: 6 } }')).toBe(6)
  expect(await countOf('analysis: { players: { select: list, list: [0, 1] } }')).toBe(2)
})

describe('the number of analysed samples', () => {
  const counts = { train: 42, test: 18 }
  const yaml = `data: { source: csv, path: t.csv }
model: { architecture: mlp-5 }
`
  async function countOf(rest: string, overrides: string[] = []): Promise<number> {
    const { config, written } = await loadConfig(await write('t.yaml', yaml + rest), overrides)
    return withinData(config, written, counts).analysis.samples.count
  }

  it('is at most what the split turns out to have, where none was written', async () => {
    expect(await countOf('')).toBe(42)
    expect(await countOf('analysis: { samples: { split: test } }')).toBe(18)
  })

  it('stays as written, in a file or on the command line', async () => {
    expect(await countOf('analysis: { samples: { count: 200 } }')).toBe(200)
    expect(await countOf('', ['analysis.samples.count=200'])).toBe(200)
    expect(await countOf('analysis: { samples: { count: 7 } }')).toBe(7)
  })
})

it('a setting is parted from its problem by a colon, and no key far from it is guessed', async () => {
  const file = await write('set.yaml', 'data: { source: mnist }\nmodel: { architecture: lenet }\n')
  await expect(loadConfig(file, ['foo.bar=4'])).rejects.toThrow(
    /^--set foo\.bar=4: foo: unknown key$/,
  )
  await expect(loadConfig(file, ['analysis.player.count=4'])).rejects.toThrow(
    /^--set analysis\.player\.count=4: analysis\.player: unknown key \(did you mean "players"\?\)$/,
  )
  // The key is told once.
  await expect(loadConfig(file, ['model.low=many'])).rejects.toThrow(
    /^--set model\.low=many: "many" is /,
  )
})
