/** Files as disks, transfers and stray hands leave them. */
import type { Generator } from '../core/random.js'

/** A kind of change to the bytes of a file. */
export type Mutation = (bytes: Uint8Array, draws: Generator) => Uint8Array

/** A whole number in [0, below). */
const pick = (draws: Generator, below: number) => Math.floor(draws.uniform() * below)

/** A range of up to a quarter of the bytes. */
function range(bytes: Uint8Array, draws: Generator): [from: number, to: number] {
  const from = pick(draws, bytes.length)
  const length = 1 + pick(draws, Math.max(1, bytes.length / 4))
  return [from, Math.min(bytes.length, from + length)]
}

const joined = (...parts: Uint8Array[]) => Uint8Array.from(Buffer.concat(parts))

const DIGITS = /[0-9]/g

/** Numbers and words of texts, and what stands in their place: the ends of what numbers there are, other types, names of everything's parts. */
const WORDS = /-?[0-9][0-9.]*(?:e[-+]?[0-9]+)?|[a-z_]+/gi
const OTHER_WORDS = [
  ...['0', '-1', '1e308', '1e-320', '-0', '4294967296', '9007199254740993', '1e999', '0x10', '.5'],
  ...[
    'null',
    'true',
    '[]',
    '{}',
    '""',
    '[[]]',
    'NaN',
    '-Infinity',
    '__proto__',
    'constructor',
    '..',
  ],
]

/** Whole numbers of two, four and eight bytes at which lengths and offsets go wrong. */
const FIELDS = [0, 1, 2 ** 15, 2 ** 16 - 1, 2 ** 31 - 1, 2 ** 31, 2 ** 32 - 1]

export const mutations: Readonly<Record<string, Mutation>> = {
  truncated: (bytes, draws) => bytes.slice(0, pick(draws, bytes.length)),
  'with a bit flipped': (bytes, draws) => {
    const changed = Uint8Array.from(bytes)
    changed[pick(draws, bytes.length)] ^= 1 << pick(draws, 8)
    return changed
  },
  'with a byte changed': (bytes, draws) => {
    const changed = Uint8Array.from(bytes)
    const at = pick(draws, bytes.length)
    changed[at] = (changed[at] + 1 + pick(draws, 255)) % 256
    return changed
  },
  'with a digit changed': (bytes, draws) => {
    const text = Buffer.from(bytes).toString('latin1')
    const places = [...text.matchAll(DIGITS)].map(({ index }) => index)
    if (places.length === 0) return mutations['with a byte changed'](bytes, draws)
    const at = places[pick(draws, places.length)]
    const changed = Uint8Array.from(bytes)
    changed[at] = 48 + ((changed[at] - 48 + 1 + pick(draws, 9)) % 10)
    return changed
  },
  'with another word': (bytes, draws) => {
    const text = Buffer.from(bytes).toString('latin1')
    const words = [...text.matchAll(WORDS)]
    if (words.length === 0) return mutations['with a byte changed'](bytes, draws)
    const { index, 0: word } = words[pick(draws, words.length)]
    const other = Buffer.from(OTHER_WORDS[pick(draws, OTHER_WORDS.length)])
    return joined(bytes.subarray(0, index), other, bytes.subarray(index + word.length))
  },
  'with another field': (bytes, draws) => {
    const changed = Buffer.from(bytes)
    const width = [2, 4, 8][pick(draws, 3)]
    if (bytes.length < width) return changed
    const at = pick(draws, bytes.length - width + 1)
    const field = FIELDS[pick(draws, FIELDS.length)] % 2 ** (8 * width)
    const isLittle = pick(draws, 2) === 0
    for (let byte = 0; byte < width; byte++) {
      const value = Math.floor(field / 2 ** (8 * byte)) % 256
      changed[at + (isLittle ? byte : width - 1 - byte)] = value
    }
    return changed
  },
  'with a part deleted': (bytes, draws) => {
    const [from, to] = range(bytes, draws)
    return joined(bytes.subarray(0, from), bytes.subarray(to))
  },
  'with a part twice': (bytes, draws) => {
    const [from, to] = range(bytes, draws)
    return joined(bytes.subarray(0, to), bytes.subarray(from))
  },
  'with a part of zeros': (bytes, draws) => {
    const [from, to] = range(bytes, draws)
    return Uint8Array.from(bytes).fill(0, from, to)
  },
  'with more at its end': (bytes, draws) =>
    joined(
      bytes,
      Uint8Array.from({ length: 1 + pick(draws, 40) }, () => pick(draws, 256)),
    ),
  emptied: () => new Uint8Array(0),
}

/** Whether two files have the same bytes. */
export function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return Buffer.compare(a, b) === 0
}
