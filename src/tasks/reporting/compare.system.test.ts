/** A comparison lets go of the tables of networks that it has analysed: by the bytes still in memory. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { afterAll, expect, it } from 'vitest'
import { writeInteractionFile } from '../../artifacts/interactionFile.js'
import { writeValueFile } from '../../artifacts/valueFile.js'
import { stream } from '../../core/random.js'
import { networkPaths } from '../../store/layout.js'
import { evaluationPlan } from '../../study/evaluationPlan.js'
import { analyseNetwork, type NetworkAnalysis } from '../../study/network.js'
import { configOf } from '../../testing/configOf.js'
import { soleLease } from '../../testing/soleLease.js'
import { readCheckpoint } from '../analysis/readNetwork.js'

const results = mkdtempSync(join(tmpdir(), 'lowlayer-compare-'))
afterAll(() => rmSync(results, { recursive: true }))

setFlagsFromString('--expose-gc')
const collectGarbage = runInNewContext('gc') as () => void

/** Bytes of the array buffers that something still refers to. */
async function heldBytes(): Promise<number> {
  for (let round = 0; round < 3; round++) {
    // Buffers are let go between two turns of the event loop.
    await setTimeout(20)
    collectGarbage()
  }
  return process.memoryUsage().arrayBuffers
}

it('holds no tables of networks that were analysed', async () => {
  const n = 10
  const count = 100
  const ids = { valuesId: 'values', interactionsId: 'interactions' }
  const config = configOf(
    { data: { source: 'tic-tac-toe' }, model: { architecture: 'mlp-5' } },
    'held',
  )
  const random = stream(0, 'held').at()
  const rowsOf = (length: number) => Float64Array.from({ length }, () => random.normal())
  const labels = Array.from({ length: count }, (_, id) => ({
    id,
    panel: 0,
    label: 0,
    trueLabel: 0,
  }))
  const plan = evaluationPlan(labels, n, 'zero')
  const paths = networkPaths(results, 'net')
  const values = Array.from({ length: count }, () => {
    return { values: rowsOf(2 ** n), prediction: 0, loss: random.normal() ** 2 }
  })
  await writeValueFile(
    paths.values(0, ids.valuesId),
    plan,
    values,
    soleLease(dirname(paths.values(0, ''))).write,
  )
  const found = {
    n,
    count,
    and: rowsOf(count * 2 ** n),
    or: rowsOf(count * 2 ** n),
    l1: rowsOf(count),
    lowerBound: rowsOf(count),
    gap: rowsOf(count),
    matchingError: rowsOf(count),
    converged: new Int32Array(count).fill(1),
    iterations: new Int32Array(count),
  }
  const file = paths.interactions(0, ids.interactionsId)
  await writeInteractionFile(file, found, soleLease(dirname(file)).write)
  const analysed = async (id: string): Promise<NetworkAnalysis<{ id: string }>> => {
    const checkpoint = await readCheckpoint(results, 'net', 0, ids)
    return analyseNetwork({ network: { id }, curve: [], checkpoints: [checkpoint] }, config)
  }
  const analyses: NetworkAnalysis<{ id: string }>[] = []
  const held: number[] = []
  for (const id of ['a', 'b', 'c', 'd', 'e']) {
    analyses.push(await analysed(id))
    held.push(await heldBytes())
  }
  expect(analyses.map(({ network }) => network.id)).toEqual(['a', 'b', 'c', 'd', 'e'])
  const tables = 2 * count * 2 ** n * Float64Array.BYTES_PER_ELEMENT
  expect(held[4] - held[1]).toBeLessThan(tables / 2)
})
