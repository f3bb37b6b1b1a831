import { open } from 'node:fs/promises'
import { messageOf } from '../core/errors.js'

/** Zip's record at the end of an archive without a comment, as `.npz` files here have none. */
const ZIP_END = { bytes: Buffer.from('PK\u0005\u0006'), fromEnd: 22, what: 'end record' }
const PARQUET_END = { bytes: Buffer.from('PAR1'), fromEnd: 4, what: 'end mark' }

/**
 * Why a file cannot be whole, from its size and its last bytes, without reading it; undefined where
 * nothing speaks against it (what lies between may still be damaged). Of `.npz` and `.parquet` files
 * the end is known; of others only that they are not empty.
 */
export async function whyNotWhole(path: string): Promise<string | undefined> {
  const end = path.endsWith('.npz') ? ZIP_END : path.endsWith('.parquet') ? PARQUET_END : undefined
  try {
    const file = await open(path, 'r')
    try {
      const { size } = await file.stat()
      if (size === 0) return 'is empty'
      if (end === undefined) return undefined
      const tail = Buffer.alloc(end.bytes.length)
      await file.read(tail, 0, tail.length, Math.max(0, size - end.fromEnd))
      return tail.equals(end.bytes)
        ? undefined
        : `has no ${end.what}: it is cut short or no such file`
    } finally {
      await file.close()
    }
  } catch (error) {
    return `cannot be read: ${messageOf(error)}`
  }
}

/** Whether a file is there and nothing speaks against its being whole. */
export async function isWhole(path: string): Promise<boolean> {
  return (await whyNotWhole(path)) === undefined
}
