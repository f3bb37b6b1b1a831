/** The data sources `sst2` and `text`: sentences with their classes, as token ids. */
import type { DataConfig } from '../../config/data.js'
import { InputError } from '../../core/errors.js'
import { limits } from '../../core/limits.js'
import { requireAtMost } from '../../core/requireAtMost.js'
import { classNumbers, sortedClasses } from '../classNames.js'
import { locateNamed, namedSources, spellings } from '../named.js'
import { type DataContext, readText, requireFile, resolveDataPath } from '../paths.js'
import type { RawData } from '../raw.js'

type TextConfig = Extract<DataConfig, { source: 'sst2' | 'text' }>

/** Token ids of padding and of words that are not in the vocabulary. */
const PADDING = 0
const UNKNOWN = 1
const special = ['<pad>', '<unknown>']

/** Sentences of one split as words, with class names and the lines they stand in. */
interface Part {
  readonly sentences: readonly (readonly string[])[]
  readonly labels: readonly string[]
  readonly file: string
}

/**
 * Text from TSV files with the columns `sentence` and `label` (GLUE's SST-2, or one's own). Inputs are
 * token ids [length]: 0 is padding, 1 an unknown word, then words by frequency in the training rows.
 */
export async function openText(data: TextConfig, context: DataContext): Promise<RawData> {
  const { trainFile, testFile } = files(data, context)
  const split = data.source === 'sst2' ? splitTokenised : splitProse
  const train = await readPart(trainFile, split)
  const test = testFile === undefined ? undefined : await readPart(testFile, split)
  const classes = data.source === 'sst2' ? ['0', '1'] : sortedClasses(train.labels, trainFile)
  if (classes.length < 2)
    throw new InputError(`${trainFile}: the column "label" has one class; at least two are needed`)
  const numbered = ({ labels, file }: Part) =>
    classNumbers(labels, classes, (row) => `${file}:${row + 2}`, `one of ${classes.join(', ')}`)
  return {
    kind: 'text',
    shape: [data.length],
    classes: data.source === 'sst2' ? ['negative', 'positive'] : classes,
    trainLabels: numbered(train),
    ...(test === undefined ? {} : { testLabels: numbered(test) }),
    read: async (trainRows, testRows) => {
      const chosen = Array.from(trainRows, (row) => train.sentences[row])
      const vocabulary = vocabularyOf(chosen, data.vocabulary)
      const others = Array.from(testRows, (row) => (test ?? train).sentences[row])
      return {
        train: encode(chosen, vocabulary, data.length),
        test: encode(others, vocabulary, data.length),
        vocabulary,
        assumptions: whatIsLost([...chosen, ...others], vocabulary, data.length),
      }
    },
  }
}

function files(data: TextConfig, context: DataContext) {
  if (data.source === 'text') {
    const testFile = data.testPath && resolveDataPath(data.testPath, context)
    return { trainFile: resolveDataPath(data.path, context), testFile }
  }
  const folder = locateNamed('sst2', data.path, context)
  const find = (name: string) => requireFile(folder, spellings(name), namedSources.sst2.subfolders)
  return { trainFile: find('train.tsv'), testFile: find('dev.tsv') }
}

/** SST-2 is tokenised already: words stand between spaces. */
function splitTokenised(sentence: string): string[] {
  return sentence
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== '')
}

/** Words (with inner apostrophes and hyphens) and single marks. */
function splitProse(sentence: string): string[] {
  const pattern = /[\p{L}\p{N}]+(?:['’-][\p{L}\p{N}]+)*|[^\s\p{L}\p{N}]/gu
  return sentence.toLowerCase().match(pattern) ?? []
}

async function readPart(file: string, split: (sentence: string) => string[]): Promise<Part> {
  const [head, ...lines] = linesOf(readText(file), file)
  const header = head.split('\t', limits.columns + 1)
  requireAtMost(header.length, limits.columns, `${file}: columns`, 'take fewer')
  const [sentenceAt, labelAt] = [header.indexOf('sentence'), header.indexOf('label')]
  if (sentenceAt === -1 || labelAt === -1) {
    throw new InputError(`${file}:1: the header needs the columns "sentence" and "label"`)
  }
  if (lines.at(-1) === '') lines.pop()
  if (lines.length === 0) throw new InputError(`${file} has a header but no rows`)
  const sentences: string[][] = []
  const labels: string[] = []
  const keep = wordKeeper(file)
  for (const [index, line] of lines.entries()) {
    const place = `${file}:${index + 2}`
    const cells = line.split('\t', limits.columns + 1)
    if (cells.length !== header.length) {
      throw new InputError(`${place}: ${cells.length} cells, but the header has ${header.length}`)
    }
    requireAtMost(cells[sentenceAt].length, limits.cellLetters, `${place}: letters`, 'cut the text')
    const words = keep(split(cells[sentenceAt]))
    if (words.length === 0) throw new InputError(`${place}: the sentence has no words`)
    const label = cells[labelAt].trim()
    if (label === '') throw new InputError(`${place}: no "label"`)
    sentences.push(words)
    labels.push(label)
  }
  return { sentences, labels, file }
}

/** The lines of a text, the last of which may be empty. Throws InputError where there are more than are taken. */
function linesOf(text: string, file: string): string[] {
  const lines = text.split('\n', limits.rows + 2)
  requireAtMost(lines.length, limits.rows + 1, `${file}: lines`, 'take a part of it')
  return lines.map((line) => (line.endsWith('\r') ? line.slice(0, -1) : line))
}

/** Keeps each word once, however often it stands in a file. Throws InputError for more words than are taken. */
function wordKeeper(file: string): (words: readonly string[]) => string[] {
  const known = new Map<string, string>()
  let count = 0
  return (words) => {
    count += words.length
    requireAtMost(count, limits.words, `${file}: words`, 'take a part of it')
    const kept = words.map((word) => {
      const same = known.get(word) ?? word
      known.set(word, same)
      return same
    })
    requireAtMost(
      known.size,
      limits.differentWords,
      `${file}: different words`,
      'take a part of it',
    )
    return kept
  }
}

/** The most frequent words, ties by code unit, after the two special tokens. */
function vocabularyOf(sentences: readonly (readonly string[])[], size: number): string[] {
  const counts = new Map<string, number>()
  for (const words of sentences) {
    for (const word of words) counts.set(word, (counts.get(word) ?? 0) + 1)
  }
  const byFrequency = [...counts].sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1))
  return [...special, ...byFrequency.slice(0, size - special.length).map(([word]) => word)]
}

/** How many texts are longer than a sample, and how many of the words that are left are unknown, a line each. */
function whatIsLost(
  sentences: readonly (readonly string[])[],
  vocabulary: readonly string[],
  length: number,
): string[] {
  const known = new Set(vocabulary)
  const cut = sentences.filter((words) => words.length > length).length
  let words = 0
  let unknown = 0
  for (const sentence of sentences) {
    for (const word of sentence.slice(0, length)) {
      words++
      if (!known.has(word)) unknown++
    }
  }
  const lines: string[] = []
  if (cut > 0) {
    lines.push(
      `${cut} of ${sentences.length} texts are longer than ${length} words and were cut (data.length)`,
    )
  }
  if (unknown > 0) {
    lines.push(
      `${((100 * unknown) / words).toPrecision(2)}% of the words are not in the vocabulary and count as one (data.vocabulary)`,
    )
  }
  return lines
}

function encode(
  sentences: readonly (readonly string[])[],
  vocabulary: readonly string[],
  length: number,
): Float32Array {
  const ids = new Map(vocabulary.map((word, id) => [word, id]))
  const inputs = new Float32Array(sentences.length * length).fill(PADDING)
  for (const [row, words] of sentences.entries()) {
    for (const [position, word] of words.slice(0, length).entries()) {
      inputs[row * length + position] = ids.get(word) ?? UNKNOWN
    }
  }
  return inputs
}
