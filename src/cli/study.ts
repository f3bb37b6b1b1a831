/** What commands do first with a configuration: read it and its data, and plan the study. */
import { resolve } from 'node:path'
import { type LoadedConfig, loadConfig } from '../config/load.js'
import type { Plan } from '../plan/types.js'
import { planLoaded } from '../tasks/planLoaded.js'
import type { RunnableStudy } from '../tasks/types.js'
import { dataFolders, overridesOf, refuse, type StudyOptions } from './studyOptions.js'

/** A planned study and the places it works with. */
export interface Study extends RunnableStudy {
  readonly file: string
}

/** Reads the configuration and the data, and plans. Nothing is written. */
export async function openStudy(file: string, options: StudyOptions): Promise<Study> {
  return planOf(await loadConfig(file, overridesOf(options)), options)
}

/** Reads the data of a configuration, and plans. Nothing is written. */
export async function planOf(loaded: LoadedConfig, options: StudyOptions): Promise<Study> {
  const { file, baseDir } = loaded
  const dataDirs = dataFolders(options.dataDir)
  const plan = await planLoaded(loaded, dataDirs)
  refuseUnused(options.set ?? [], plan)
  return { plan, file, baseDir, results: resolve(options.results), dataDirs }
}

/** Throws InputError naming a setting that nothing in the study would use. */
function refuseUnused(overrides: readonly string[], { networks }: Plan): void {
  if (networks.some(({ origin }) => origin === 'trained')) return
  const why = 'no network of this study is trained, and nothing else uses'
  refuse(overrides, ['model', 'training'], why)
}
