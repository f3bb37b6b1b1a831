import { join } from 'node:path'
import { stringify as toYaml } from 'yaml'
import { collectDecompositions, writeInteractionFile } from '../artifacts/interactionFile.js'
import { removePartials } from '../artifacts/partialValues.js'
import { writeValueFile } from '../artifacts/valueFile.js'
import { overlap } from '../comparison/overlap.js'
import { InputError } from '../core/errors.js'
import { spearman } from '../metrics/descriptive.js'
import { jsonText } from '../store/atomic.js'
import type { NetworkAnalysis } from '../study/network.js'
import { confusingRows, generalizationRows, orderRows, sampleRows } from '../study/rows.js'
import { pairTransfer } from '../study/transfer.js'
import { schemaDocument } from '../tables/schemaDocument.js'
import { toCsv } from '../tables/table.js'
import {
  confusingTable,
  curvesTable,
  effectsTable,
  generalizationTable,
  type NetworkRow,
  networksTable,
  type OverlapRow,
  ordersTable,
  overlapsTable,
  samplesTable,
  schemaVersion,
} from '../tables/tables.js'
import { accuracyOf } from './accuracy.js'
import type { AnalyzeResult } from './analyze.js'
import { valueFileOf } from './analyzeModel.js'
import { sectionOf } from './options.js'
import type { AnalyzedModel, AnalyzeRequest } from './types.js'

type Analysis = NetworkAnalysis<AnalyzedModel>

/** Takes the sign away that the results in a folder are whole, before any of them is replaced. */
export async function markUnfinished({ out, lease }: AnalyzeRequest): Promise<void> {
  await lease.remove(join(out, 'manifest.json'))
}

/**
 * Writes the tables of an analysis, with the columns of a study's, and the value tables and
 * interactions they come from; the manifest last, as the sign that all is there. Nothing was trained,
 * so `curves.csv` and `effects.csv` have no rows.
 */
export async function writeAnalysis(request: AnalyzeRequest, result: AnalyzeResult): Promise<void> {
  const { write } = request.lease
  const analyses = result.models.map(({ analysis }) => analysis)
  const files = {
    'networks.csv': toCsv(networksTable, analyses.map(networkRow)),
    'samples.csv': toCsv(samplesTable, analyses.flatMap(sampleRows)),
    'orders.csv': toCsv(ordersTable, analyses.flatMap(orderRows)),
    'generalization.csv': toCsv(generalizationTable, analyses.flatMap(generalizationRows)),
    'confusing.csv': toCsv(confusingTable, analyses.flatMap(confusingRows)),
    'curves.csv': toCsv(curvesTable, []),
    'effects.csv': toCsv(effectsTable, []),
    'overlaps.csv': toCsv(overlapsTable, overlapRows(analyses)),
    'config.yaml': configFile(request),
    'SCHEMA.md': schemaDocument(),
  }
  for (const [name, content] of Object.entries(files)) {
    await write(join(request.out, name), content)
  }
  for (const { analysis, decompositions, openValues } of result.models) {
    const { network, checkpoints } = analysis
    const [{ values }] = checkpoints
    const file = valueFileOf(request.out, network)
    const partial = await openValues()
    try {
      if (partial.count !== values.count)
        throw new InputError(`what was evaluated for ${file} has changed meanwhile`)
      await writeValueFile(file, values, partial.rows(), write)
    } finally {
      await partial.close()
    }
    await writeInteractionFile(
      join(request.out, 'interactions', `${network.id}.npz`),
      collectDecompositions(decompositions),
      write,
    )
  }
  await write(join(request.out, 'manifest.json'), jsonText(manifest(request, result)))
}

/** Removes what was kept for the case of a stop. */
export async function removeAllPartials(
  { out, lease }: AnalyzeRequest,
  { models }: AnalyzeResult,
): Promise<void> {
  for (const { analysis } of models) {
    await removePartials(valueFileOf(out, analysis.network), lease)
  }
}

function networkRow({ network }: Analysis): NetworkRow {
  const unknown = Object.keys(networksTable.columns).map((column) => [column, undefined])
  return {
    ...(Object.fromEntries(unknown) as NetworkRow),
    network: network.id,
    name: network.name,
    architecture: 'onnx',
    status: 'done',
  }
}

/** The main confusing sets of every pair of models, against chance. */
function overlapRows(analyses: readonly Analysis[]): OverlapRow[] {
  return analyses.flatMap((a, index) => analyses.slice(index + 1).map((b) => overlapRow(a, b)))
}

function overlapRow(a: Analysis, b: Analysis): OverlapRow {
  const members = ({ sets }: Analysis) => new Set(sets[0].set.members.map(({ sample }) => sample))
  const found = overlap(members(a), members(b), a.samples.length)
  const gap = Math.abs(accuracyOf(a) - accuracyOf(b))
  const transfer = pairTransfer(a.salient, b.salient)
  return {
    a: a.network.id,
    b: b.network.id,
    relation: a.network.id === b.network.id ? 'identical' : 'other-model',
    cut: undefined,
    cut_layers: undefined,
    step: 0,
    size_a: found.sizeA,
    size_b: found.sizeB,
    shared: found.shared,
    jaccard: found.jaccard,
    expected_jaccard: found.expectedJaccard,
    overlap_coefficient: found.coefficient,
    kappa: found.kappa,
    p_value: found.pValue,
    spearman: spearman(a.scores, b.scores),
    accuracy_gap: gap,
    similar_accuracy: undefined,
    transfer: transfer.share,
    expected_transfer: transfer.chance,
  }
}

/** What the analysis read of the configuration, and what it was told of the models: enough to repeat it. */
function usedSections({ config, wishes, preprocessing }: AnalyzeRequest) {
  const { study, data, analysis, confusing, runtime } = config
  const told = sectionOf(wishes, preprocessing)
  return { study, data, ...(isEmpty(told) ? {} : { analyze: told }), analysis, confusing, runtime }
}

function isEmpty(value: object): boolean {
  return Object.keys(value).length === 0
}

/** A configuration that `--config` takes: only what is read, so that nothing of it is called ignored. */
function configFile(request: AnalyzeRequest): string {
  const { analysis, confusing, ...rest } = usedSections(request)
  const { checkpoints: _c, ...analysed } = analysis
  const { noiseNull: _n, reliability: _r, phase: _p, ...scored } = confusing
  const files = request.models.join(' ')
  return (
    `# lowlayer analyze ${files} --config THIS_FILE repeats the analysis, in the folder where it was made.\n` +
    toYaml({ ...rest, analysis: analysed, confusing: scored })
  )
}

function manifest(
  request: AnalyzeRequest,
  { models, data, players, baseline, engine, assumptions, warnings, fed }: AnalyzeResult,
) {
  return {
    complete: true,
    schemaVersion,
    assumptions,
    warnings,
    lowlayer: request.version,
    versions: { node: process.version, ...engine.versions },
    engine: engine.name,
    device: engine.device,
    config: usedSections(request),
    preprocessing: request.preprocessing,
    options: sectionOf(request.wishes, request.preprocessing),
    fed,
    data: { fingerprint: data.fingerprint, shape: data.shape, classes: data.classes },
    players: { n: players.n },
    baseline: { name: baseline.name, fingerprint: baseline.fingerprint },
    models: models.map(({ analysis }) => ({
      ...analysis.network,
      accuracy: accuracyOf(analysis),
    })),
    finishedAt: new Date().toISOString(),
  }
}
