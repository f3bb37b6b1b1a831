/**
 * Where everything lies below the results folder:
 *
 *     networks/<id>/            spec.json  state.json  curve.csv  resume.npz
 *                   assumptions-<values id>.json    of one from elsewhere
 *                   checkpoints/<step>.onnx and <step>.optimizer.npz
 *                   values/<step>-<values id>.npz and difficulty-<values id>.npz
 *                   interactions/<step>-<interactions id>.npz and .parquet
 *                   panels/<values id>.json     its own samples, where they depend on its predictions
 *     panels/<values id>.json   the samples of all networks, where they depend on what all predict
 *     <study>-<hash8>/          the tables, manifest.json, verdict.json, config.yaml, report/, figures/, tensorboard/, slurm/
 *
 * A network's folder, each of its folders but `checkpoints`, `panels` and a study's folder have a record of all
 * files in them and below, `SHA256SUMS`, and while somebody works there a `lock` and a folder `lock.<token>` with
 * what its owner has not put in its place yet.
 *
 * A network's folder is shared by every study that has the network; what depends on the analysis
 * too carries the id of that analysis in its name.
 */
import { dirname, join } from 'node:path'

export type NetworkPaths = ReturnType<typeof networkPaths>

/** Paths inside one network's folder. */
export function networkPaths(results: string, network: string) {
  const folder = join(results, 'networks', network)
  return {
    folder,
    spec: join(folder, 'spec.json'),
    state: join(folder, 'state.json'),
    curve: join(folder, 'curve.csv'),
    resume: join(folder, 'resume.npz'),
    /** What was assumed about a network from elsewhere, for one analysis. */
    assumptions: (valuesId: string) => join(folder, `assumptions-${valuesId}.json`),
    checkpoint: (step: number) => join(folder, 'checkpoints', `${step}.onnx`),
    optimizer: (step: number) => join(folder, 'checkpoints', `${step}.optimizer.npz`),
    values: (step: number, valuesId: string) => join(folder, 'values', `${step}-${valuesId}.npz`),
    /** How hard the analysed samples are at all kept checkpoints. */
    difficulty: (valuesId: string) => join(folder, 'values', `difficulty-${valuesId}.npz`),
    interactions: (step: number, interactionsId: string) =>
      join(folder, 'interactions', `${step}-${interactionsId}.npz`),
    interactionsTable: (step: number, interactionsId: string) =>
      join(folder, 'interactions', `${step}-${interactionsId}.parquet`),
    panel: (valuesId: string) => join(folder, 'panels', `${valuesId}.json`),
  }
}

/** What was written into a folder, with sums (record.ts). */
export const RECORD_NAME = 'SHA256SUMS'

/** What a results folder holds, for who finds it. */
export function resultsNote(results: string): string {
  return join(results, 'README.md')
}

/** The samples that all networks are analysed on, where that depends on what they predict. */
export function commonPanel(results: string, valuesId: string): string {
  return join(results, 'panels', `${valuesId}.json`)
}

/** The lock of a folder, under which it and its record are written. */
export function lockOf(folder: string): string {
  return join(folder, 'lock')
}

/** The lock under which a file is written that lies in the folder of its record itself. */
export function lockBeside(file: string): string {
  return lockOf(dirname(file))
}

/** What a study's folder holds besides its tables, which are a CSV each. */
export const studyFiles = {
  manifest: 'manifest.json',
  verdict: 'verdict.json',
  config: 'config.yaml',
  schema: 'SCHEMA.md',
  device: 'device.json',
  /** What was submitted to a cluster, its scripts and logs. */
  cluster: 'slurm',
  jobs: 'slurm/jobs.json',
  page: 'report/index.html',
  figures: 'figures',
  /** Event files for TensorBoard, a folder a network. */
  events: 'tensorboard',
  /** Drawings of the shown samples, kept for when the data set is gone. */
  drawings: 'report/drawings.json',
} as const

/** The file of a table, by the table's name. */
export function tableFile({ name }: { readonly name: string }): string {
  return `${name}.csv`
}

/** The page of a study's report. */
export function reportPage(folder: string): string {
  return join(folder, studyFiles.page)
}

/** The folder of a study: its name and the first 8 digits of its id. */
export function studyFolder(results: string, study: string, id: string): string {
  return join(results, `${study}-${id.slice(0, 8)}`)
}
