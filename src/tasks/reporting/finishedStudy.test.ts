/** Which networks of a finished study belong to the grid of its verdict. */
import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { fromCsv } from '../../tables/read.js'
import { networksTable } from '../../tables/tables.js'
import { mainNetworks } from './finishedStudy.js'

it('networks of the grid that gave the verdict are told from those of other architectures', () => {
  const folder = 'experiments/architecture/other-architectures'
  const { grid } = JSON.parse(readFileSync(`${folder}/verdict.json`, 'utf8'))
  const networks = fromCsv(networksTable, readFileSync(`${folder}/networks.csv`, 'utf8'))
  const of = (changed: object) =>
    mainNetworks({ networks, verdict: { grid: { ...grid, ...changed } } })
  // Of 32, 20 are LeNets with two low layers: 4×4 seeds, four of them in another order, too.
  expect(of({})).toHaveLength(20)
  expect(new Set(of({}).map(({ architecture }) => architecture))).toEqual(new Set(['lenet']))
  expect(of({ cut: 'conv1+conv2' })).toEqual(of({}))
  for (const other of [{ cut: 1 }, { cut: 'conv2' }, { regime: 'rewind' }])
    expect(of(other)).toEqual([])
})
