/**
 * The map of what the reference studies found: `npm run study:map` writes `map.csv`, `map.svg` and the tables of the
 * READMEs from the published tables. A test keeps them current.
 */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { experiments } from './conditions.js'
import { findings } from './findings.js'
import { mapCsv, mapFigure, withTables } from './mapFiles.js'

const found = findings(experiments)
writeFileSync(join(experiments, 'map.csv'), mapCsv(found))
writeFileSync(join(experiments, 'map.svg'), await mapFigure(found))
for (const [file, text] of withTables(experiments, found)) writeFileSync(file, text)
console.log(`${found.length} conditions`)
