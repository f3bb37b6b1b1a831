/**
 * The map of what the reference studies found: `npm run study:map` writes `map.csv`, `map.svg` and the tables and figures of
 * the READMEs from the published tables. A test keeps them current.
 */
import { writeFileSync } from 'node:fs'
import { experiments } from './conditions.js'
import { findings } from './findings.js'
import { mapFiles } from './mapFiles.js'

const found = findings(experiments)
for (const [file, text] of await mapFiles(experiments, found)) writeFileSync(file, text)
console.log(`${found.length} conditions`)
