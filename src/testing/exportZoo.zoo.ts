/**
 * Models exported by other libraries: v(S) of each against that library's own predictions. `scripts/exportZoo.py` makes
 * them with the Python named by LOWLAYER_PYTHON (python3 otherwise), which needs the packages that it lists.
 */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { readNpz } from '../formats/npz.js'
import { lowlayer } from './commandLine.js'

const CLAMP = 1e-3

/** What the script says of a model. */
interface Exported {
  readonly data: string
  readonly kind: 'logits' | 'probabilities' | 'sigmoids'
  /** What the reason matches, where it must be refused. */
  readonly refused?: string
  /** What must be said. */
  readonly said?: string
}

const folder = mkdtempSync(join(tmpdir(), 'lowlayer-zoo-'))
const python = process.env.LOWLAYER_PYTHON ?? 'python3'
const made = spawnSync(python, ['scripts/exportZoo.py', folder], { encoding: 'utf8' })
const names = readdirSync(folder)
  .filter((name) => name.endsWith('.onnx'))
  .map((name) => name.slice(0, -'.onnx'.length))
afterAll(() => rmSync(folder, { recursive: true }))

/** log(p/(1 − p + ε) + ε) of the label from outputs that are logits or probabilities. */
function logOdds(outputs: readonly number[], label: number, kind: Exported['kind']): number {
  const own = (p: number) => Math.log(p / (1 - p + CLAMP) + CLAMP)
  if (kind === 'sigmoids') return own(outputs[label])
  if (outputs.length === 1) {
    const p = kind === 'logits' ? 1 / (1 + Math.exp(-outputs[0])) : outputs[0]
    return own(label === 1 ? p : 1 - p)
  }
  const weights =
    kind === 'logits' ? outputs.map((z) => Math.exp(z - Math.max(...outputs))) : outputs
  return own(weights[label] / weights.reduce((sum, weight) => sum + weight, 0))
}

it('some are there', () => {
  expect(made.stderr + made.stdout).toMatch(/not made: /)
  process.stdout.write(made.stdout)
  expect(names.length).toBeGreaterThan(10)
})

describe('v(S) is that of the library itself', () => {
  it.each(names)('%s', async (name) => {
    const about = JSON.parse(readFileSync(join(folder, `${name}.json`), 'utf8')) as Exported
    const out = join(folder, `out-${name}`)
    const { code, stderr } = await lowlayer(
      ['analyze', `${name}.onnx`, '--data', about.data, '--out', out].concat(
        ['count=12', 'testCount=0'].flatMap((set) => ['--set', `analysis.samples.${set}`]),
        ['baseline=zero', 'players.n=6', 'output=log-odds', `clamp=${CLAMP}`].flatMap((set) => [
          '--set',
          `analysis.${set}`,
        ]),
      ),
      { cwd: folder },
    )
    if (about.refused !== undefined) {
      expect(stderr).toMatch(new RegExp(about.refused))
      expect(code).toBe(2)
      return
    }
    expect({ code, stderr }).toMatchObject({ code: 0 })
    expect(stderr).toMatch(new RegExp(about.said ?? ''))
    const [file] = readdirSync(join(out, 'values'))
    const found = readNpz(join(out, 'values', file))
    const { shape, data: predicted } = readNpz(join(folder, `${name}.npz`)).p
    const values = found.values.data
    const [, coalitions, width] = shape
    let worst = 0
    for (const [row, sample] of [...found.sample.data].entries()) {
      for (let coalition = 0; coalition < coalitions; coalition++) {
        const at = (Number(sample) * coalitions + coalition) * width
        const outputs = [...predicted.subarray(at, at + width)].map(Number)
        const expected = logOdds(outputs, Number(found.given_label.data[row]), about.kind)
        const difference = Math.abs(Number(values[row * coalitions + coalition]) - expected)
        worst = Math.max(worst, difference / (1 + Math.abs(expected)))
      }
    }
    expect(worst).toBeLessThan(2e-3)
  })
})
