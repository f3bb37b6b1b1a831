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
  'amount-of-data',
  'training-length',
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
  const folder = join(root, study)
  const configs = existsSync(folder)
    ? readdirSync(folder).filter((name) => name.endsWith('.yaml'))
    : []
  if (configs.length === 0)
    throw new Error(`${folder} has no configuration; studies: ${studyNames(root).join(', ')}`)
  return configs.sort().map((file) => {
    const config = join(folder, file)
    const title = /^# (.+)/.exec(readFileSync(config, 'utf8'))?.[1]
    if (title === undefined)
      throw new Error(`${config}: say in the first line, after #, what it is`)
    const name = basename(file, '.yaml')
    return { study, name, title, config, folder: join(folder, name) }
  })
}
