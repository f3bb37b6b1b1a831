/** Texts and a model of them, both tiny, as files. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { stream } from '../core/random.js'
import { floats, integers, onnxFile } from './onnxGraph.js'
import { tokenFile } from './tokenFile.js'

/** Tokens a text and tokens known, of a model that adds up embeddings. */
const [TOKENS, KNOWN] = [12, 110]

/**
 * Writes `texts.npz`, 20 texts of ten words with names and classes, and `bert.onnx`, which adds up embeddings of their ids.
 * Equal for equal folders.
 */
export function writeTexts(folder: string): void {
  const random = stream(0, 'test', 'texts').at()
  const rows = <T>(make: (row: number) => T) => Array.from({ length: 20 }, (_, row) => make(row))
  const each = (make: (at: number) => number) =>
    rows(() => Array.from({ length: TOKENS }, (_, t) => make(t)))
  const isWord = (at: number) => at > 0 && at < TOKENS - 1
  writeFileSync(
    join(folder, 'texts.npz'),
    tokenFile({
      input_ids: each((at) => (isWord(at) ? Math.floor(100 * random.uniform()) : 101)),
      attention_mask: each(() => 1),
      word_ids: each((at) => (isWord(at) ? at - 1 : -1)),
      words: rows((row) => Array.from({ length: TOKENS - 2 }, (_, word) => `word${row}x${word}`)),
      labels: rows((row) => row % 2),
    }),
  )
  const weights = (...shape: [number, number]) =>
    floats(
      shape,
      Array.from({ length: shape[0] * shape[1] }, () => random.normal()),
    )
  writeFileSync(
    join(folder, 'bert.onnx'),
    onnxFile({
      inputs: { input_ids: ['batch', 'tokens'] },
      types: { input_ids: 'int64' },
      outputs: { logits: ['batch', 2] },
      nodes: [
        ['Gather', ['table', 'input_ids'], ['embedded']],
        ['ReduceSum', ['embedded', 'axis'], ['sum'], { keepdims: 0 }],
        ['MatMul', ['sum', 'head'], ['logits']],
      ],
      weights: { table: weights(KNOWN, 4), head: weights(4, 2), axis: integers(1) },
    }),
  )
}
