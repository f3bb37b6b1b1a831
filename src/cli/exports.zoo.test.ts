/**
 * The export zoo: models of other libraries, exported as their users would, and every v(S) that `lowlayer analyze`
 * finds of them against those libraries' own predictions. `npm run test:zoo`; LOWLAYER_ZOO_PYTHON names a Python
 * that has what scripts/zoo-requirements.txt lists.
 */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, describe, expect, it } from 'vitest'
import { lowlayer } from '../testing/commandLine.js'

const python = process.env.LOWLAYER_ZOO_PYTHON ?? 'python3'
const script = fileURLToPath(new URL('../../scripts/zoo.py', import.meta.url))
const zoo = (...args: string[]): string =>
  execFileSync(python, [script, ...args], { encoding: 'utf8', maxBuffer: 2 ** 26 })

const folder = mkdtempSync(join(tmpdir(), 'lowlayer-zoo-'))
process.stderr.write(zoo('export', folder))
afterAll(() => rmSync(folder, { recursive: true }))

/** What of a case is not as usual. */
interface Case {
  /** Why there is no model. */
  readonly failed?: string
  /** Words of the refusal, where the command cannot take the model. */
  readonly refused?: string
  /** Words that must be said. */
  readonly said?: string
  /** Options beside the usual ones, in place of those of tables. */
  readonly set?: readonly string[]
}

/** Players and baseline of tables. */
const ofTables = [
  'analysis.players={select: list, list: [0, 1, 2, 3, 4, 5], count: 6}',
  'analysis.baseline=zero',
]

describe('lowlayer analyze', () => {
  it.each(readdirSync(folder))('values %s as its own library predicts', async (name) => {
    const place = join(folder, name)
    const {
      failed,
      refused,
      said = '',
      set,
    } = JSON.parse(readFileSync(join(place, 'case.json'), 'utf8')) as Case
    if (failed !== undefined) throw new Error(failed)
    const { code, stderr } = await lowlayer([
      ...['analyze', join(place, 'model.onnx'), '--data', join(place, 'data.npz')],
      ...['--out', join(place, 'out'), '--set', 'analysis.samples={count: 20, testCount: 0}'],
      ...(set === undefined ? ofTables : ['analysis.players.count=6', ...set]).flatMap((each) => [
        '--set',
        each,
      ]),
    ])
    if (refused !== undefined) {
      expect(code).toBe(2)
      expect(stderr).toContain(refused)
      return
    }
    expect(code, stderr).toBe(0)
    expect(stderr).toContain(said)
    const { excess, largest, samples } = JSON.parse(zoo('check', place))
    expect(samples).toBe(20)
    expect(largest).toBeGreaterThan(0.1)
    expect(excess).toBeLessThan(1)
  })
})
