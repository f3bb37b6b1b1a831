/**
 * Runs the conditions of a reference study and publishes their small tables and figures:
 * `npm run study:run -- STUDY [CONDITION…] [OPTIONS OF lowlayer run]`. What is finished is not run again.
 */
import { cpSync, existsSync, mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { conditionsOf } from './conditions.js'
import { runStudy, words } from './lowlayer.js'

/** What is published of a condition: what the finding rests on, and figures of phases, orders and difficulty. No checkpoint, no sample. */
const published = [
  'config.yaml',
  'verdict.json',
  'networks.csv',
  'effects.csv',
  'measures.csv',
  'multiverse.csv',
  'pair_classes.csv',
  'references.csv',
  'figures/losses.svg',
  'figures/generalizable-orders.svg',
  'figures/measures.svg',
]

const { names, options } = words(process.argv.slice(2))
const [study, ...wanted] = names
for (const { name, config, folder } of conditionsOf(study)) {
  if (wanted.length > 0 && !wanted.includes(name)) continue
  const results = runStudy(config, options).paths.folder
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder, { recursive: true })
  // Networks from elsewhere may have no figure of losses, and a study without references none of them.
  for (const file of published.filter((file) => existsSync(join(results, file)))) {
    cpSync(join(results, file), join(folder, file))
  }
}
