/**
 * Every command block of README, CONTRIBUTING, docs/ and --help, run as it stands there (in this process, where that is enough) in a folder
 * with tiny stand-ins for the files that it names (see testing/readersFolder.ts).
 */
import { execFile, execFileSync, spawnSync } from 'node:child_process'
import {
  cpSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import type { Server } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DuckDBInstance } from '@duckdb/node-api'
import type { Command } from 'commander'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import type { CommandResult } from '../testing/commandLine.js'
import { fillReadersFolder, standInServer } from '../testing/readersFolder.js'
import { program } from './main.js'
import { lowlayerHere } from './testing/here.js'

const documents = [
  'README.md',
  'CONTRIBUTING.md',
  ...readdirSync('docs')
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name}`),
]

/** The fenced blocks of one language in all documents. */
function blocksOf(...languages: string[]): { document: string; block: string }[] {
  return documents.flatMap((document) =>
    [...readFileSync(document, 'utf8').matchAll(/^```(\w*)\n([\s\S]*?)^```/gm)].flatMap(
      ([, language, block]) => (languages.includes(language) ? [{ document, block }] : []),
    ),
  )
}

const scripts = blocksOf('sh', 'bash')

const PYTHON = '/usr/bin/python3'
const hasPandas = spawnSync(PYTHON, ['-c', 'import pandas']).status === 0

/** Engines that call lowlayer, where they are here. */
const isHere = (program: string) => spawnSync('which', [program]).status === 0

/** Commands of shell blocks, line by line, without comments. */
const lines = scripts.flatMap(({ document, block }) =>
  block.split('\n').flatMap((line) => {
    const command = line.replace(/\s#.*$/, '').trim()
    return command === '' ? [] : [{ document, command }]
  }),
)
/** Whole commands within sentences and table cells of the README. */
const inline = [
  ...readFileSync('README.md', 'utf8').matchAll(/`npx (lowlayer (?:run|data|de|an)[^`]*)`/g),
].map(([, command]) => ({ document: 'README.md', command }))
const examples = allCommands(program()).flatMap((command) => {
  const found = helpOf(command).match(/Example:\n {2}(.*)/)
  return found === null ? [] : [{ document: `${command.name()} --help`, command: found[1] }]
})
/** A command that stands in several places is run once. */
const ours = [
  ...new Map([...examples, ...inline, ...lines].map((use) => [use.command, use])).values(),
].filter(({ command }) => /^(?!npm ).*lowlayer /.test(command))
const others = lines.filter(({ command }) => !/^(?!npm ).*lowlayer /.test(command))

function allCommands(command: Command): Command[] {
  return [command, ...command.commands.flatMap(allCommands)]
}

function helpOf(command: Command): string {
  let text = ''
  command.configureOutput({
    writeOut: (part) => {
      text += part
    },
  })
  command.outputHelp()
  return text
}

describe('the documented commands', () => {
  const folder = mkdtempSync(join(tmpdir(), 'lowlayer-reader-'))
  let server: Server
  let asked: string[]

  beforeAll(async () => {
    for (const [name, value] of Object.entries(environment)) vi.stubEnv(name, value)
    const standIn = await standInServer()
    server = standIn.server
    asked = standIn.asked
    fillReadersFolder(folder, standIn.url)
    // The README's configuration is the study.yaml that other documents speak of.
    writeFileSync(join(folder, 'study.yaml'), blocksOf('yaml')[0].block)
    // What a cluster would do of the study that is run here.
    expect(await here('lowlayer submit configs/quickstart.yaml --print')).toMatchObject({ code: 0 })
    const made = await here('lowlayer run configs/quickstart.yaml')
    expect(made).toMatchObject({ code: 0, stderr: expect.stringContaining('report') })
    // Documents name this study by a made-up id.
    const name = readdirSync(join(folder, 'results')).find((entry) => entry.startsWith('quick'))
    const study = join(folder, 'results', 'quickstart-1a2b3c4d')
    cpSync(join(folder, 'results', name as string), study, { recursive: true })
    // Two studies of different data that ask the same, in the smallest grid that has a test.
    for (const [name, seed] of [
      ['half-a-1a2b3c4d', 1],
      ['half-b-5e6f7a8b', 2],
    ] as const) {
      const study = name.slice(0, 'half-a'.length)
      const sets = [`study=${study}`, `data.seed=${seed}`, 'networks.grid.high=[0,1]']
      const options = sets.map((set) => `--set ${set}`).join(' ')
      const run = await here(`lowlayer run configs/quickstart.yaml --results ${study} ${options}`)
      expect(run).toMatchObject({ code: 0 })
      const written = readdirSync(join(folder, study)).find((entry) => entry.startsWith(study))
      cpSync(join(folder, study, written as string), join(folder, 'results', name), {
        recursive: true,
      })
    }
  })

  afterAll(() => {
    vi.unstubAllEnvs()
    server.close()
    rmSync(folder, { recursive: true, force: true })
  })

  const environment = {
    HOME: folder,
    // Away from the results of the same study that other documents run here.
    SCRATCH: join(folder, 'scratch'),
    LOWLAYER_DATA: '',
  }

  /** Runs a command in this process if the shell has no more to do than to take it apart, and to go to a folder. */
  async function here(command: string, cwd = folder): Promise<CommandResult> {
    const [, first, to, rest] = /^(lowlayer .*?) && cd ([\w-]+) && (.*)$/.exec(command) ?? []
    if (first !== undefined) {
      const done = await here(first, cwd)
      return done.code === 0 ? here(rest, join(cwd, to)) : done
    }
    if (!/^lowlayer [^|;&<>$`]*$/.test(command)) return bash(command, cwd)
    const { stdout } = await bash(command, cwd, { ARGUMENTS_ONLY: 'yes' })
    return lowlayerHere(stdout.split('\0').slice(0, -1), { cwd })
  }

  function bash(script: string, cwd = folder, env: NodeJS.ProcessEnv = {}): Promise<CommandResult> {
    const options = {
      cwd,
      env: { ...process.env, PATH: `${join(folder, 'bin')}:${process.env.PATH}`, ...env },
    }
    return new Promise((resolve) => {
      // Without --norc a bash that takes its input's socket for a remote shell's reads /etc/bash.bashrc.
      execFile(
        'bash',
        ['--norc', '-euo', 'pipefail', '-c', script],
        options,
        (error, stdout, stderr) => {
          const code = error === null ? 0 : Number(error.code ?? -1)
          resolve({ code, stdout, stderr })
        },
      )
    })
  }

  it('are found', () => {
    expect(ours.length).toBeGreaterThan(20)
    expect(new Set(ours.map(({ document }) => document)).size).toBeGreaterThan(8)
  })

  it.for(ours.map(({ document, command }) => [document, command] as const))(
    '%s: %s',
    async ([, command], { skip }) => {
      if (command.includes('parallel ') && !isHere('parallel')) skip('no GNU parallel here')
      const { code, stdout, stderr } = await here(command)
      const said = `${stdout}\n${stderr}`
      if (command.includes('data fetch')) {
        // The real files are not here: what the server gives instead must be refused.
        expect(asked.at(-1)).toMatch(/\w+/)
        expect(said).toMatch(/bytes|checksum/)
        expect(code).toBe(3)
      } else if (command.includes('--device webgpu') && code !== 0) {
        expect(said).toMatch(/webgpu/i)
        expect(code).toBe(3)
      } else {
        expect({ code, said: code === 0 ? '' : said }).toEqual({ code: 0, said: '' })
      }
      if (command.includes('--progress json')) {
        const events = stderr.trim().split('\n')
        expect(events.length).toBeGreaterThan(0)
        for (const event of events) JSON.parse(event)
      }
    },
  )

  it.skipIf(!isHere('snakemake'))('Snakemake runs the tasks of a study', async () => {
    const [{ block }] = blocksOf('snakemake')
    writeFileSync(join(folder, 'Snakefile'), block)
    const { code, stderr } = await bash('snakemake --cores 2 --keep-going')
    expect({ code, stderr: code === 0 ? '' : stderr }).toEqual({ code: 0, stderr: '' })
    const done = readdirSync(join(folder, 'done')).map((name) => name.split('-')[0])
    expect(new Set(done)).toContain('compare')
    expect(done.length).toBeGreaterThan(5)
  })

  it.skipIf(!hasPandas)('Python of docs reads the study', async () => {
    const blocks = blocksOf('python')
    expect(blocks.length).toBeGreaterThan(0)
    for (const { block } of blocks) {
      const output = execFileSync(PYTHON, ['-c', block], { cwd: folder, encoding: 'utf8' })
      expect(output).toContain('mean')
    }
  })

  it('SQL of docs answers', async () => {
    const connection = await (await DuckDBInstance.create()).connect()
    const study = join(folder, 'results', 'quickstart-1a2b3c4d')
    await connection.run(`SET file_search_path = '${study}'`)
    const blocks = blocksOf('sql')
    expect(blocks.length).toBeGreaterThan(0)
    for (const { block } of blocks) {
      const rows = (await connection.runAndReadAll(block)).getRowObjects()
      expect(rows.length).toBeGreaterThan(0)
    }
    connection.closeSync()
  })
})

describe('documented commands that are not lowlayer’s', () => {
  const ci = readFileSync('.ci/run', 'utf8').split('\n')
  const own = readJson('package.json')

  /** What makes sure that a command works, by what it looks like. */
  const checks: readonly (readonly [RegExp, (...words: string[]) => void | Promise<void>])[] = [
    [/^npm ci && /, takenFromReadme],
    [/^npm ci$/, lockFits],
    [/^npm test$/, () => expect(own.scripts.test).toBe('vitest run')],
    [/^npm run (lint|types|test:system)$/, (name) => expect(ci).toContain(`npm run ${name}`)],
    [/^npm run (test:(?!system)\w+)$/, (name) => findsTests(...vitestArguments(own.scripts[name]))],
    [/^npx vitest run (.+)$/, (words) => findsTests(...words.split(' '))],
    [/^\.ci\/run$/, parses],
    [/^node (scripts\/\S+) /, saysHowToUse],
  ]

  it.each(others.map(({ document, command }) => [document, command]))(
    '%s: %s',
    async (_, command) => {
      const [check] = checks.flatMap(([pattern, check]) => {
        const match = pattern.exec(command)
        return match === null ? [] : [() => check(...match.slice(1))]
      })
      if (check === undefined) throw new Error(`nothing makes sure that "${command}" works`)
      await check()
    },
  )

  /** The README's commands for newcomers are taken from it by .ci/run, which counts them. */
  function takenFromReadme(): void {
    const found = execFileSync('grep', ['^npm ci && ', 'README.md'], { encoding: 'utf8' })
    expect(ci).toContain("mapfile -t commands < <(grep '^npm ci && ' README.md)")
    expect(ci).toContain(`[ "\${#commands[@]}" -eq ${found.trim().split('\n').length} ]`)
  }

  /** npm ci refuses a lock file of other dependencies than package.json's. */
  function lockFits(): void {
    const locked = readJson('package-lock.json').packages['']
    for (const kind of ['dependencies', 'devDependencies', 'peerDependencies', 'engines'])
      expect(locked[kind], kind).toEqual(own[kind])
  }

  function parses(): void {
    expect(statSync('.ci/run').mode & 0o111).not.toBe(0)
    expect(spawnSync('bash', ['-n', '.ci/run'])).toMatchObject({ status: 0 })
  }

  /** browser.system.test.ts takes a picture with it, where there is a browser. */
  function saysHowToUse(script: string): void {
    const usage = spawnSync('node', [script], { encoding: 'utf8' })
    expect(usage).toMatchObject({ status: 2, stderr: expect.stringContaining('usage') })
  }

  function vitestArguments(script: string): string[] {
    return (script.split('vitest run ')[1] ?? '').split(' ')
  }

  /** Finds files of tests where the configuration says, by each word, as vitest does. */
  async function findsTests(...words: string[]): Promise<void> {
    const after = (option: string) =>
      words.includes(option) ? words[words.indexOf(option) + 1] : undefined
    const { default: configOf } = await import(join(process.cwd(), 'vitest.config.ts'))
    const { test } = configOf({ mode: after('--mode') ?? 'test' })
    const [, ending] = /^src\/\*\*\/\*(\.[\w.]+\.ts)$/.exec(test.include[0])!
    const files = readdirSync('src', { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith(ending))
      .map((name) => join('src', name))
    const filters = words.filter(
      (word, at) => /^\w/.test(word) && !['--mode', '-t'].includes(words[at - 1]),
    )
    expect(files).not.toEqual([])
    for (const filter of filters)
      expect(files.filter((name) => name.includes(filter))).not.toEqual([])
  }
})

// biome-ignore lint/suspicious/noExplicitAny: what npm makes of these files is its own matter
function readJson(file: string): any {
  return JSON.parse(readFileSync(file, 'utf8'))
}
