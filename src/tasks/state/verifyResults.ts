import { basename, dirname, join, relative, resolve } from 'node:path'
import { InputError, messageOf } from '../../core/errors.js'
import type { Plan } from '../../plan/types.js'
import { exists } from '../../store/atomic.js'
import { networkPaths, RECORD_NAME, studyFiles } from '../../store/layout.js'
import { readManifest } from '../../store/manifest.js'
import { type Finding, type Verification, verifyFolder } from '../../store/verify.js'
import { foldersIn } from './foldersIn.js'
import { lostOutputs } from './lostOutputs.js'
import { planOf } from './manifest.js'

/**
 * Compares every stored file of a study and its networks, or of a whole results folder, with what was written.
 * Files are named by their place below the results folder. Throws InputError where nothing is stored there.
 */
export async function verifyResults(folder: string): Promise<Verification> {
  const isStudy = await hasStudy(folder)
  const results = isStudy ? dirname(resolve(folder)) : resolve(folder)
  const { folders, findings } = isStudy ? await ofStudy(folder) : await ofResults(results)
  if (folders.length === 0) throw new InputError(`${folder} holds nothing that lowlayer stored`)
  let files = 0
  const found: Finding[] = [...findings]
  for (const each of folders) {
    const verified = await verifyFolder(each)
    files += verified.files
    for (const { file, why } of verified.findings) {
      found.push({ file: join(relative(results, each), file), why })
    }
  }
  return { files, findings: found }
}

/** Folders to verify, and what keeps others from being known. */
interface Places {
  readonly folders: readonly string[]
  readonly findings: readonly Finding[]
}

function hasStudy(folder: string): Promise<boolean> {
  return Promise.all(
    [studyFiles.manifest, RECORD_NAME].map((name) => exists(join(folder, name))),
  ).then((found) => found.includes(true))
}

async function ofResults(results: string): Promise<Places> {
  const folders: string[] = []
  const findings: Finding[] = []
  for (const name of await foldersIn(results)) {
    const path = join(results, name)
    if (name === 'networks') {
      folders.push(...(await foldersIn(path)).map((network) => join(path, network)))
    } else if (name === 'panels') folders.push(path)
    else if (await hasStudy(path)) {
      folders.push(path)
      const stored = await storedPlan(path)
      if (typeof stored !== 'string') findings.push(...stored.lost)
    }
  }
  return { folders, findings: distinct(findings) }
}

/** Findings, each once: networks are those of several studies. */
function distinct(findings: readonly Finding[]): Finding[] {
  return [...new Map(findings.map((finding) => [finding.file, finding])).values()]
}

async function ofStudy(folder: string): Promise<Places> {
  const results = dirname(resolve(folder))
  const place = resolve(folder)
  const stored = await storedPlan(place)
  if (typeof stored === 'string') {
    const file = join(basename(place), studyFiles.manifest)
    const why = `does not tell which networks the study has, so that they are not verified: ${stored}`
    return { folders: [place], findings: [{ file, why }] }
  }
  const { plan, lost } = stored
  const networks = new Set(plan.networks.map(({ id }) => networkPaths(results, id).folder))
  const others = [...networks, join(results, 'panels')]
  const there = await Promise.all(others.map(exists))
  return { folders: [place, ...others.filter((_, at) => there[at])], findings: lost }
}

/** A study as its manifest tells of it, and what it has lost. */
interface Stored {
  readonly plan: Plan
  readonly lost: readonly Finding[]
}

/** The plan of a study and what it has lost, or why they cannot be told. */
async function storedPlan(folder: string): Promise<Stored | string> {
  try {
    const manifest = await readManifest(folder)
    if (manifest === undefined) return 'it is missing'
    const plan = planOf(manifest)
    if (typeof plan === 'string') return plan
    return { plan, lost: await lostOutputs(manifest, plan, dirname(folder)) }
  } catch (error) {
    return messageOf(error)
  }
}
