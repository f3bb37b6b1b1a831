/** Every file says in its first lines what it is: a comment stands before its first statement that is no import. */
import { readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { expect, it } from 'vitest'

const root = resolve(import.meta.dirname, '../..')

/** What may stand above the head: the line that names the interpreter, imports, empty lines and comments of one line. */
const ABOVE = String.raw`(?:#!.*\n)?(?:import\s[^;'"]*(?:'.*'|".*")\n|\s|//.*\n)*`
const HEAD = new RegExp(String.raw`^${ABOVE}/\*\*(?<words>[^]*?)\*/`)

/** Fewer say no more than a name. */
const LEAST_LETTERS = 20

function saysWhatItIs(text: string): boolean {
  const letters = HEAD.exec(text)?.groups?.words.match(/\p{L}/gu) ?? []
  return letters.length >= LEAST_LETTERS
}

it.each([
  ["import a from 'b'\n\n/** What is computed here, in words. */\nexport const a = 1\n", true],
  ["/** What is computed here, in words. */\nimport a from 'b'\n", true],
  ['#!/usr/bin/env node\n/**\n * What is computed here,\n * in words.\n */\nrun()\n', true],
  ["import {\n  a,\n} from 'b'\nimport 'c'\n\n/** What is computed here, in words. */\n", true],
  ["import {\n  a,\n} from 'b'\nexport const b = a\n", false],
  ["import 'b'\nconst a = 1\n/** What is computed here, in words. */\n", false],
  ["import 'b'\nconst a = 'c'\n/** What is computed here, in words. */\n", false],
  ["import 'b'\n// What is computed here, in words.\nconst a = 1\n", false],
  ["/** Tests of a.ts. */\nimport 'b'\n", false],
  ['', false],
])('is told from %j', (text, expected) => {
  expect(saysWhatItIs(text)).toBe(expected)
})

it('holds for every file', () => {
  const files = ['src', 'bin', 'bench', 'experiments/tools', 'scripts'].flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
      .filter((name) => /\.m?[jt]s$/.test(name) && !name.includes('node_modules'))
      .map((name) => join(folder, name)),
  )
  expect(files.length).toBeGreaterThan(800)
  const silent = ['vitest.config.ts', ...files].filter(
    (file) => !saysWhatItIs(readFileSync(join(root, file), 'utf8')),
  )
  expect(silent).toEqual([])
})
