/** A finished study, for what starts from its findings. */
import { join } from 'node:path'
import { isOfGrid } from '../../comparison/effects.js'
import type { Verdict } from '../../comparison/types.js'
import { type ExperimentConfig, experimentSchema } from '../../config/schema.js'
import { InputError, messageOf } from '../../core/errors.js'
import { COMPARISON_VERSION } from '../../plan/comparisonVersion.js'
import type { DataInfo } from '../../plan/types.js'
import { studyFiles, tableFile } from '../../store/layout.js'
import { type Manifest, readManifest } from '../../store/manifest.js'
import { readStoredJson, readStoredText } from '../../store/stored.js'
import { fromCsv } from '../../tables/read.js'
import {
  type EffectRow,
  effectsTable,
  type NetworkRow,
  networksTable,
  schemaVersion,
} from '../../tables/tables.js'

/** What a study found, and what it was. */
export interface FinishedStudy {
  readonly folder: string
  readonly manifest: Manifest & { readonly data: DataInfo }
  readonly config: ExperimentConfig
  readonly verdict: Verdict
  readonly effects: readonly EffectRow[]
  readonly networks: readonly NetworkRow[]
}

/** Throws InputError where a folder holds no finished study of this version, or what it holds is not what was written. */
export async function readFinishedStudy(folder: string): Promise<FinishedStudy> {
  const fail = (why: string): never => {
    throw new InputError(
      `${folder} ${why}; give the folder of a finished study, results/<study>-<id>`,
    )
  }
  const read = async <T>(file: string, reader: (path: string) => Promise<T | undefined>) => {
    try {
      return (await reader(join(folder, file))) ?? fail(`has no ${file}`)
    } catch (error) {
      if (error instanceof InputError) throw error
      return fail(`cannot be read: ${messageOf(error)}`)
    }
  }
  const manifest = await read(studyFiles.manifest, () => readManifest(folder))
  if (manifest.schemaVersion !== schemaVersion) {
    fail(
      `was written under schema version ${manifest.schemaVersion}, this lowlayer knows ${schemaVersion}: ` +
        'run its configuration again (what is stored of its networks is used)',
    )
  }
  if (manifest.comparisonVersion !== COMPARISON_VERSION) {
    fail(
      'was compared by another version: run its configuration again (what is stored of its networks is used)',
    )
  }
  const config = experimentSchema.safeParse(manifest.config)
  if (!config.success) return fail('has a configuration that this lowlayer does not know')
  return {
    folder,
    manifest: manifest as FinishedStudy['manifest'],
    config: config.data,
    verdict: await read(studyFiles.verdict, readStoredJson<Verdict>),
    effects: fromCsv(effectsTable, await read(tableFile(effectsTable), readStoredText)),
    networks: fromCsv(networksTable, await read(tableFile(networksTable), readStoredText)),
  }
}

/** The rows of `effects.csv` that are of the grid that gave the verdict. */
export function mainEffects({ effects, verdict: { grid } }: FinishedStudy): readonly EffectRow[] {
  return effects.filter((row) => isOfGrid(row, grid))
}

/** The networks of the grid that gave the verdict. */
export function mainNetworks({
  networks,
  verdict: { grid },
}: Pick<FinishedStudy, 'networks'> & {
  readonly verdict: Pick<Verdict, 'grid'>
}): readonly NetworkRow[] {
  return networks.filter(({ architecture, regime, low_layers: layers }) => {
    const cut = typeof grid?.cut === 'number' ? layers?.split('+').length : layers
    return architecture === grid?.architecture && regime === grid?.regime && cut === grid?.cut
  })
}
