/** Which table of token embeddings is found in small graphs, and where none is. */
import { expect, it } from 'vitest'
import {
  floats,
  integers,
  type NodeSpec,
  onnxFile,
  type TensorSpec,
} from '../../testing/onnxGraph.js'
import { embeddingOf } from './embedding.js'
import { decodeModel } from './format.js'

/** The table that `ids` is looked up in, of a graph of these nodes. */
function found(nodes: readonly NodeSpec[], weights: Readonly<Record<string, TensorSpec>>) {
  const bytes = onnxFile({
    inputs: { ids: ['n', 4], others: ['n', 4] },
    types: { ids: 'int64', others: 'int64' },
    outputs: { y: ['n', 4, 3] },
    nodes,
    weights,
  })
  return embeddingOf(decodeModel(bytes).graph, 'ids')
}

const table = floats([9, 3], new Float32Array(27))
const small = floats([2, 3], new Float32Array(6))

it.each<[string, NodeSpec[], ReturnType<typeof found>]>([
  ['directly', [['Gather', ['table', 'ids'], ['y']]], { rows: 9, width: 3 }],
  [
    'after a cast of the ids and of the table',
    [
      ['Cast', ['ids'], ['i'], { to: 7 }],
      ['Cast', ['table'], ['t'], { to: 1 }],
      ['Gather', ['t', 'i'], ['y']],
    ],
    { rows: 9, width: 3 },
  ],
  [
    'in two tables, of which the smaller one counts',
    [
      ['Gather', ['table', 'ids'], ['a']],
      ['Gather', ['small', 'ids'], ['b']],
      ['Add', ['a', 'b'], ['y']],
    ],
    { rows: 2, width: 3 },
  ],
  ['not, but others are', [['Gather', ['table', 'others'], ['y']]], undefined],
  ['along another axis', [['Gather', ['table', 'ids'], ['y'], { axis: 1 }]], undefined],
  [
    'after arithmetic, which may take other rows',
    [
      ['Mod', ['ids', 'nine'], ['i']],
      ['Gather', ['table', 'i'], ['y']],
    ],
    undefined,
  ],
])('ids are looked up %s', (_, nodes, expected) => {
  expect(found(nodes, { table, small, nine: integers(9) })).toEqual(expected)
})
