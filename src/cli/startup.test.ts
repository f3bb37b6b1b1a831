/** What a process loads before it does anything: its command, and of that command's needs no more. */
import { execFileSync } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { builtModule, builtProgram } from '../testing/built.js'
import { loadedBy } from '../testing/staticImports.js'

/** Makes a process list all modules that it loads. */
const listing = `data:text/javascript,${encodeURIComponent(`
  import { register } from 'node:module'
  const hooks = \`
    import { appendFileSync } from 'node:fs'
    export async function load(url, context, next) {
      appendFileSync(process.env.LOADED_MODULES, url + '\\\\n')
      return next(url, context)
    }\`
  register('data:text/javascript,' + encodeURIComponent(hooks))`)}`

async function loadedOf(...words: string[]): Promise<string[]> {
  const folder = await mkdtemp(join(tmpdir(), 'lowlayer-startup-'))
  const list = join(folder, 'loaded.txt')
  try {
    execFileSync(process.execPath, ['--import', listing, builtProgram, ...words], {
      env: { ...process.env, LOADED_MODULES: list },
      stdio: ['ignore', 'ignore', 'inherit'],
    })
    return (await readFile(list, 'utf8')).trim().split('\n')
  } finally {
    await rm(folder, { recursive: true })
  }
}

it('help loads the commands and none of what they do', async () => {
  const loaded = await loadedOf('--help')
  const own = loaded.filter((url) => url.startsWith(builtModule('')))
  expect(own).toContain(builtModule('cli/commands/run.js'))
  expect(own.filter((url) => url.startsWith(builtModule('cli/actions/')))).toEqual([])
  const packages = loaded.filter((url) => url.includes('/node_modules/'))
  expect(packages.filter((url) => !url.includes('/commander/'))).toEqual([])
  // As it is told by the files, which the tests below go by.
  expect(own.map((url) => url.slice(builtModule('').length)).sort()).toEqual(
    loadedBy('cli/main.js').own,
  )
})

describe('a process loads the packages that it needs', () => {
  it.each<[string, string[]]>([
    ['cli/main.js', ['commander']],
    ['cli/actions/cancel.js', ['csv-stringify', 'zod']],
    ['cli/actions/cite.js', ['yaml', 'zod']],
    ['cli/actions/completion.js', []],
    ['cli/actions/data/list.js', ['commander']],
    ['cli/actions/decompose.js', ['cli-progress', 'csv-stringify', 'fflate', 'hyparquet-writer']],
    ['cli/actions/doctor.js', ['commander']],
    ['cli/actions/init.js', ['zod']],
    ['cli/actions/schema.js', ['zod']],
    ['cli/actions/settings.js', ['zod']],
    ['cli/actions/status.js', ['csv-parse', 'csv-stringify', 'zod']],
    ['cli/actions/task.js', ['cli-progress', 'csv-stringify', 'zod']],
    ['executors/worker.js', []],
    ['tasks/runTask.js', ['csv-stringify']],
    ['tasks/training/train.js', ['csv-stringify', 'fflate', 'protobufjs']],
    ['tasks/training/measure.js', ['csv-stringify', 'fflate', 'protobufjs']],
    ['tasks/analysis/values.js', ['csv-stringify', 'fflate', 'protobufjs']],
    ['tasks/analysis/interactions.js', ['csv-stringify', 'fflate', 'hyparquet-writer']],
  ])('%s', (module, packages) => {
    expect(loadedBy(module).packages).toEqual(packages)
  })

  it.each(
    readdirSync(fileURLToPath(builtModule('cli/actions'))).filter((name) => name.endsWith('.js')),
  )('%s draws nothing and opens no engine before it has to', (name) => {
    const heavy = [
      '@napi-rs/canvas',
      '@tensorflow/tfjs-node',
      'onnxruntime-node',
      'vega',
      'vega-lite',
    ]
    const { packages } = loadedBy(`cli/actions/${name}`)
    expect(packages.filter((one) => heavy.includes(one))).toEqual([])
  })
})
