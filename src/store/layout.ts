/**
 * Where everything lies below the results folder:
 *
 *     networks/<id>/            spec.json  state.json  curve.csv  resume.npz
 *                   checkpoints/<step>.onnx and <step>.optimizer.npz
 *                   values/<step>-<values id>.npz
 *                   interactions/<step>-<interactions id>.npz and .parquet
 *     <study>-<hash8>/          the tables, manifest.json, verdict.json, config.yaml, report/
 *     panels/                   the samples that are analysed, where that depends on predictions
 *
 * Beside these, while somebody works there: `lock` (also `lock-values` and the like), and a folder
 * `lock.<token>` with what its owner has not put in its place yet.
 *
 * A network's folder is shared by every study that has the network; what depends on the analysis
 * too carries the id of that analysis in its name.
 */
import { join } from 'node:path'

/** Paths inside one network's folder. */
export interface NetworkPaths {
  readonly folder: string
  readonly spec: string
  readonly state: string
  readonly curve: string
  readonly resume: string
  readonly lock: string
  checkpoint(step: number): string
  optimizer(step: number): string
  values(step: number, valuesId: string): string
  interactions(step: number, interactionsId: string): string
  interactionsTable(step: number, interactionsId: string): string
}

export function networkPaths(results: string, network: string): NetworkPaths {
  const folder = join(results, 'networks', network)
  return {
    folder,
    spec: join(folder, 'spec.json'),
    state: join(folder, 'state.json'),
    curve: join(folder, 'curve.csv'),
    resume: join(folder, 'resume.npz'),
    lock: join(folder, 'lock'),
    checkpoint: (step) => join(folder, 'checkpoints', `${step}.onnx`),
    optimizer: (step) => join(folder, 'checkpoints', `${step}.optimizer.npz`),
    values: (step, id) => join(folder, 'values', `${step}-${id}.npz`),
    interactions: (step, id) => join(folder, 'interactions', `${step}-${id}.npz`),
    interactionsTable: (step, id) => join(folder, 'interactions', `${step}-${id}.parquet`),
  }
}

/** The lock of all that lies in the folder of a study. */
export function studyLock(folder: string): string {
  return join(folder, 'lock')
}

/** The page of a study's report. */
export function reportPage(folder: string): string {
  return join(folder, 'report', 'index.html')
}

/** The folder of a study: its name and the first 8 digits of its id. */
export function studyFolder(results: string, study: string, id: string): string {
  return join(results, `${study}-${id.slice(0, 8)}`)
}
