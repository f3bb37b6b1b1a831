/** `lowlayer decompose` on value tables with known interactions: its tables, JSON and messages. */
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parse } from 'csv-parse/sync'
import { parquetReadObjects } from 'hyparquet'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { stream } from '../core/random.js'
import { encodeNpy } from '../formats/npy.js'
import { decompose } from '../interactions/decompose.js'
import { lowlayerHere } from './testing/here.js'

let folder: string
let values: string
/** Three samples of four players: 2·AND{0,1} + 3·OR{1,2}, noise, zeros. */
const table = new Float64Array(3 * 16)

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lowlayer-decompose-'))
  values = join(folder, 'values.npy')
  const generator = stream(0, 'values').at()
  for (let mask = 0; mask < 16; mask++) {
    table[mask] = 2 * Number((mask & 3) === 3) + 3 * Number((mask & 6) !== 0)
    table[16 + mask] = generator.normal()
  }
  await writeFile(values, encodeNpy(table, [3, 16]))
})
afterAll(() => rm(folder, { recursive: true }))

const records = async (file: string) =>
  parse(await readFile(file, 'utf8'), { columns: true }) as Record<string, string>[]

describe('lowlayer decompose', () => {
  it('writes the tables of the contract', async () => {
    const out = join(folder, 'out')
    const { code, stdout, stderr } = await lowlayerHere([
      'decompose',
      values,
      '--noise',
      '0',
      '--out',
      out,
    ])
    expect({ code, stdout }).toEqual({ code: 0, stdout: '' })
    expect(stderr).toMatch(/decomposed 3 samples of \d+ players; tables in /)
    const summary = await records(join(out, 'decomposition.csv'))
    expect(Object.keys(summary[0]).join()).toBe(
      'sample,n,solver,l1,l1_lower_bound,relative_gap,noise_bound,max_matching_error,tau,salient,iterations,milliseconds,converged',
    )
    expect(Number(summary[0].l1)).toBeCloseTo(5, 9)
    expect(summary[0]).toMatchObject({ sample: '0', n: '4', solver: 'certified', salient: '2' })
    expect(Number(summary[2].l1)).toBe(0)
    const ranges = [0, 16, 32].map((start) => Math.abs(table[start + 15] - table[start]))
    const tau = (0.03 * (ranges[0] + ranges[1] + ranges[2])) / 3
    for (const row of summary) expect(Number(row.tau)).toBeCloseTo(tau, 12)

    const salient = await records(join(out, 'interactions.csv'))
    const planted = salient.filter(({ sample }) => sample === '0')
    expect(planted.map((row) => [row.kind, row.mask, row.players, row.interaction_order])).toEqual([
      ['and', '3', '0+1', '2'],
      ['or', '6', '1+2', '2'],
    ])
    const file = await readFile(join(out, 'interactions.parquet'))
    const all = await parquetReadObjects({ file: new Uint8Array(file).buffer })
    expect(all).toHaveLength(3 * (2 * 16 - 5))
    const found = decompose(table.slice(16, 32), { noise: 0 })
    for (const row of all.filter(({ sample }) => sample === 1)) {
      expect(row.value).toBe((row.kind === 'and' ? found.and : found.or)[row.mask])
      expect(row.salient).toBe(row.mask !== 0 && Math.abs(row.value) > Number(summary[0].tau))
    }
    expect(all.filter(({ salient }) => salient)).toHaveLength(salient.length)

    const orders = await records(join(out, 'orders.csv'))
    expect(orders).toHaveLength(3 * 4)
    expect(orders[1]).toMatchObject({
      sample: '0',
      interaction_order: '2',
      negative: '0',
      count: '2',
    })
    expect(Number(orders[1].positive)).toBeCloseTo(5, 9)
  })

  it('says what each column of its tables means', async () => {
    const out = join(folder, 'described')
    expect(await lowlayerHere(['decompose', values, '--out', out])).toMatchObject({ code: 0 })
    const schema = await readFile(join(out, 'SCHEMA.md'), 'utf8')
    const tables = (await readdir(out)).filter((name) => name.endsWith('.csv'))
    expect(tables).toHaveLength(3)
    for (const name of tables) {
      const [, section] = schema.split(`## ${name}\n`)
      const [header] = (await readFile(join(out, name), 'utf8')).split('\n')
      const described = [...section.split('\n## ')[0].matchAll(/^\| (\w+) \| \w+ \| .{8,} \|$/gm)]
      expect(described.map(([, column]) => column)).toEqual(header.split(','))
    }
  })

  it('prints JSON, or a summary as CSV', async () => {
    const json = await lowlayerHere(['decompose', values, '--json', '--salience', 'all'])
    const { n, samples } = JSON.parse(json.stdout)
    expect(n).toBe(4)
    expect(samples[1].interactions).toHaveLength(2 * 16 - 5)
    const csv = await lowlayerHere(['decompose', values, '--solver', 'and'])
    expect(csv.stdout.split('\n')[1]).toMatch(/^0,4,and,11,,,0,/)
  })

  it('gives the same on several threads', async () => {
    const file = join(folder, 'many.npy')
    const generator = stream(1, 'values').at()
    const many = Float64Array.from({ length: 70 * 256 }, () => generator.normal())
    await writeFile(file, encodeNpy(many, [70, 256]))
    const outs: string[] = []
    for (const jobs of ['1', '2']) {
      const out = join(folder, `jobs${jobs}`)
      const args = ['decompose', file, '--gap', '0.05', '--jobs', jobs, '--out', out]
      expect((await lowlayerHere(args)).code).toBe(0)
      outs.push(await readFile(join(out, 'interactions.csv'), 'utf8'))
    }
    expect(outs[0]).toBe(outs[1])
  })

  it('says which samples did not reach the gap', async () => {
    const args = ['decompose', join(folder, 'many.npy'), '--max-iterations', '25', '--gap', '1e-6']
    const { code, stdout, stderr } = await lowlayerHere(args)
    expect(code).toBe(0)
    expect(stderr).toMatch(
      /warning: 70 of 70 samples did not reach the gap 0.000001 in 25 iterations/,
    )
    expect(stdout.split('\n')[1]).toMatch(/,25,[\d.]+,false$/)
  })

  it.each([
    [['absent.npy'], /absent\.npy: no such file/],
    [['VALUES', '--noise', '-1'], /--noise must be/],
    [['VALUES', '--gap', '2'], /--gap must be/],
    [['VALUES', '--noise', '5'], /--noise must be between 0 and 1/],
    [['VALUES', '--solver', 'exact'], /Allowed choices are certified/],
    [['VALUES', '--solver', 'and', '--gap', '0.01'], /--gap is for --solver certified, and .* and/],
    [['VALUES', '--reference-lr', '1e-4'], /--reference-lr is for --solver sgd-reference/],
    [['VALUES', '--salience', 'strong'], /--salience must be/],
  ])('refuses %j with exit code 2', async (args, message) => {
    const given = args.map((arg) => (arg === 'VALUES' ? values : arg))
    const { code, stdout, stderr } = await lowlayerHere(['decompose', ...given])
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
    expect(stderr).toMatch(message)
  })
})
