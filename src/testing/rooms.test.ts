/** Rooms within rooms: of two folders that stand side by side, one at most imports the other. */
import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'

const source = fileURLToPath(new URL('..', import.meta.url))

/** Folders side by side through which one file imports another: `tasks/state → tasks/analysis`. */
function arrowsOf(file: string): string[] {
  const text = readFileSync(join(source, file), 'utf8')
  return [...text.matchAll(/(?:from|import\()\s*'(\.[^']+)'/g)].flatMap(([, path]) => {
    const from = dirname(file).split('/')
    const to = dirname(join(dirname(file), path)).split('/')
    const at = from.findIndex((part, depth) => part !== to[depth])
    if (at < 0 || to[at] === undefined) return []
    return [`${from.slice(0, at + 1).join('/')} → ${to.slice(0, at + 1).join('/')}`]
  })
}

it('no folder imports one beside it that imports it', () => {
  const files = readdirSync(source, { recursive: true, encoding: 'utf8' })
    .map((name) => relative(source, join(source, name)))
    .filter((name) => /(?<!\.test)\.ts$/.test(name) && !/(^|\/)testing\//.test(name))
  const arrows = new Set(files.flatMap(arrowsOf))
  expect(arrows.size).toBeGreaterThan(100)
  const mutual = [...arrows].filter((arrow) => {
    const [from, to] = arrow.split(' → ')
    return from < to && arrows.has(`${to} → ${from}`)
  })
  // Actions take the types of the options that commands declare; commands import them when they are run.
  expect(mutual).toEqual(['cli/actions → cli/commands'])
})
