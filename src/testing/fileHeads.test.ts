/** Every source file says what it is: in its first line, or in a comment that begins within 15 lines after its imports. */
import { readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { expect, it } from 'vitest'

const root = resolve(import.meta.dirname, '../..')

const IMPORTS = /^(?:#!.*\n)?(?:import [^;]*?['"]\n|\n)*/

function saysWhatItIs(text: string): boolean {
  const head = text.replace(IMPORTS, '').split('\n').slice(0, 15)
  return head.some((line) => /^\/(\*\*|\/) ?\S*/.test(line))
}

it.each([
  ["import a from 'b'\n\n/** What it is. */\nexport const a = 1\n", true],
  ["/** What it is. */\nimport a from 'b'\n", true],
  ["import {\n  a,\n} from 'b'\nexport const b = a\n", false],
  [`import 'b'\n${'const a = 1\n'.repeat(15)}/** Too late. */\n`, false],
])('is told from %j', (text, expected) => {
  expect(saysWhatItIs(text)).toBe(expected)
})

it('holds for every file', () => {
  const files = ['src', 'bin', 'bench'].flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' }).map((name) =>
      join(folder, name),
    ),
  )
  const sources = files.filter((file) => /(?<!\.test)\.ts$/.test(file))
  expect(sources.length).toBeGreaterThan(400)
  expect(sources.filter((file) => !saysWhatItIs(readFileSync(join(root, file), 'utf8')))).toEqual(
    [],
  )
})
