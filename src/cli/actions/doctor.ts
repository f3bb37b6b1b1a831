/** The work of `lowlayer doctor`: tries what this machine has, and says how to mend what does not work. */
import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { access, constants, statfs } from 'node:fs/promises'
import { availableParallelism, totalmem } from 'node:os'
import { resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { stripVTControlCharacters } from 'node:util'
import { exitCodes, messageOf } from '../../core/errors.js'
import { isComplete, sourceNames } from '../../data/named.js'
import { ADD_CUDA, describeBuild } from '../../engine/onnx/build.js'
import { jsonText } from '../../store/atomic.js'
import type { DeviceCheck } from '../../tasks/training/deviceCheck.js'
import type { DoctorOptions } from '../commands/doctor.js'
import { dataFolders } from '../studyOptions.js'

/** One thing that was looked at. `needed`: nothing runs without it. */
interface Finding {
  readonly name: string
  readonly works: boolean
  readonly needed: boolean
  readonly detail: string
  /** What to do when it does not work. */
  readonly fix?: string
}

const devices = [
  ['onnx', 'cpu', 'install lowlayer again'],
  [
    'onnx',
    'webgpu',
    'install a Vulkan driver of your GPU (Linux; on NVIDIA cards libegl1, libx11-6 and libxext6 too) or update the graphics driver; the CPU does without',
  ],
  ['onnx', 'cuda', `install CUDA 12 and cuDNN 9, then: ${ADD_CUDA}`],
  ['tfjs', 'cpu', 'optional: npm install @tensorflow/tfjs-node'],
] as const

const checkWorker = fileURLToPath(new URL('../deviceCheckWorker.js', import.meta.url))
const DEVICE_TIMEOUT_MS = 60_000
const LONGEST_DETAIL = 200
/** Least minor version of Node 20 and of 22, the first that compute checksums. */
const NEEDED_NODE = { 20: 15, 22: 2 } as const
const SMALL_DISK_BYTES = 2 * 2 ** 30

/** Says what works on this machine; exits with 3 where something is missing without which nothing runs. */
export async function doctor(options: DoctorOptions): Promise<void> {
  const findings = await examine(options)
  process.stdout.write(options.json ? jsonText(findings) : findings.map(line).join(''))
  if (findings.some(({ works, needed }) => needed && !works))
    process.exitCode = exitCodes.environment
}

async function examine(options: DoctorOptions): Promise<Finding[]> {
  const findings = [nodeFinding(), machineFinding(), finding('ONNX Runtime', describeBuild())]
  // One after the other: devices share cores, and speeds would suffer.
  for (const [engine, device, fix] of devices)
    findings.push(await deviceFinding(engine, device, fix))
  return [...findings, await diskFinding(options.results), ...dataFindings(options.dataDir)]
}

/** What works, or, with its fix, what does not. */
function finding(name: string, detail: string, fix?: string, needed = false): Finding {
  return { name, works: fix === undefined, needed, detail, fix }
}

function nodeFinding(): Finding {
  const [major, minor] = process.versions.node.split('.').map(Number)
  const works =
    major > 22 ||
    (major === 22 && minor >= NEEDED_NODE[22]) ||
    (major === 20 && minor >= NEEDED_NODE[20])
  const fix = `install Node 20.${NEEDED_NODE[20]}, or 22.${NEEDED_NODE[22]} or newer`
  return finding('Node', process.version, works ? undefined : fix, true)
}

function machineFinding(): Finding {
  const memory = (totalmem() / 2 ** 30).toFixed(1)
  const cores = `${availableParallelism()} cores`
  return finding(
    'machine',
    `${process.platform} ${process.arch}, ${cores}, ${memory} GiB of memory`,
  )
}

async function deviceFinding(engine: string, device: string, fix: string): Promise<Finding> {
  const name = `${engine} on ${device}`
  const needed = engine === 'onnx' && device === 'cpu'
  try {
    const found = await checkApart(engine, device)
    const versions = Object.entries(found.versions).map(
      ([library, version]) => `${library} ${version}`,
    )
    const detail = `${versions.join(', ')}; LeNet ${found.imagesPerSecond.toLocaleString('en')} images/s; differs by ${found.difference.toExponential(1)} from ${device === 'cpu' ? 'float64' : 'the CPU'}`
    if (found.agrees) return finding(name, detail, undefined, needed)
    const wrong = `${detail}: it computes something else and is not to be used`
    return finding(name, wrong, 'use --device cpu', needed)
  } catch (error) {
    return finding(name, messageOf(error), fix, needed)
  }
}

/** The check in a process of its own, which is that and no whole program: it starts in half the time. */
function checkApart(engine: string, device: string): Promise<DeviceCheck> {
  const command = [checkWorker, engine, device]
  return new Promise((done, fail) => {
    execFile(process.execPath, command, { timeout: DEVICE_TIMEOUT_MS }, (error, stdout, stderr) => {
      if (error === null) {
        done(JSON.parse(stdout) as DeviceCheck)
        return
      }
      const words = lastWords(stderr)
      const ended = error.killed
        ? `no answer within ${DEVICE_TIMEOUT_MS / 1000} s`
        : `the process ended with ${error.signal ?? error.code}`
      fail(new Error(words ?? ended))
    })
  })
}

/** The last line of what a process complained of, without colours and without the paths' length. */
function lastWords(stderr: string): string | undefined {
  const plain = stripVTControlCharacters(stderr)
  const lines = plain.split('\n').filter((text) => text.trim() !== '' && !/^\s*at /.test(text))
  const last = lines
    .at(-1)
    ?.trim()
    .replaceAll(/\S*\/(\S+\.(so|dylib|dll)\S*)/g, '$1')
  // What comes after the cause is advice, which the next line gives.
  const cause = last?.split('; ')[0]
  return cause === undefined || cause.length <= LONGEST_DETAIL
    ? cause
    : `${cause.slice(0, LONGEST_DETAIL)} …`
}

async function diskFinding(results: string): Promise<Finding> {
  let folder = resolve(results)
  while (!existsSync(folder)) folder = resolve(folder, '..')
  try {
    await access(folder, constants.W_OK)
    const { bavail, bsize } = await statfs(folder)
    const free = bavail * bsize
    const fix = 'free some space, or choose another disk with --results'
    const detail = `${(free / 2 ** 30).toFixed(1)} GiB free at ${folder}`
    return finding('disk', detail, free >= SMALL_DISK_BYTES ? undefined : fix)
  } catch (error) {
    return finding(
      'disk',
      messageOf(error),
      'choose a folder that can be written with --results',
      true,
    )
  }
}

function dataFindings(dataDir: string | undefined): Finding[] {
  const folders = dataFolders(dataDir)
  return sourceNames.map((source) => {
    const found = folders
      .map((folder) => resolve(folder, source))
      .find((folder) => isComplete(source, folder))
    return found === undefined
      ? finding(`data ${source}`, 'not here', `lowlayer data fetch ${source}`)
      : finding(`data ${source}`, found)
  })
}

function line({ name, works, needed, detail, fix }: Finding): string {
  const mark = works ? 'ok     ' : needed ? 'MISSING' : 'without'
  const help = fix === undefined ? '' : `\n${' '.repeat(26)}→ ${fix}`
  return `${mark} ${name.padEnd(17)} ${detail}${help}\n`
}
