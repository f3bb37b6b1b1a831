import { nearestName } from '../models/nearest.js'
import type { Finding } from './problems.js'
import type { ExperimentConfig } from './schema.js'

/**
 * Checks over several keys that need no data. Sections that are wrong by themselves are absent;
 * whatever can be checked without them is.
 */
export function crossChecks(config: Partial<ExperimentConfig>): Finding[] {
  return [
    ...modelChecks(config),
    ...networkChecks(config),
    ...playerChecks(config),
    ...countChecks(config),
    ...trainingChecks(config),
  ]
}

type Sections = Partial<ExperimentConfig>

function modelChecks({ model, data }: Sections): Finding[] {
  const findings: Finding[] = []
  if (model === undefined) return findings
  const custom = model.architecture === 'custom'
  if (custom && model.layers === undefined) {
    findings.push({
      path: ['model', 'layers'],
      message: 'is missing: architecture "custom" needs it',
    })
  }
  if (!custom && model.layers !== undefined) {
    const message = `is only for architecture "custom", not "${model.architecture}"`
    findings.push({ path: ['model', 'layers'], message, aboutKey: true })
  }
  findings.push(
    ...duplicates(
      (model.layers ?? []).flatMap((layer) => ('name' in layer ? [layer.name] : [])),
      ['model', 'layers'],
    ),
  )
  if (
    data !== undefined &&
    isText(data.source) !== (model.architecture === 'transformer') &&
    !custom
  ) {
    const fits = isText(data.source) ? 'text needs "transformer"' : '"transformer" needs text'
    findings.push({
      path: ['model', 'architecture'],
      message: `"${model.architecture}" does not fit data.source "${data.source}": ${fits}`,
    })
  }
  return findings
}

function isText(source: string): boolean {
  return source === 'sst2' || source === 'text'
}

const tables = new Set(['tic-tac-toe', 'planted-logic', 'csv'])

function networkChecks({ networks }: Sections): Finding[] {
  const findings: Finding[] = []
  for (const key of ['low', 'high', 'order', 'regimes'] as const) {
    findings.push(...duplicates(networks?.grid?.[key] ?? [], ['networks', 'grid', key]))
  }
  const list = networks?.list ?? []
  const names = list.map(({ name }) => name)
  findings.push(...duplicates(names, ['networks', 'list'], 'name'))
  for (const [index, network] of list.entries()) {
    const path = ['networks', 'list', index]
    const needsFrom = network.rerandomize !== undefined ? 'rerandomize' : 'regime'
    if (network.from === undefined) {
      if (network.rerandomize === undefined && network.regime === 'init') continue
      const message = `needs "from", the network whose other layers it takes`
      findings.push({ path: [...path, needsFrom], message })
    } else if (!names.includes(network.from)) {
      const nearest = nearestName(network.from, names)
      const message = `there is no network "${network.from}" in the list (did you mean "${nearest}"?)`
      findings.push({ path: [...path, 'from'], message })
    } else if (isCyclic(network.name, list)) {
      const message = `"${network.name}" is derived from itself`
      findings.push({ path: [...path, 'from'], message })
    }
  }
  return findings
}

function isCyclic(name: string, list: readonly { name: string; from?: string }[]): boolean {
  const parents = new Map(list.map((network) => [network.name, network.from]))
  const seen = new Set<string>()
  for (let at = parents.get(name); at !== undefined && !seen.has(at); at = parents.get(at)) {
    if (at === name) return true
    seen.add(at)
  }
  return false
}

function duplicates(values: readonly unknown[], path: Finding['path'], key?: string): Finding[] {
  return values.flatMap((value, index) => {
    if (values.indexOf(value) === index) return []
    const place = key === undefined ? [...path, index] : [...path, index, key]
    return [{ path: place, message: `${JSON.stringify(value)} is given twice` }]
  })
}

function playerChecks({ analysis, data }: Sections): Finding[] {
  if (analysis === undefined) return []
  const { players, noise } = analysis
  const findings: Finding[] = []
  const at = (key: string, message: string) =>
    findings.push({ path: ['analysis', 'players', key], message })
  const required = { segments: 'file', layer: 'layer' } as const
  const needed = required[players.layout as keyof typeof required]
  if (needed !== undefined && players[needed] === undefined) {
    at(needed, `is missing: layout "${players.layout}" needs it`)
  }
  const cells = gridCells(players.layout === 'layer' ? players.layerGrid : players.layout)
  if (cells !== undefined && players.count > cells) {
    at('count', `${players.count} players asked for, but ${players.layout} has ${cells} cells`)
  }
  if (players.select === 'list') {
    if (players.list === undefined) at('list', 'is missing: select "list" needs it')
    else if (players.list.length !== players.count) {
      at('list', `has ${players.list.length} entries for ${players.count} players`)
    }
  } else if (players.list !== undefined) at('list', 'is only for select "list"')
  findings.push(...duplicates(players.list ?? [], ['analysis', 'players', 'list']))
  if (data !== undefined) {
    const expected = layoutOf(data.source)
    const kind = cells === undefined || players.layout === 'layer' ? players.layout : 'grid'
    if (expected !== undefined && !expected.includes(kind)) {
      at('layout', `"${players.layout}" does not fit data.source "${data.source}"`)
    }
    const features = featureCount(data)
    if (features !== undefined && players.count > features) {
      at('count', `${players.count} players asked for, but ${data.source} has ${features} features`)
    }
  }
  if (analysis.solver !== 'certified' && analysis.solver !== 'sgd-reference' && noise > 0)
    return findings
  return findings
}

function gridCells(layout: string): number | undefined {
  const match = /^grid(\d+)x(\d+)$/.exec(layout)
  return match === null ? undefined : Number(match[1]) * Number(match[2])
}

/** Layouts that fit a source; undefined where the kind of its samples is not known beforehand. */
function layoutOf(source: string): readonly string[] | undefined {
  if (source === 'npz') return undefined
  if (isText(source)) return ['auto', 'tokens']
  return tables.has(source) ? ['auto', 'features'] : ['auto', 'grid', 'segments', 'layer']
}

/** Number of features of a table that is known without reading it. */
export function featureCount(data: {
  readonly source?: unknown
  readonly features?: unknown
}): number | undefined {
  if (data.source === 'tic-tac-toe') return 9
  if (data.source === 'planted-logic') return typeof data.features === 'number' ? data.features : 10
  return undefined
}

function countChecks({ analysis, data, training }: Sections): Finding[] {
  if (data === undefined) return []
  const findings: Finding[] = []
  const beyond = (path: Finding['path'], wanted: number, split: 'train' | 'test') => {
    const available = data[split]
    if (typeof available !== 'number' || wanted <= available) return
    const message = `${wanted} is more than the ${available} samples of data.${split}`
    findings.push({ path, message })
  }
  if (training !== undefined) beyond(['training', 'batchSize'], training.batchSize, 'train')
  if (analysis !== undefined) {
    const { count, testCount, split } = analysis.samples
    beyond(['analysis', 'samples', 'count'], count, split)
    const other = split === 'train' ? 'test' : 'train'
    beyond(['analysis', 'samples', 'testCount'], testCount, other)
  }
  if (data.source === 'planted-logic') findings.push(...ruleChecks(data))
  return findings
}

function ruleChecks(
  data: Extract<ExperimentConfig['data'], { source: 'planted-logic' }>,
): Finding[] {
  const findings = data.rules.flatMap((rule, index) =>
    rule.features
      .filter((feature) => feature >= data.features)
      .map((feature) => ({
        path: ['data', 'rules', index, 'features'],
        message: `feature ${feature} does not exist: there are ${data.features}, from 0`,
      })),
  )
  const distinct = 2 ** data.features
  if (data.jitter > 0 || data.train + data.test <= distinct) return findings
  const message = `${data.train} + ${data.test} samples asked for, but ${data.features} bits give only ${distinct}; ask for fewer, for more features or for jitter`
  return [...findings, { path: ['data', 'train'], message }]
}

function trainingChecks({ training, data, model, analysis }: Sections): Finding[] {
  const findings: Finding[] = []
  const noImages = data !== undefined && (tables.has(data.source) || isText(data.source))
  if (training?.augmentation === 'crop-flip' && noImages) {
    const message = `"crop-flip" is for images, not for data.source "${data.source}"`
    findings.push({ path: ['training', 'augmentation'], message })
  }
  const binaryOutput = analysis?.output.startsWith('binary')
  if (model !== undefined && analysis !== undefined && binaryOutput !== (model.head === 'binary')) {
    const message = `"${analysis.output}" does not fit model.head "${model.head}"`
    findings.push({ path: ['analysis', 'output'], message })
  }
  const { optimizer } = training ?? {}
  if (optimizer?.name === 'sgd' && optimizer.nesterov && optimizer.momentum === 0) {
    findings.push({ path: ['training', 'optimizer', 'nesterov'], message: 'needs momentum' })
  }
  return findings
}
