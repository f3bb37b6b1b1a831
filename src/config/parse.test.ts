/** Configurations and what is said of them: defaults of short ones, and problems of wrong ones with their places. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { stringify } from 'yaml'
import { parseDuration } from '../core/duration.js'
import { ConfigError, type ConfigProblem } from '../core/errors.js'
import { parseConfig } from '../testing/parseConfig.js'

function problemsOf(text: string): readonly ConfigProblem[] {
  try {
    parseConfig(text, 'study.yaml')
  } catch (error) {
    if (error instanceof ConfigError) return error.problems
    throw error
  }
  throw new Error('there was no problem')
}

/** The only problem of a text, as `line:column path: message`. */
function problemOf(text: string): string {
  const problems = problemsOf(text)
  expect(problems).toHaveLength(1)
  const [{ line, column, path, message }] = problems
  return `${line}:${column} ${path}: ${message}`
}

const least = 'data: { source: mnist }\nmodel: { architecture: lenet }\n'

const example = `# yaml-language-server: $schema=./lowlayer.schema.json
study: mnist-lenet
data:     { source: mnist, path: ../shared/data/mnist, train: 2000, test: 2000, labelNoise: 0.1 }
model:    { architecture: lenet, low: 2 }
training: { epochs: 60, batchSize: 128, optimizer: { name: sgd, lr: 0.01, momentum: 0.9 }, checkpoints: { logSpaced: 12 } }
networks:
  grid: { low: [0, 1, 2], high: [0, 1, 2], order: [0], repeats: 3, regimes: [init] }
  list:
    - { name: base, seed: 0 }
    - { name: low-redrawn,  from: base, rerandomize: low,        seed: 1 }
    - { name: head-redrawn, from: base, rerandomize: [fc2, fc3], seed: 1 }
    - { name: other-arch,   from: base, architecture: lenet-wide }
analysis:
  samples: { count: 200, split: train, filter: none }
  players: { count: 8, layout: grid4x4, select: variance }
  baseline: mean
  output: log-odds-v0
  noise: 0.04
  solver: certified
  salience: { rule: mean-output, factor: 0.03 }
confusing: { score: offset-complexity, set: { rule: top, fraction: 0.1 } }
comparison: { permutations: all, bootstrap: 2000, alpha: 0.05 }
runtime: { engine: auto, device: auto, jobs: auto }
`

describe('a valid configuration', () => {
  it('may be the documented example', () => {
    const config = parseConfig(example, 'configs/any.yaml')
    expect(config.study).toBe('mnist-lenet')
    expect(config.training.epochs).toBe('60ep')
    expect(config.networks.list?.map(({ name }) => name)).toEqual([
      'base',
      'low-redrawn',
      'head-redrawn',
      'other-arch',
    ])
  })

  it('needs data and model only, and is named after its file', () => {
    const config = parseConfig(least, 'configs/first try.yaml')
    expect(config.study).toBe('first-try')
    expect(config.networks.grid).toEqual({
      low: [0, 1, 2],
      high: [0, 1, 2],
      order: [0],
      repeats: 3,
      regimes: ['init'],
      donors: 1,
    })
    expect(config.analysis.players.count).toBe(8)
  })

  it('is the same when it is written out in full and read again', () => {
    for (const text of [example, least]) {
      const config = parseConfig(text, 'a.yaml')
      expect(parseConfig(stringify(config), 'a.yaml')).toEqual(config)
    }
  })

  it('takes all features of a known table as players, and no more samples than there are', () => {
    const table = (data: string) =>
      parseConfig(`data: ${data}\nmodel: { architecture: mlp-5 }`, 'a')
    expect(table('{ source: tic-tac-toe }').analysis.players.count).toBe(9)
    const logic = table('{ source: planted-logic, features: 8, train: 40, test: 20 }')
    expect(logic.analysis.players.count).toBe(8)
    expect(logic.training.batchSize).toBe(40)
    expect(logic.analysis.samples).toMatchObject({ count: 40, testCount: 20 })
  })

  it('takes the output that suits the head', () => {
    const text = 'data: { source: tic-tac-toe }\nmodel: { architecture: mlp-5, head: binary }'
    expect(parseConfig(text, 'a').analysis.output).toBe('binary-v0')
  })

  it('takes cards by their numbers', () => {
    const devices = ['cuda:0', 'cuda:12']
    expect(
      parseConfig(`${least}runtime: { devices: [cuda:0, cuda:12] }`, 'a.yaml').runtime,
    ).toEqual({
      ...{ engine: 'auto', device: 'auto', jobs: 'auto' },
      slurm: { cpus: 1, pack: 1, requeues: 20 },
      devices,
    })
    expect(parseConfig(`${least}runtime: { device: cuda:1 }`, 'a.yaml').runtime.device).toBe(
      'cuda:1',
    )
  })

  it('writes equal durations alike', () => {
    const epochs = (text: string) => parseConfig(`${least}training: { epochs: ${text} }`, 'a')
    expect(epochs('60').training.epochs).toBe(epochs('60ep').training.epochs)
    expect(parseDuration(epochs('500it').training.epochs)).toEqual({ steps: 500 })
  })

  it('picks the first optimiser when only its settings are given', () => {
    const { optimizer } = parseConfig(`${least}training: { optimizer: { lr: 0.5 } }`, 'a').training
    expect(optimizer).toMatchObject({ name: 'sgd', lr: 0.5, momentum: 0.9 })
  })
})

describe('a problem', () => {
  it('with braces of a path names the remedy', () => {
    const text = 'networks: { files: [{ name: a, path: a/{epoch}.onnx }] }'
    expect(problemsOf(text).map(({ message }) => message)).toContainEqual(
      expect.stringMatching(/stands in quotes: "nets\/\{epoch\}\.onnx"/),
    )
  })

  it.each([
    [
      'an unknown key',
      `${least}training: { epochz: 5 }`,
      '3:13 training.epochz: unknown key (did you mean "epochs"?)',
    ],
    [
      'a key in the wrong place',
      `${least}epochs: 5`,
      '3:1 epochs: unknown key (did you mean "training.epochs"?)',
    ],
    [
      'a key of another variant',
      `${least}training: { optimizer: { name: adam, momentum: 0.9 } }`,
      '3:38 training.optimizer.momentum: unknown key',
    ],
    [
      'settings of another solver',
      `${least}analysis: { reference: { iterations: 10 } }`,
      '3:26 analysis.reference.iterations: only analysis.solver: sgd-reference uses it: leave it out, or at 10000',
    ],
    [
      'a grid of a layer that is not masked',
      `${least}analysis: { players: { layerGrid: grid2x2 } }`,
      '3:24 analysis.players.layerGrid: only analysis.players.layout: layer uses it',
    ],
    [
      'what becomes of labels where none are replaced',
      `data: { source: tic-tac-toe, labelNoiseTo: any }\nmodel: { architecture: mlp-5 }\n`,
      '1:44 data.labelNoiseTo: says how labels are replaced',
    ],
    [
      'equal shares of all samples',
      `data: { source: csv, path: a.csv, balance: equal }\nmodel: { architecture: mlp-5 }\n`,
      '1:44 data.balance: "equal" has no effect, since all samples are taken',
    ],
    [
      'equal shares of the first samples',
      `data: { source: csv, path: a.csv, balance: equal, train: 40, select: first }\nmodel: { architecture: mlp-5 }\n`,
      '1:44 data.balance: "equal" has no effect, since data.select: first',
    ],
    [
      'the first of all samples',
      `data: { source: mnist, select: first }\nmodel: { architecture: lenet }\n`,
      '1:32 data.select: "first" has no effect, since all samples are taken',
    ],
    [
      'a seed of data of which nothing is drawn',
      `data: { source: mnist, train: 40, test: 40, select: first, seed: 3 }\nmodel: { architecture: lenet }\n`,
      '1:66 data.seed: 3 has no effect, since data.select: first draws none, and no label is replaced',
    ],
    [
      'classes beside the tokens that are to follow',
      `data: { source: tokens, path: a.npz, target: next, labels: sentiment }\nnetworks: { files: [{ name: a, path: a.onnx, low: 0, high: 0 }] }\n`,
      '1:60 data.labels: "sentiment" is not read beside data.target: leave it out',
    ],
    [
      'keys of players that another layout uses',
      `${least}analysis: { players: { layer: conv1 } }`,
      '3:24 analysis.players.layer: only analysis.players.layout: layer uses it: leave it out',
    ],
    [
      'groups of what is no feature',
      `${least}analysis: { players: { layout: grid2x2, count: 4, groups: { a: [0] } } }`,
      '3:51 analysis.players.groups: only analysis.players.layout: features uses it: leave it out',
    ],
    [
      'a gap where nothing is searched for',
      `${least}analysis: { solver: and, gap: 0.01 }`,
      '3:26 analysis.gap: only analysis.solver: certified uses it',
    ],
    [
      'a tie-break where the split is given',
      `${least}analysis: { solver: sgd-reference, tieBreak: high }`,
      '3:36 analysis.tieBreak: only analysis.solver: certified uses it',
    ],
    [
      'noise where nothing is split',
      `${least}analysis: { solver: or, noise: 0 }`,
      '3:25 analysis.noise: only analysis.solver: certified or sgd-reference uses it',
    ],
    [
      'a seed of players that nothing draws',
      `${least}analysis: { players: { seed: 1 } }`,
      '3:24 analysis.players.seed: only analysis.players.select: random uses it: leave it out, or at 0',
    ],
    [
      'a seed of samples that all are named',
      `${least}analysis: { samples: { ids: [1, 2], testCount: 0, seed: 1 } }`,
      '3:51 analysis.samples.seed: only a draw of samples (neither analysis.samples.first nor ids, or a testCount) uses it',
    ],
    [
      'a scope of offsetting that is not scored',
      `${least}confusing: { score: cancellation, offsetScope: global }`,
      '3:35 confusing.offsetScope: only confusing.score: offset-complexity uses it: leave it out, or at per-order',
    ],
    [
      'a seed that draws nothing',
      `${least}networks: { list: [{ name: a }, { name: b, from: a, regime: trained-frozen, seed: 1 }] }`,
      '3:77 networks.list[1].seed: draws nothing beside "from": say which layers it draws',
    ],
    [
      'a seed of layers that are taken over',
      `${least}networks: { list: [{ name: a }, { name: b, from: a, regime: trained-frozen, seeds: { low: 1 } }] }`,
      '3:86 networks.list[1].seeds.low: draws nothing: regime trained-frozen takes the low layers over',
    ],
    [
      'donors that nothing is taken from',
      `${least}networks: { grid: { donors: 2 } }`,
      '3:29 networks.grid.donors: no regime of the grid takes layers over',
    ],
    [
      'other architectures beside shared high layers',
      `${least}networks: { grid: { regimes: [frozen-random-high], architectures: [resmlp-5] } }`,
      '3:67 networks.grid.architectures: further architectures share the low layers',
    ],
    [
      'too few simulated curves for the level',
      `${least}phases: { level: 0.99, bootstrap: 198 }`,
      '3:35 phases.bootstrap: too few for phases.level: no rise could be found with less than 199',
    ],
    [
      'a key that is no more',
      `${least}confusing: { noiseNull: { surrogates: 0 } }`,
      '3:14 confusing.noiseNull: is no more: tables without structure score higher',
    ],
    [
      'a wrong type',
      `${least}training: { batchSize: many }`,
      '3:24 training.batchSize: "many" is not a number',
    ],
    [
      'a fraction for a whole number',
      `${least}training:\n  batchSize: 1.5`,
      '4:14 training.batchSize: 1.5 is not a whole number',
    ],
    [
      'a fraction for a whole number or a word',
      least.replace('mnist', 'mnist, train: 100.5'),
      '1:31 data.train: 100.5 is not a whole number',
    ],
    [
      'no number',
      `${least}training: { optimizer: { lr: .nan } }`,
      '3:30 training.optimizer.lr: NaN is not finite',
    ],
    ['a second document', `${least}---\n${least}`, '3:1 : a configuration is one document (---)'],
    [
      'a number out of range',
      `${least}analysis: { noise: 2 }`,
      '3:20 analysis.noise: 2 must be at most 1',
    ],
    [
      'a seed beyond the whole numbers that doubles hold',
      `${least}networks: { list: [{ name: a, seed: 9007199254740993 }] }`,
      '3:37 networks.list[0].seed: 9007199254740992 must be at most 4294967295',
    ],
    [
      'a count below them',
      `${least}training: { batchSize: -1.0e+30 }`,
      '3:24 training.batchSize: -1e+30 must be at least 1',
    ],
    [
      'a mask token that is none',
      `${least}analysis: { baseline: { maskToken: -1 } }`,
      '3:36 analysis.baseline.maskToken: -1 must be at least 0',
    ],
    [
      'a mask token that is a word',
      `${least}analysis: { baseline: { maskToken: '[MASK]' } }`,
      '3:36 analysis.baseline.maskToken: "[MASK]" is not what it takes: Masked words of token ids become this id; 103 is [MASK] of BERT',
    ],
    [
      'an unknown data set',
      least.replace('mnist', 'mnits'),
      '1:17 data.source: unknown "mnits" (did you mean "mnist"?)',
    ],
    [
      'an unknown architecture',
      least.replace('lenet', 'lenett'),
      '2:24 model.architecture: unknown "lenett" (did you mean "lenet"?)',
    ],
    [
      'a setting that no architecture of the study takes',
      least.replace('lenet', 'lenet, width: 50'),
      '2:31 model.width: is only for mlp-5, resmlp-5, alexnet, vgg11,',
    ],
    [
      'an unknown word',
      `${least}analysis: { solver: exact }`,
      '3:21 analysis.solver: unknown "exact" (did you mean',
    ],
    [
      'a missing section',
      'data: { source: mnist }',
      '1:1 model: is missing: networks that are trained need one',
    ],
    [
      'a missing key',
      `data: { source: csv }\nmodel: { architecture: mlp-5 }`,
      '1:7 data.path: is missing: needs text',
    ],
    [
      'a missing source',
      `data: { train: 5 }\nmodel: { architecture: mlp-5 }`,
      '1:7 data.source: is missing: one of tic-tac-toe',
    ],
    [
      'an empty section',
      'data:\nmodel: { architecture: lenet }',
      '1:1 data: an empty value is not a mapping',
    ],
    [
      'a bad duration',
      `${least}training: { epochs: 5 epochs }`,
      '3:21 training.epochs: "5 epochs" is not',
    ],
    [
      'a run of no length',
      `${least}training: { epochs: 0 }`,
      '3:21 training.epochs: must be longer than nothing',
    ],
    [
      'a bad baseline',
      `${least}analysis: { baseline: zeros }`,
      '3:23 analysis.baseline: "zeros" (did you mean "zero"?) is not zero, mean, blur, learned',
    ],
    [
      'a bad baseline setting',
      `${least}analysis: { baseline: { damp: 2 } }`,
      '3:31 analysis.baseline.damp: 2 must be at most 1',
    ],
    [
      'another name of the number of players',
      `${least}analysis: { players: { n: 8 } }`,
      '3:24 analysis.players.n: unknown key (did you mean "count"?)',
    ],
    [
      'too many players',
      `${least}analysis: { players: { count: 16 } }`,
      '3:31 analysis.players.count: 16 players need 2^16',
    ],
    [
      'a bad regime',
      `${least}networks: { grid: { regimes: [initial] } }`,
      '3:31 networks.grid.regimes[0]: "initial" is not valid: init,',
    ],
    [
      'networks of no kind',
      `${least}networks: {}`,
      '3:11 networks: needs "grid", "list", "files" or "table"',
    ],
    [
      'a key given twice',
      `${least}training: {}\ntraining: {}`,
      '4:1 : the key "training" is given twice',
    ],
    [
      'a key given twice in braces',
      `${least}training: { epochs: 5, "epochs": 6 }`,
      '3:24 : the key "epochs" is given twice',
    ],
    ['a syntax error', `${least}training: { epochs: 5`, ''],
    ['a list for a file', '- a\n- b', '1:1 : must hold "key: value" lines'],
  ])('such as %s is named with its place', (_, text, expected) => {
    expect(problemOf(text).slice(0, expected.length)).toBe(expected)
  })

  it.each([
    [
      'names given twice',
      'list: [{ name: a }, { name: a }]',
      'networks.list[1].name: "a" is given twice',
    ],
    [
      'an unknown origin',
      'list: [{ name: base }, { name: b, from: bas, rerandomize: low }]',
      'networks.list[1].from: there is no network "bas" in the list (did you mean "base"?)',
    ],
    [
      'a circle',
      'list: [{ name: a, from: b }, { name: b, from: a }]',
      'networks.list[0].from: "a" is derived from itself',
    ],
    [
      'a missing origin',
      'list: [{ name: a, rerandomize: low }]',
      'networks.list[0].rerandomize: needs "from"',
    ],
    ['equal seeds', 'grid: { low: [0, 1, 0] }', 'networks.grid.low[2]: 0 is given twice'],
  ])('across networks is found: %s', (_, networks, expected) => {
    const messages = problemsOf(`${least}networks: { ${networks} }`).map(
      (p) => `${p.path}: ${p.message}`,
    )
    expect(messages.some((message) => message.startsWith(expected))).toBe(true)
  })

  it.each([
    [
      'fewer cells than players',
      'players: { layout: grid2x2 }',
      'analysis.players.count: 8 players asked for, but grid2x2 has 4 cells',
    ],
    [
      'fewer inner cells than players',
      'players: { layout: layer, layer: conv1, margin: 1 }',
      'analysis.players.count: 8 players asked for, but grid4x4 has 4 cells at least 1 from its border',
    ],
    [
      'a list of another length',
      'players: { count: 3, select: list, list: [1, 2] }',
      'analysis.players.list: has 2 entries for 3 players',
    ],
    ['a missing list', 'players: { select: list }', 'analysis.players.list: is missing'],
    ['a missing file', 'players: { layout: segments }', 'analysis.players.file: is missing'],
    [
      'a layout for other data',
      'players: { layout: tokens }',
      'analysis.players.layout: "tokens" does not fit data.source "mnist"',
    ],
    [
      'an output for another head',
      'output: binary',
      'analysis.output: "binary" does not fit model.head "softmax"',
    ],
    [
      'a clamp of what is no probability',
      'output: logit, clamp: 1e-7',
      'analysis.clamp: acts on probabilities, which analysis.output "logit" has none of',
    ],
  ])('across the analysis is found: %s', (_, analysis, expected) => {
    const messages = problemsOf(`${least}analysis: { ${analysis} }`).map(
      (p) => `${p.path}: ${p.message}`,
    )
    expect(messages).toContainEqual(expect.stringContaining(expected))
  })

  it.each([
    [
      'a reference that is not there',
      'analysis: { samples: { testCount: 0 } }\nconfusing: { score: nongeneralizable-mass }',
      'confusing.score: "nongeneralizable-mass" compares with samples of the other split',
    ],
    [
      'growth between one checkpoint',
      'analysis: { checkpoints: final }\nconfusing: { phase: delta }',
      'confusing.phase: "delta" needs a checkpoint where overfitting begins',
    ],
  ])('between score and analysis is found: %s', (_, sections, expected) => {
    const messages = problemsOf(`${least}${sections}`).map((p) => `${p.path}: ${p.message}`)
    expect(messages).toContainEqual(expect.stringContaining(expected))
  })

  it.each([
    ['a card without its number', '{ device: "cuda:" }', 'runtime.device: "cuda:"'],
    [
      'a number that is none',
      '{ devices: [cuda:01] }',
      'runtime.devices[0]: "cuda:01" is not valid',
    ],
    ['a list of other devices', '{ devices: [cpu] }', 'runtime.devices[0]: "cpu" is not valid'],
    ['an empty list', '{ devices: [] }', 'runtime.devices: its length must be at least 1'],
    [
      'a card twice',
      '{ devices: [cuda:1, cuda:1] }',
      'runtime.devices[1]: "cuda:1" is given twice',
    ],
    ['a device beside cards', '{ device: cpu, devices: [cuda:0] }', 'beside runtime.device cpu'],
    ['cards of tfjs', '{ engine: tfjs, devices: [cuda:0] }', 'need the engine onnx'],
  ])('among devices is found: %s', (_, runtime, expected) => {
    const messages = problemsOf(`${least}runtime: ${runtime}`).map((p) => `${p.path}: ${p.message}`)
    expect(messages).toEqual([expect.stringContaining(expected)])
  })

  it('comes with all others, in the order of the lines', () => {
    const problems = problemsOf(
      'data: { source: mnist, trian: 5 }\nmodel: { architecture: lenet, low: 0 }\n' +
        'training:\n  epochs: -1\n  lr: 3\nnetworks: { list: [{ name: a }, { name: a }] }\n',
    )
    expect(problems.map(({ line, path }) => `${line} ${path}`)).toEqual([
      '1 data.trian',
      '2 model.low',
      '4 training.epochs',
      '5 training.lr',
      '6 networks.list[1].name',
    ])
    expect(problems[3].message).toContain('training.optimizer.lr')
    expect(problems[0].source).toContain('trian')
  })

  it('is the only thing that any text can cause', () => {
    const word = fc.constantFrom(
      'data',
      'model',
      'source',
      'mnist',
      'networks',
      'list',
      'baseline',
      '__proto__',
      'n',
      '<<',
    )
    const value = fc.letrec((tie) => ({
      any: fc.oneof(
        { maxDepth: 4 },
        fc.integer(),
        fc.boolean(),
        fc.constant(null),
        word,
        fc.array(tie('any')),
        fc.dictionary(word, tie('any')),
      ),
    })).any
    fc.assert(
      fc.property(
        fc.oneof(
          value.map((v) => stringify(v)),
          fc.string(),
        ),
        (text) => {
          try {
            parseConfig(text, 'any.yaml')
          } catch (error) {
            expect(error).toBeInstanceOf(ConfigError)
            for (const problem of (error as ConfigError).problems)
              expect(problem.file).toBe('any.yaml')
          }
        },
      ),
      { numRuns: 300 },
    )
  })
})
