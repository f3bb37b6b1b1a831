import { basename, dirname, resolve } from 'node:path'
import { limits } from '../core/limits.js'
import { repeated } from '../core/repeated.js'

/**
 * Names for networks in files: those of the files, without `.onnx`; where several have one, with the folder before it, and
 * numbered from the second on where folders have one name too. Letters that names may not have become "-", and names that are too long are cut.
 */
export function modelNames(files: readonly string[]): string[] {
  const own = files.map((file) => nameFrom(basename(file).replace(/\.onnx$/, '')))
  const shared = repeated(own)
  const full = own.map((name, at) =>
    shared.includes(name) ? nameFrom(`${basename(dirname(resolve(files[at])))}-${name}`) : name,
  )
  const given = new Set<string>()
  return full.map((name) => {
    let free = name
    for (let number = 2; given.has(free); number++) free = `${name}_${number}`
    given.add(free)
    return free
  })
}

function nameFrom(text: string): string {
  const name = text.replaceAll(/[^\w.-]+/g, '-').replace(/^[.-]+/, '')
  return name.slice(0, limits.fileNameLetters) || 'model'
}
