/** Nothing leaves the machine: what a command of the tool leaves in the user's folders and asks of the network. */
import { execFile as execFileWithCallback, spawnSync } from 'node:child_process'
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { builtModule } from '../testing/built.js'
import { lowlayer } from '../testing/commandLine.js'
import { lowlayerHere } from './testing/here.js'

const execFile = promisify(execFileWithCallback)

let folder: string
/** The models and tables that the commands need. */
let checkpoint: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lowlayer-telemetry-'))
  await writeFile(
    join(folder, 'tiny.yaml'),
    `data: { source: planted-logic, features: 8, train: 40, test: 20, rules: [{ kind: and, features: [0, 1] }] }
model: { architecture: mlp-5, low: 2, width: 8 }
training: { epochs: 2, batchSize: 20, checkpoints: { logSpaced: 2 } }
networks: { grid: { low: [0], high: [0], repeats: 1 } }
analysis: { samples: { count: 8, testCount: 0 }, players: { count: 3 } }
comparison: { bootstrap: 50 }
`,
  )
  const seen = ['run', 'tiny.yaml', '--results', 'seen', '--device', 'cpu']
  const { stderr } = await lowlayerHere(seen, { cwd: folder })
  expect(stderr).toMatch(/verdict/)
  const [network] = await readdir(join(folder, 'seen', 'networks'))
  const checkpoints = join(folder, 'seen', 'networks', network, 'checkpoints')
  checkpoint = join(
    checkpoints,
    (await readdir(checkpoints)).find((name) => name.endsWith('.onnx'))!,
  )
})
afterAll(() => rm(folder, { recursive: true }))

/** Where one of these is set, ONNX Runtime reports nothing by itself, and nothing would be shown. */
const ofBuildServers = [
  ...[
    'CI',
    'APPVEYOR',
    'BUILDKITE',
    'CIRCLECI',
    'CODEBUILD_BUILD_ID',
    'GITHUB_ACTIONS',
    'GITLAB_CI',
  ],
  ...['JENKINS_URL', 'TEAMCITY_VERSION', 'TF_BUILD', 'TRAVIS'],
]

/** A user's environment: folders that are empty, and the switch of ONNX Runtime not set, or off. */
async function emptyHome(value: string | undefined) {
  const home = await mkdtemp(join(folder, 'home-'))
  const temporary = await mkdtemp(join(folder, 'tmp-'))
  const env = {
    ...Object.fromEntries(ofBuildServers.map((name) => [name, undefined])),
    HOME: home,
    XDG_CACHE_HOME: undefined,
    TMPDIR: temporary,
    ORT_DISABLE_TELEMETRY: value,
  }
  const left = async () =>
    (await Promise.all([home, temporary].map((place) => readdir(place, { recursive: true }))))
      .flat()
      // Node's own, where it keeps compiled code.
      .filter((name) => !name.startsWith('node-compile-cache'))
  return { env, left }
}

const onnxRuntime = createRequire(import.meta.url).resolve('onnxruntime-node')

/** Opens a session without lowlayer, and waits. */
const plainSession = (milliseconds: number) => `
  const { InferenceSession } = require(${JSON.stringify(onnxRuntime)})
  InferenceSession.create(${JSON.stringify(checkpoint)})
    .then(() => new Promise((resolve) => setTimeout(resolve, ${milliseconds})))`

describe('ONNX Runtime', () => {
  it('would leave a trace of its telemetry, which shows that the other tests could fail', async () => {
    const { env, left } = await emptyHome(undefined)
    await execFile(process.execPath, ['-e', plainSession(0)], { env: { ...process.env, ...env } })
    expect(await left()).not.toEqual([])
  })

  it.each<[string, string | undefined, (results: string) => string[]]>([
    [
      'run',
      undefined,
      (results) => ['run', 'tiny.yaml', '--results', results, '--device', 'cpu', '--jobs', '1'],
    ],
    ['plan', '0', (results) => ['plan', 'tiny.yaml', '--results', results]],
    ['doctor', '', () => ['doctor']],
  ])('leaves none of a %s, also where its switch was %s', async (command, value, args) => {
    const { env, left } = await emptyHome(value)
    const results = await mkdtemp(join(folder, 'results-'))
    // What a run does itself is what a plan does: of it the processes of its tasks are watched.
    const { code, stderr } =
      command === 'run'
        ? await lowlayerHere(args(results), { cwd: folder, processes: env })
        : await lowlayer(args(results), { cwd: folder, env })
    expect(code, `${command}: ${stderr}`).toBe(0)
    expect(await left()).toEqual([])
  })

  const canTrace = spawnSync('strace', ['-o', '/dev/null', 'true']).status === 0
  it.runIf(canTrace)(
    'asks nothing of the network in the twelve seconds after a session opens',
    async () => {
      const traced = async (script: string, name: string) => {
        const { env } = await emptyHome(undefined)
        const trace = join(folder, name)
        const command = [process.execPath, '--input-type=module', '-e', script]
        await execFile('strace', ['-f', '-e', 'trace=%network', '-o', trace, ...command], {
          env: { ...process.env, ...env },
        })
        return (await readFile(trace, 'utf8')).split('\n').filter((line) => /AF_INET/.test(line))
      }
      const own = builtModule('engine/onnx/session.js')
      const session = `
        const { openSession } = await import(${JSON.stringify(own)})
        await openSession(${JSON.stringify(checkpoint)}, 'cpu')
        await new Promise((resolve) => setTimeout(resolve, 12_000))`
      const plain = `
        const { createRequire } = await import('node:module')
        const require = createRequire(${JSON.stringify(onnxRuntime)})
        ${plainSession(12_000)}`
      const [found, expected] = await Promise.all([
        traced(session, 'own.trace'),
        traced(plain, 'plain.trace'),
      ])
      expect(expected).not.toEqual([])
      expect(found).toEqual([])
    },
  )
})
