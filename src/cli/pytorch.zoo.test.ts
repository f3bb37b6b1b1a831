/**
 * docs/pytorch.md as a reader follows it: its Python trains and exports networks, its configuration is run, and what
 * comes out is held against PyTorch and NumPy (scripts/pytorchStudy.py). `npm run test:zoo`; LOWLAYER_ZOO_PYTHON names a
 * Python that has torch, numpy and onnx.
 */
import { execFileSync } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { lowlayer } from '../testing/commandLine.js'

const python = process.env.LOWLAYER_ZOO_PYTHON ?? 'python3'
const script = fileURLToPath(new URL('../../scripts/pytorchStudy.py', import.meta.url))
const folder = mkdtempSync(join(tmpdir(), 'lowlayer-pytorch-'))
afterAll(() => rmSync(folder, { recursive: true }))

/** Blocks of a language in the document, in their order. */
function blocksOf(language: string): string[] {
  const text = readFileSync('docs/pytorch.md', 'utf8')
  return [...text.matchAll(/^```(\w+)\n([\s\S]*?)^```/gm)].flatMap(([, name, block]) =>
    name === language ? [block] : [],
  )
}

/** Largest share by which anything may differ; float32 leaves about 1e-6. */
const TOLERANCE = 1e-4
/** The network whose v(S) is compared, and given as values. */
const NETWORK = 'l1h1o0'
/** Fewer samples than in the document. */
const smaller = ['--set', 'analysis.samples={count: 60, testCount: 10}']

const run = (args: readonly string[]) => lowlayer(args, { cwd: folder })
const runPython = (...args: string[]) =>
  execFileSync(python, args, { cwd: folder, encoding: 'utf8', maxBuffer: 2 ** 26 })
const write = (name: string, text: string) => writeFileSync(join(folder, name), text)
const read = (name: string) => readFileSync(join(folder, name), 'utf8')

/** The folder of a study, by its name. */
function folderOf(study: string): string {
  const [found] = readdirSync(join(folder, 'results')).filter((name) =>
    name.startsWith(`${study}-`),
  )
  return join(folder, 'results', found)
}

const [train, values] = blocksOf('py')
const [configuration] = blocksOf('yaml')

beforeAll(async () => {
  write('train.py', train)
  write('values.py', values)
  write('study.yaml', configuration)
  runPython('-W', 'ignore', 'train.py')
  const plan = await run(['plan', 'study.yaml', '--json', '--no-time', ...smaller])
  expect(plan.code, plan.stderr).toBe(0)
  write('plan.json', plan.stdout)
})

describe('the walk-through for PyTorch', () => {
  it('gives the study that PyTorch and NumPy find', async () => {
    const { code, stdout, stderr } = await run(['run', 'study.yaml', ...smaller])
    expect(code, stderr).toBe(0)
    expect(`${stdout}${stderr}`).toMatch(/verdict +inconclusive[\s\S]*how sure .*a 2 × 2 grid/)
    const study = folderOf('study')
    const found = JSON.parse(runPython(script, folder, study, NETWORK))
    // Six networks, twelve epochs, losses and accuracies of two splits.
    expect(found).toMatchObject({ networks: 6, points: 6 * 12 * 4, tables: found.steps * 70 })
    expect(found.steps).toBeGreaterThan(2)
    expect(found.scores).toBeGreaterThan(6 * 2 * 60)
    for (const measure of ['curve', 'values', 'tau', 'score', 'jaccard', 'tLow', 'tHigh']) {
      expect(found[measure], measure).toBeLessThan(TOLERANCE)
    }
    // The split may leave out 4%, and no more.
    expect(found.excess).toBeLessThan(1e-9)
    expect(found.matching).toBeGreaterThan(0)
    expect(found.otherSets).toEqual([])
    expect(found.otherRelations).toEqual([])
    expect(Object.keys(found.relations)).toEqual([
      'both-diff',
      'both-diff+order',
      'diff-low/same-high',
      'diff-low/same-high+order',
      'order-only',
      'same-low/diff-high',
      'same-low/diff-high+order',
    ])
    const { clauses } = JSON.parse(readFileSync(join(study, 'verdict.json'), 'utf8'))
    expect(clauses.length).toBeGreaterThan(4)
    expect(existsSync(join(study, 'report', 'index.html'))).toBe(true)
  })

  it('has the scores of a network whose values PyTorch computed', async () => {
    runPython('values.py')
    const rows = read('nets.csv').trimEnd().split(/\r?\n/)
    const cells = rows.map((row) => row.split(','))
    const given = cells.map(([name, path, ...rest], index) => {
      if (index === 0) return [name, path, 'values', ...rest]
      return name === NETWORK
        ? [name, '', 'values.npz', ...rest.slice(0, -1), '']
        : [name, path, '', ...rest]
    })
    write('values.csv', `${given.map((row) => row.join(',')).join('\n')}\n`)
    write('given.yaml', configuration.replace('nets.csv', 'values.csv'))
    const { code, stderr } = await run(['run', 'given.yaml', ...smaller])
    expect(code, stderr).toBe(0)
    const found = JSON.parse(
      runPython(script, 'same', folderOf('study'), folderOf('given'), NETWORK),
    )
    expect(found).toMatchObject({ samples: 60, predictions: 0, members: 6 })
    for (const measure of ['score', 'v_full', 'loss', 'beyond']) {
      expect(found[measure], measure).toBeLessThan(TOLERANCE)
    }
  })

  it('is refused where seeds are not those of the files', async () => {
    const swapped = read('nets.csv')
      .replace('l0h0o0/{epoch}.onnx,0,0', 'l0h0o0/{epoch}.onnx,1,0')
      .replace('l1h0o0/{epoch}.onnx,1,0', 'l1h0o0/{epoch}.onnx,0,0')
    expect(swapped).not.toBe(read('nets.csv'))
    write('swapped.csv', swapped)
    write('swapped.yaml', configuration.replace('nets.csv', 'swapped.csv'))
    const { code, stderr } = await run(['plan', 'swapped.yaml', '--no-time'])
    expect(code).toBe(2)
    // Of the pairs that contradict the files, the first is named.
    expect(stderr).toMatch(
      /"l0h0o0" .*\/l0h0o0\/0\.onnx.* and "l0h1o0" .*low seeds are 1 and 0, but/,
    )
  })

  it('keeps names in the files of the newer exporter, as the document says', async () => {
    const [call] = read('train.py').match(/torch\.onnx\.export\([\s\S]*?\}\)/) as RegExpMatchArray
    const text = readFileSync('docs/pytorch.md', 'utf8')
    const [newer] = text.match(
      /torch\.onnx\.export\(net\.eval\(\), \(x\[:2\],\), file.*\)(?=`)/,
    ) as RegExpMatchArray
    // One network of each low seed, before training, is enough to read names and compare bytes.
    const shorter = train
      .replace(call, newer.replace('file', 'f"{folder}/{epoch}.onnx"'))
      .replace(/KEPT = \[.*?\]/, 'KEPT = [0, 1]')
      .replaceAll('nets', 'newer')
    expect(shorter).toContain('dynamo=True')
    write('newer.py', shorter)
    runPython('-W', 'ignore', 'newer.py')
    write('newer.yaml', configuration.replace('nets.csv', 'newer.csv'))
    const { code, stderr, stdout } = await run(['plan', 'newer.yaml', '--no-time', ...smaller])
    expect(code, stderr).toBe(0)
    expect(stdout).toMatch(/measure .*l1h1o1 .*losses are not measured yet/)
    expect(readFileSync(join(folder, 'newer/l0h0o0/0.onnx'), 'latin1')).toContain('conv2.weight')
  })
})
