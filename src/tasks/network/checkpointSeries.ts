/** The files of a series of checkpoints, found by the number in their path. */
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { InputError, messageOf } from '../../core/errors.js'
import { limits } from '../../core/limits.js'
import { requireAtMost } from '../../core/requireAtMost.js'
import { candidatePaths, type DataContext, resolvePath } from '../../data/paths.js'

/** What files of networks are seen from, after the working folder: the folder of the configuration, or of the table. */
export type SeenFrom = Pick<DataContext, 'baseDir'>

/** A file of a series, and the number in its path. */
interface Numbered {
  readonly number: number
  readonly file: string
}

/**
 * The files of a path in which {epoch} or {step} stands for a number, in the name of the file or of a folder above it
 * (`checkpoint-{step}/model.onnx`), ascending; without either, the one file. Throws InputError naming the path where it has two of them, there are
 * none or too many files, two of one number, or one is missing.
 */
export function seriesOf(path: string, from: SeenFrom): readonly Numbered[] {
  const [word, ...more] = path.match(/\{(epoch|step)\}/g) ?? []
  if (word === undefined) return [{ number: 0, file: resolvePath(path, 'path', from) }]
  if (more.length > 0) throw new InputError(`${path}: ${word} may stand only once`)
  const parts = path.split('/')
  const at = parts.findIndex((part) => part.includes(word))
  const [before, after] = parts[at].split(word)
  const below = parts.slice(at + 1)
  const numberedIn = (place: string) =>
    readFolder(place, path).flatMap((name): Numbered[] => {
      const inside = name.slice(before.length, name.length - after.length)
      const isLike = name.startsWith(before) && name.endsWith(after)
      if (isLike && /^\d*\.\d+$/.test(inside)) {
        throw new InputError(
          `${path}: ${name} has ${inside} in the place of ${word}, and only whole numbers are read: name files by {step}, or move it away`,
        )
      }
      const fits = isLike && /^\d+$/.test(inside)
      return fits ? [{ number: Number(inside), file: join(place, name, ...below) }] : []
    })
  // Of a path that begins with / the first part is empty.
  const folder = parts.slice(0, at).join('/') || (path.startsWith('/') ? '/' : '.')
  resolvePath(folder, 'the folder of path', from)
  // The working folder may have one of that name, too, as it has "." always.
  const places = candidatePaths(folder, from).filter((place) => existsSync(place))
  const numbered = places.map(numberedIn).find(({ length }) => length > 0)
  if (numbered === undefined) {
    throw new InputError(
      `${path}: no file there has a number in the place of ${word}: looked in ${places.join(' and ')}`,
    )
  }
  requireAtMost(numbered.length, limits.timePoints, `${path}: files`, 'take every tenth, say')
  const series = numbered.sort((a, b) => a.number - b.number)
  const last = series[series.length - 1]
  requireAtMost(last.number, limits.steps, `${last.file}: its number`, `the number is the ${word}`)
  checkSteps(path, series)
  const lacking = series.find(({ file }) => below.length > 0 && !existsSync(file))
  if (lacking !== undefined) {
    throw new InputError(
      `${path}: there is no ${lacking.file}, though its folder is one of the series: give it, or move the folder away`,
    )
  }
  return series
}

function readFolder(folder: string, path: string): string[] {
  try {
    return readdirSync(folder)
  } catch (cause) {
    throw new InputError(`${path}: cannot read the folder ${folder}: ${messageOf(cause)}`, {
      cause,
    })
  }
}

/** `1.onnx` beside `01.onnx`, and a hole in a series that is regular otherwise: a checkpoint is missing. */
function checkSteps(path: string, series: readonly Numbered[]): void {
  const numbers = series.map(({ number }) => number)
  const twice = series.find(({ number }, index) => number === numbers[index - 1])
  if (twice !== undefined) {
    throw new InputError(`${path}: two files are number ${twice.number}, one of them ${twice.file}`)
  }
  const gaps = numbers.slice(1).map((number, index) => number - numbers[index])
  const [usual, last] = [gaps[0], gaps[gaps.length - 1]]
  const holes = gaps.flatMap((gap, index) => (gap === usual ? [] : [index]))
  const areHoles = 2 * holes.length < gaps.length && holes.every((at) => gaps[at] % usual === 0)
  // A series that ends otherwise than it begins was sparser, or denser, later on.
  const goesOn = last === usual || (holes.length === 1 && last === 2 * usual)
  if (gaps.length > 3 && holes.length > 0 && areHoles && goesOn) {
    const [hole] = holes
    const more = holes.length > 1 ? ` (and more in ${holes.length - 1} other places)` : ''
    throw new InputError(
      `${path}: number ${numbers[hole] + usual} is missing, between ${numbers[hole]} and ${numbers[hole + 1]} of a ` +
        `series of ${series.length}${more}; give it, or leave out others so that the series is no regular one`,
    )
  }
}
