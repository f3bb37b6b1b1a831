import { basename, resolve } from 'node:path'
import { differenceInPercent, inPercent, percent, short } from '../../comparison/clauses/wording.js'
import { type Pool, type PooledStudy, poolStudies } from '../../comparison/pool/poolStudies.js'
import type { Estimate } from '../../comparison/types.js'
import { InputError } from '../../core/errors.js'
import { elsewhere } from '../../plan/layers.js'
import { jsonText } from '../../store/atomic.js'
import {
  type FinishedStudy,
  mainEffects,
  mainNetworks,
  readFinishedStudy,
} from '../../tasks/reporting/finishedStudy.js'
import { alignedTable } from '../alignedTable.js'
import type { PoolOptions } from '../commands/pool.js'
import { checkSameQuestion } from '../pool/sameQuestion.js'

/** Prints one verdict of the finished studies of several folders. */
export async function pool(folders: readonly string[], options: PoolOptions): Promise<void> {
  process.stdout.write(await describe(folders, options.json === true))
}

async function describe(folders: readonly string[], json: boolean): Promise<string> {
  const twice = folders.find((one, index) =>
    folders.slice(0, index).some((other) => resolve(other) === resolve(one)),
  )
  if (twice !== undefined) throw new InputError(`${twice} is given twice`)
  const studies = await Promise.all(folders.map((folder) => readFinishedStudy(resolve(folder))))
  const remark = checkSameQuestion(studies)
  const inputs = studies.map(pooledStudy)
  const { alpha, margin, seed } = studies[0].config.comparison
  const bootstrap = Math.max(...studies.map(({ config }) => config.comparison.bootstrap))
  // Without a grid there are no shares, which was refused above.
  const grid = studies[0].verdict.grid!
  const found = poolStudies(inputs, { alpha, margin, grid, bootstrap, seed })
  const warnings = [
    ...(remark === undefined ? [] : [remark]),
    ...studies
      .filter(({ manifest }) => !manifest.complete)
      .map(
        ({ folder }) => `${basename(folder)} is not complete: what failed of it is missing here`,
      ),
    ...found.warnings,
  ]
  if (json) {
    const listed = inputs.map(({ clauses: _, meanSquares: __, ...study }, index) => ({
      ...study,
      folder: folders[index],
      weight: found.low.weights[index],
    }))
    return jsonText({ studies: listed, ...found, warnings })
  }
  return describePool(inputs, found, warnings)
}

/** Throws InputError where a study has no shares, or no interval of them. */
function pooledStudy(study: FinishedStudy): PooledStudy {
  const rows = new Map(mainEffects(study).map((row) => [row.effect, row]))
  const name = basename(study.folder)
  const estimateOf = (effect: string): Estimate => {
    const row = rows.get(effect)
    if (row?.estimate === undefined || row.ci_low === undefined || row.ci_high === undefined) {
      throw new InputError(
        `${name} cannot be pooled: it has no interval of its shares (${effect}: ${row?.note ?? 'not in effects.csv'})`,
      )
    }
    return { estimate: row.estimate, low: row.ci_low, high: row.ci_high }
  }
  const networks = mainNetworks(study)
  // The id of a network from elsewhere is of the data, too; its files are the same whatever it is analysed on.
  const given = new Map(
    (study.manifest.data.given ?? []).map(({ entry, checkpoints }) => {
      return [entry.name, checkpoints.map(({ id }) => id).join()]
    }),
  )
  return {
    name,
    networks: networks.flatMap(({ network, name }) => given.get(name ?? '') ?? network ?? []),
    lowSeeds: [
      ...new Set(
        networks.flatMap(({ name, seed_low: seed }) =>
          seed !== undefined && given.has(name ?? '') ? elsewhere(seed) : (seed ?? []),
        ),
      ),
    ],
    low: estimateOf('low'),
    high: estimateOf('high'),
    difference: estimateOf('low−high'),
    // Where there are intervals, there is what they are computed from.
    meanSquares: study.verdict.meanSquares!,
    p: rows.get('low')?.p_value ?? 1,
    verdict: study.verdict.verdict,
    clauses: study.verdict.clauses,
  }
}

/** Low × high seeds and samples that the shares of a study rest on: a grid with gaps has more seeds, a filter leaves fewer samples. */
function seedsAndSamples({ meanSquares: { own } }: PooledStudy): [seeds: string, samples: string] {
  return [`${own.lows} × ${own.highs}`, String(own.samples)]
}

function describePool(
  inputs: readonly PooledStudy[],
  { low, high, difference, p, verdict, sentence }: Pool,
  warnings: readonly string[],
): string {
  const rows = inputs.map((study, index) => [
    study.name,
    ...seedsAndSamples(study),
    percent(low.weights[index]),
    inPercent(study.low),
    inPercent(study.high),
    differenceInPercent(study.difference),
    short(study.p),
    study.verdict,
  ])
  const head = [
    'study',
    'seeds',
    'samples',
    'weight of low',
    'low share',
    'high share',
    'low − high',
    'p',
    'verdict',
  ]
  const pooled = [
    'pooled',
    '',
    '',
    '',
    inPercent(low),
    inPercent(high),
    differenceInPercent(difference),
    short(p),
    verdict,
  ]
  return [
    ...alignedTable([head, ...rows, pooled]),
    `spread of the low share between studies: τ ${percent(low.between)}, I² ${percent(low.iSquared)}, Q ${short(low.q)} on ${low.groups - 1}`,
    ...warnings.map((warning) => `warning  ${warning}`),
    `verdict  ${sentence}`,
    '',
  ].join('\n')
}
