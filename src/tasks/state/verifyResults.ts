import { basename, dirname, join, relative, resolve } from 'node:path'
import { InputError, messageOf } from '../../core/errors.js'
import type { Plan } from '../../plan/types.js'
import { exists } from '../../store/atomic.js'
import { networkPaths, RECORD_NAME, studyFiles } from '../../store/layout.js'
import { readManifest } from '../../store/manifest.js'
import { type Finding, type Verification, verifyFolder } from '../../store/verify.js'
import { foldersIn } from './foldersIn.js'
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
  for (const name of await foldersIn(results)) {
    const path = join(results, name)
    if (name === 'networks') {
      folders.push(...(await foldersIn(path)).map((network) => join(path, network)))
    } else if (name === 'panels' || (await hasStudy(path))) folders.push(path)
  }
  return { folders, findings: [] }
}

async function ofStudy(folder: string): Promise<Places> {
  const results = dirname(resolve(folder))
  const place = resolve(folder)
  const plan = await storedPlan(folder)
  if (typeof plan === 'string') {
    const file = join(basename(place), studyFiles.manifest)
    const why = `does not tell which networks the study has, so that they are not verified: ${plan}`
    return { folders: [place], findings: [{ file, why }] }
  }
  const networks = new Set(plan.networks.map(({ id }) => networkPaths(results, id).folder))
  const others = [...networks, join(results, 'panels')]
  const there = await Promise.all(others.map(exists))
  return { folders: [place, ...others.filter((_, at) => there[at])], findings: [] }
}

/** The plan of a study, or why it cannot be told. */
async function storedPlan(folder: string): Promise<Plan | string> {
  try {
    const manifest = await readManifest(folder)
    return manifest === undefined ? 'it is missing' : planOf(manifest)
  } catch (error) {
    return messageOf(error)
  }
}
