/** `.npz` files whose arrays are too large to be held: written and read piece by piece. */
import { closeSync, fstatSync, openSync } from 'node:fs'
import { Zip, ZipDeflate } from 'fflate'
import { InputError } from '../core/errors.js'
import { bytesOf, sizeOf } from '../core/tensor.js'
import { requireUnpackable } from './inflate.js'
import { whyUnreadable } from './inputFile.js'
import {
  decodeNpy,
  encodeNpyHeader,
  type NpyArray,
  type NpyData,
  type NpyHeader,
  readNpyHeader,
} from './npy.js'
import { lacksArray } from './npz.js'
import { entryPieces, readZipEntries, unpackedSize } from './zipEntries.js'

/** One array to write, its elements in row-major order over all pieces. */
export interface ArrayPieces {
  readonly name: string
  /** NumPy's name of the type of the elements, such as `<f8`. */
  readonly dtype: string
  readonly shape: readonly number[]
  readonly pieces: AsyncIterable<NpyData> | Iterable<NpyData>
}

/** Sizes in a zip archive are numbers of 32 bits. */
const MAX_BYTES = 2 ** 32 - 1

/**
 * Throws InputError when an array of these float64 numbers is too large for a `.npz` file, so that it
 * is known before anything is computed. `what` names it and what to change.
 */
export function checkNpzSize(numbers: number, what: string): void {
  // Half a mebibyte for what else is in the archive.
  if (8 * numbers <= MAX_BYTES - 2 ** 19) return
  throw new InputError(
    `${what}: ${(numbers / 2 ** 27).toFixed(1)} GiB, but a .npz file holds at most 4`,
  )
}

/**
 * Writes a `.npz` file, one array after the other, each asked for when those before it are written.
 * The same pieces give the same bytes: no clock enters.
 */
export async function writeNpz(
  write: (bytes: Uint8Array) => Promise<void>,
  arrays: Iterable<ArrayPieces>,
): Promise<void> {
  const ready: Uint8Array[] = []
  const flush = async () => {
    for (const bytes of ready.splice(0)) await write(bytes)
  }
  const zip = new Zip((error, bytes) => {
    if (error) throw error
    ready.push(bytes)
  })
  for (const { name, dtype, shape, pieces } of arrays) {
    const entry = new ZipDeflate(`${name}.npy`, { level: 6 })
    entry.mtime = new Date(1980, 0, 1)
    zip.add(entry)
    entry.push(encodeNpyHeader(dtype, shape))
    let left = sizeOf(shape)
    for await (const piece of pieces) {
      left -= piece.length
      entry.push(bytesOf(piece))
      await flush()
    }
    if (left !== 0) throw new RangeError(`${name}: shape (${shape.join(', ')}) misses by ${left}`)
    entry.push(new Uint8Array(0), true)
    await flush()
  }
  zip.end()
  await flush()
}

/**
 * The arrays of a `.npz` file, by name, but for those in `except`. Throws InputError naming the file
 * where it is missing or damaged.
 */
export async function readNpzExcept(
  path: string,
  except: readonly string[],
): Promise<Record<string, NpyArray>> {
  const file = openFile(path)
  try {
    const arrays: Record<string, NpyArray> = {}
    const all = [...readZipEntries(file, path)].map(
      ([name, entry]) => [name.replace(/\.npy$/, ''), entry] as const,
    )
    const held = all.filter(([name]) => !except.includes(name))
    const { size } = fstatSync(file)
    requireUnpackable(unpackedSize(held.map(([, entry]) => entry)), size, path)
    for (const [name, entry] of held) {
      const pieces: Uint8Array[] = []
      for await (const piece of entryPieces(file, path, entry)) pieces.push(piece)
      arrays[name] = decodeNpy(Buffer.concat(pieces), `${path} [${name}]`)
    }
    return arrays
  } finally {
    closeSync(file)
  }
}

/**
 * The rows of a float64 matrix of a `.npz` file, one after the other; no more than one is held. Throws
 * InputError naming the file where it is missing or damaged.
 */
export async function* npzRows(path: string, name: string): AsyncGenerator<Float64Array> {
  const file = openFile(path)
  try {
    const entries = readZipEntries(file, path)
    const entry = entries.get(`${name}.npy`)
    if (entry === undefined) throw lacksArray(path, name, entries.keys())
    yield* rowsOf(entryPieces(file, path, entry), entry.size, `${path} [${name}]`)
  } finally {
    closeSync(file)
  }
}

/** The rows of the `.npy` file of `size` bytes that comes in pieces, the first with all its header. */
async function* rowsOf(
  pieces: AsyncIterable<Uint8Array>,
  size: number,
  file: string,
): AsyncGenerator<Float64Array> {
  let columns: number | undefined
  let row = new Uint8Array(0)
  let filled = 0
  for await (const piece of pieces) {
    let rest = piece
    if (columns === undefined) {
      const header = readNpyHeader(piece, file)
      columns = columnsOf(header, size, file)
      row = new Uint8Array(8 * columns)
      rest = piece.subarray(header.offset)
    }
    while (rest.length > 0) {
      const taken = rest.subarray(0, row.length - filled)
      row.set(taken, filled)
      filled += taken.length
      rest = rest.subarray(taken.length)
      if (filled < row.length) continue
      yield new Float64Array(row.buffer)
      row = new Uint8Array(row.length)
      filled = 0
    }
  }
}

function columnsOf(
  { dtype, fortranOrder, shape, offset }: NpyHeader,
  size: number,
  file: string,
): number {
  if (dtype !== '<f8' || fortranOrder || shape.length !== 2) {
    throw new InputError(`${file}: no row-major matrix of float64`)
  }
  if (size !== offset + 8 * sizeOf(shape)) {
    throw new InputError(`${file}: damaged: shape (${shape.join(', ')}) in ${size} bytes`)
  }
  return shape[1]
}

function openFile(path: string): number {
  try {
    return openSync(path, 'r')
  } catch (cause) {
    throw new InputError(`${path}: ${whyUnreadable(cause)}`, { cause })
  }
}
