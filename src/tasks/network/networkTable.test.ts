/** Tables that list networks from elsewhere: what is said of wrong rows and columns. */
import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { InputError } from '../../core/errors.js'
import { readNetworkTable } from './networkTable.js'

/** What is said of a table, without its folder. */
function refusal(...lines: string[]): string[] {
  const folder = mkdtempSync(join(tmpdir(), 'lowlayer-networks-'))
  const file = join(folder, 'nets.csv')
  writeFileSync(file, `${lines.join('\n')}\n`)
  try {
    readNetworkTable(file)
  } catch (error) {
    if (error instanceof InputError) return error.message.replaceAll(`${folder}/`, '').split('\n')
    throw error
  }
  return []
}

describe('readNetworkTable', () => {
  it('says what is wrong of cells in the words of a config', () => {
    expect(refusal('name,path,low,high,order', 'a,a.onnx,1.5,-1,x', 'b,b.onnx,0,,0')).toEqual([
      'nets.csv:2: low: 1.5 is not a whole number',
      'nets.csv:2: high: -1 must be at least 0',
      'nets.csv:2: order: "x" is not a number',
      expect.stringMatching(/^nets\.csv:3: .*low.*high/),
    ])
  })

  it('tells of a wrong column once, with the one that was meant', () => {
    expect(refusal('name,path,lowLayer', 'a,a.onnx,conv1', 'b,b.onnx,conv1')).toEqual([
      'nets.csv:2: lowLayer: unknown key (did you mean "lowLayers"?)',
    ])
  })

  it('says how pandas leaves its index out', () => {
    expect(refusal(',name,path', '0,a,a.onnx', '1,b,b.onnx')).toEqual([
      'nets.csv:2: a column has no name; pandas writes none with to_csv(index=False)',
    ])
  })

  it('names the separator of a table that has no commas', () => {
    expect(refusal('name;path;low', 'a;a.onnx;0')[0]).toMatch(/nets\.csv:1: .*semicolons.*commas/)
    expect(refusal('name\tpath\tlow', 'a\ta.onnx\t0')[0]).toMatch(/nets\.csv:1: .*tabs.*commas/)
  })
})
