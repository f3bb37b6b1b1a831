/** The build of ONNX Runtime that is used: where it lies, and what brings its CUDA part to it. */
import { existsSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { shownPath } from '../../core/shownPath.js'

const manifest = createRequire(import.meta.url).resolve('onnxruntime-node/package.json')
const folder = dirname(manifest)

/**
 * The command that brings ONNX Runtime's CUDA part: the package's own script, which lowlayer's package never
 * runs by itself, since it downloads from another server than the registry.
 */
export const ADD_CUDA = `node ${shownPath(join(folder, 'script/install.js'))} --onnxruntime-node-install=cuda12`

/** What a bug report needs to know of the build: version, platform, whether CUDA's part is there, place. */
export function describeBuild(): string {
  const { version } = JSON.parse(readFileSync(manifest, 'utf8')) as { version: string }
  const platform = join(process.platform, process.arch)
  const cuda = join(folder, 'bin/napi-v6', platform, 'libonnxruntime_providers_cuda.so')
  const part = existsSync(cuda) ? 'with' : 'without'
  return `onnxruntime-node ${version}, native for ${platform}, ${part} its CUDA part; ${shownPath(folder)}`
}
