/** Hashes of bytes and of JSON values: from these come the ids of everything stored. */
import { createHash } from 'node:crypto'

/** A value that JSON can hold; `undefined` members of objects are left out. */
export type Json =
  | string
  | number
  | boolean
  | null
  | readonly Json[]
  | { readonly [key: string]: Json | undefined }

/**
 * JSON with object keys sorted by code unit and no white space, so that equal values give equal
 * text. Throws a TypeError on NaN and infinities, which JSON cannot hold.
 */
export function canonicalJson(value: Json): string {
  if (typeof value === 'number' && !Number.isFinite(value)) {
    throw new TypeError(`canonical JSON cannot hold ${value}`)
  }
  if (value === null || typeof value !== 'object') return JSON.stringify(value)
  if (isArray(value)) return `[${value.map(canonicalJson).join(',')}]`
  const members = Object.keys(value)
    .filter((key) => value[key] !== undefined)
    .sort()
    .map((key) => `${JSON.stringify(key)}:${canonicalJson(value[key] as Json)}`)
  return `{${members.join(',')}}`
}

function isArray(value: Json): value is readonly Json[] {
  return Array.isArray(value)
}

/** SHA-256 of bytes or text, in hexadecimal. */
export function sha256(data: string | Uint8Array): string {
  return sha256Of([data])
}

/** {@link sha256} of what pieces are one after the other. */
export function sha256Of(pieces: Iterable<string | Uint8Array>): string {
  const hash = createHash('sha256')
  for (const piece of pieces) hash.update(piece)
  return hash.digest('hex')
}

/** Content-derived id: the first 16 hexadecimal digits of the SHA-256 of the canonical JSON. */
export function contentId(value: Json): string {
  return sha256(canonicalJson(value)).slice(0, 16)
}
