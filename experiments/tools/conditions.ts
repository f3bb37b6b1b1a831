/** Reference studies as they lie in `experiments`: a folder for each question, in it a configuration for each condition. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'

/** One condition of a reference study. */
export interface Condition {
  readonly study: string
  /** Name of the configuration without `.yaml`, and of the folder of what was published of it. */
  readonly name: string
  /** What is special about it: the first line of the configuration, a comment. */
  readonly title: string
  readonly config: string
  /** Tables and figures that it left. */
  readonly folder: string
}

/** Conditions that asked the same, of which `lowlayer pool` makes one verdict: a file `NAME.pool`, a title as its first line, then a configuration a line. */
export interface PooledConditions extends Omit<Condition, 'config'> {
  readonly configs: readonly string[]
}

/** The folder `experiments`, seen from the repository's root, where the commands run. */
export const experiments = 'experiments'

/** Order in which studies are told: the base first, then what varies one thing of it, then known truth. */
const order = [
  'base',
  'label-noise',
  'panel',
  'regime',
  'cut',
  'architecture',
  'masking',
  'references',
  'amount-of-data',
  'training-length',
  'other-digits',
  'pytorch',
  'planted',
]

/** Names of the studies, in the order in which they are told. Throws where one lies there that has no place in it. */
export function studyNames(root = experiments): string[] {
  const found = readdirSync(root, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && existsSync(join(root, entry.name, 'README.md')))
    .map(({ name }) => name)
  const placeless = found.filter((name) => !order.includes(name))
  if (placeless.length > 0) {
    throw new Error(`${placeless.join(', ')}: name them in experiments/tools/conditions.ts`)
  }
  return order.filter((name) => found.includes(name))
}

/** Conditions of a study, by the names of their files. Throws where it has none, or one without a first line of words. */
export function conditionsOf(study: string, root = experiments): Condition[] {
  const found = filesOf(study, '.yaml', root)
  if (found.length === 0) {
    throw new Error(
      `${join(root, study)} has no configuration; studies: ${studyNames(root).join(', ')}`,
    )
  }
  return found.map(({ file, lines: _lines, ...named }) => ({ ...named, config: file }))
}

/** Pools of a study. Throws where one has no first line of words. */
export function poolsOf(study: string, root = experiments): PooledConditions[] {
  return filesOf(study, '.pool', root).map(({ file: _file, lines, ...named }) => ({
    ...named,
    configs: lines.slice(1).map((line) => join(root, study, line)),
  }))
}

function filesOf(study: string, ending: string, root: string) {
  const folder = join(root, study)
  const names = existsSync(folder) ? readdirSync(folder) : []
  return names
    .filter((name) => name.endsWith(ending))
    .sort()
    .map((name) => {
      const file = join(folder, name)
      const lines = readFileSync(file, 'utf8').trim().split('\n')
      const title = /^# (.+)/.exec(lines[0])?.[1]
      if (title === undefined) {
        throw new Error(`${file}: say in the first line, after #, what it is`)
      }
      const own = basename(name, ending)
      return { study, name: own, title, file, lines, folder: join(folder, own) }
    })
}
