/** A folder with what a reader of the documentation would have, all of it tiny. */
import { chmodSync, cpSync, mkdirSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { stream } from '../core/random.js'
import { encodeInference } from '../engine/onnx/model.js'
import { encodeNpy } from '../formats/npy.js'
import { encodeNpz } from '../formats/npz.js'
import { buildModel } from '../models/build.js'
import { initialize } from '../models/initialize.js'
import { builtProgram } from './built.js'
import { writeTexts } from './textModel.js'

/** What makes studies small; given before a reader's own `--set`, which win. */
const smallStudy = [
  'data.train=140',
  'data.test=40',
  'training.epochs=1',
  'training.checkpoints.logSpaced=2',
  'networks.grid.low=[0,1]',
  'networks.grid.high=[0]',
  'networks.grid.repeats=1',
  'analysis.samples.count=6',
  'analysis.samples.testCount=4',
  'analysis.players.count=3',
  'phases.bootstrap=39',
  'comparison.bootstrap=20',
  'runtime.device=cpu',
]
const smallAnalysis = ['analysis.samples.count=6', 'analysis.samples.testCount=4']

/**
 * Fills a folder: configurations, MNIST-like IDX files below data/, value tables, a classifier of
 * tic-tac-toe boards and samples for it, one of texts with theirs, and a command `lowlayer` in bin/ that shrinks studies.
 * Downloads go to `mirror`. Where the environment has ARGUMENTS_ONLY, the command does not run: it prints what it
 * would be called with, each argument ended by a NUL.
 */
export function fillReadersFolder(folder: string, mirror: string): void {
  cpSync('configs', join(folder, 'configs'), { recursive: true })
  writeDigits(join(folder, 'data', 'mnist'))
  const random = stream(0, 'test', 'readers folder').at()
  const numbers = (count: number) => Float64Array.from({ length: count }, () => random.normal())
  writeFileSync(join(folder, 'values.npy'), encodeNpy(numbers(3 * 16), [3, 16]))
  writeFileSync(
    join(folder, 'values.npz'),
    encodeNpz({ values: { data: numbers(2 * 8), shape: [2, 8] } }),
  )
  writeFileSync(
    join(folder, 'samples.npz'),
    encodeNpz({
      x: { data: numbers(20 * 9), shape: [20, 9] },
      y: { data: Int32Array.from({ length: 20 }, (_, index) => index % 2), shape: [20] },
    }),
  )
  const model = buildModel(
    { architecture: 'mlp-5', width: 8 },
    { kind: 'tabular', shape: [9], classes: 2 },
  )
  writeFileSync(
    join(folder, 'model.onnx'),
    encodeInference(
      model.graph,
      initialize(model, () => 1),
    ),
  )
  writeTexts(folder)
  writeCommand(join(folder, 'bin'), mirror)
}

function writeDigits(folder: string): void {
  mkdirSync(folder, { recursive: true })
  const random = stream(0, 'test', 'digits').at()
  for (const [split, count] of [
    ['train', 160],
    ['t10k', 50],
  ] as const) {
    const labels = Uint8Array.from({ length: count }, (_, index) => index % 10)
    const pixels = Uint8Array.from({ length: count * 28 * 28 }, () => 255 * random.uniform())
    writeFileSync(join(folder, `${split}-labels-idx1-ubyte`), idx(labels, [count]))
    writeFileSync(join(folder, `${split}-images-idx3-ubyte`), idx(pixels, [count, 28, 28]))
  }
}

function idx(data: Uint8Array, shape: readonly number[]): Uint8Array {
  const header = new DataView(new ArrayBuffer(4 + 4 * shape.length))
  header.setUint32(0, 0x0800 + shape.length)
  shape.forEach((extent, axis) => {
    header.setUint32(4 + 4 * axis, extent)
  })
  return Buffer.concat([Buffer.from(header.buffer), data])
}

function writeCommand(folder: string, mirror: string): void {
  const sets = (settings: readonly string[]) =>
    settings.map((setting) => `--set '${setting}'`).join(' ')
  mkdirSync(folder)
  const file = join(folder, 'lowlayer')
  writeFileSync(
    file,
    `#!/bin/bash
command=$1; shift
case "$command $1" in
  'run configs/mnist'*) set -- "$1" ${sets([...smallStudy, 'networks.grid.low=[0]'])} "\${@:2}" ;;
  'run '*|'plan '*|'submit '*) set -- "$1" ${sets(smallStudy)} "\${@:2}" ;;
  'power '*) set -- "$1" --studies 5 --no-time "\${@:2}" ;;
  'analyze '*) set -- "$1" ${sets(smallAnalysis)} "\${@:2}" ;;
  'data fetch') set -- "$@" --mirror '${mirror}' ;;
esac
[ -z "\${ARGUMENTS_ONLY:-}" ] || { printf '%s\\0' "$command" "$@"; exit; }
exec '${process.execPath}' '${builtProgram}' "$command" "$@"
`,
  )
  chmodSync(file, 0o755)
}

/** A server on loopback that has nothing but stand-ins of every file asked for, and who asked. */
export function standInServer(): Promise<{ server: Server; url: string; asked: string[] }> {
  const asked: string[] = []
  const server = createServer((request, response) => {
    asked.push(request.url ?? '')
    response.end('a stand-in')
  })
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo
      resolve({ server, url: `http://127.0.0.1:${port}/`, asked })
    })
  })
}
