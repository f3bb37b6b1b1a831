/** What the report shows of single samples, from stored interactions. */
import { join } from 'node:path'
import { readTablesOf } from '../../artifacts/valueFile.js'
import { messageOf } from '../../core/errors.js'
import { groupBy } from '../../core/groupBy.js'
import type { StudyNetwork } from '../../plan/types.js'
import { shownCheckpoints } from '../../report/figures/checkpoints.js'
import { doneNetworks, ownSets } from '../../report/figures/studyRows.js'
import type {
  ReportProblem,
  ReportStudy,
  SampleDetail,
  StoredSample,
  StudyTables,
} from '../../report/types.js'
import { networkPaths } from '../../store/layout.js'
import type { CheckpointInput } from '../../study/checkpoint.js'
import { interactionsOf } from '../../study/types.js'
import type { NetworkRow } from '../../tables/tables.js'
import { readCheckpoint } from '../analysis/readNetwork.js'
import type { StudyPlace } from '../types.js'

const NETWORKS_SHOWN = 3
const CONFUSING_SHOWN = 6
const OTHERS_SHOWN = 2

/** Samples for the gallery, without their drawings: of one network a low seed, for up to three. */
export async function readDetails(
  study: ReportStudy,
  stored: StudyPlace,
  problems: ReportProblem[],
): Promise<SampleDetail[]> {
  const details: SampleDetail[] = []
  const { panels } = shownCheckpoints(study.tables)
  for (const row of shownNetworks(study.tables)) {
    const network = stored.plan.networks.find(({ id }) => id === row.network)
    const steps = panels.flatMap(({ stepOf }) => stepOf(row.network) ?? [])
    if (steps.length === 0 || network === undefined) continue
    try {
      details.push(...(await detailsOf(study, stored, network, steps)))
    } catch (error) {
      problems.push({ file: join('networks', network.id), message: messageOf(error) })
    }
  }
  return details
}

/** One network a low seed; the next ones where there are fewer than two low seeds. */
function shownNetworks(tables: StudyTables): NetworkRow[] {
  const done = doneNetworks(tables)
  const perLow = done.filter(
    ({ seed_low }, index) => done.findIndex((row) => row.seed_low === seed_low) === index,
  )
  const rest = done.filter((row) => !perLow.includes(row))
  return [...perLow, ...rest].slice(0, Math.min(NETWORKS_SHOWN, Math.max(perLow.length, 2)))
}

async function detailsOf(
  study: ReportStudy,
  stored: StudyPlace,
  network: StudyNetwork,
  steps: readonly number[],
): Promise<SampleDetail[]> {
  const rows = study.tables.samples.filter(
    (row) => row.network === network.id && row.step === steps[steps.length - 1],
  )
  const ranked = rows.toSorted((a, b) => (b.score ?? 0) - (a.score ?? 0))
  const holders = groupBy(ownSets(study), ({ sample }) => sample)
  const sets = (sample: number | undefined) =>
    (holders.get(sample) ?? []).flatMap((set) => set.network ?? [])
  const members = ranked.filter(({ sample }) => sets(sample).includes(network.id))
  const others = ranked.filter((row) => !members.includes(row))
  const chosen = [...members.slice(0, CONFUSING_SHOWN), ...others.slice(-OTHERS_SHOWN)]
  const ids = chosen.map(({ sample }) => sample ?? -1)
  const checkpoints: StoredCheckpoint[] = []
  for (const step of steps) checkpoints.push(await readStored(stored, network.id, step, ids))
  return chosen.map((row): SampleDetail => {
    const { n } = checkpoints[0].values
    const sample = row.sample ?? -1
    return {
      network: network.id,
      sample,
      label: String(row.label),
      givenLabel: String(row.given_label),
      prediction: row.prediction === undefined ? 'not told' : String(row.prediction),
      score: row.score ?? 0,
      rank: ranked.indexOf(row) + 1,
      confusing: members.includes(row),
      confusingIn: sets(sample),
      n,
      playerNames: Array.from({ length: n }, (_, player) => `player ${player}`),
      drawing: undefined,
      states: checkpoints.flatMap((checkpoint) =>
        storedSample(checkpoint, sample, tauAt(study.tables, network.id, checkpoint.step, sample)),
      ),
    }
  })
}

/** A checkpoint with the value tables of the samples that are shown, by row. */
interface StoredCheckpoint extends CheckpointInput {
  readonly tables: ReadonlyMap<number, Float64Array>
}

async function readStored(
  { plan, results }: StudyPlace,
  network: string,
  step: number,
  samples: readonly number[],
): Promise<StoredCheckpoint> {
  const checkpoint = await readCheckpoint(results, network, step, plan)
  const rows = new Set(samples.map((sample) => rowOf(checkpoint, sample)))
  const file = networkPaths(results, network).values(step, plan.valuesId)
  return { ...checkpoint, tables: await readTablesOf(file, rows) }
}

/** Row of a sample of the main panel; −1 where there is none. */
function rowOf({ values }: CheckpointInput, sample: number): number {
  return values.sample.findIndex((id, row) => id === sample && values.panel[row] === 0)
}

function storedSample(checkpoint: StoredCheckpoint, sample: number, tau: number): StoredSample[] {
  const row = rowOf(checkpoint, sample)
  const values = checkpoint.tables.get(row)
  if (values === undefined) return []
  const { and, or } = interactionsOf(checkpoint.decompositions, row)
  return [{ step: checkpoint.step, values, and, or, tau }]
}

function tauAt({ samples }: StudyTables, network: string, step: number, sample: number): number {
  const found = samples.find(
    (row) => row.network === network && row.step === step && row.sample === sample,
  )
  return found?.tau ?? 0
}
