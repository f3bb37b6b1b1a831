/** Which device `auto` chooses, on made-up machines of known speed. */
import { mkdtemp, readFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { planStudy } from '../plan/plan.js'
import { ticTacToeInfo } from '../testing/dataInfo.js'
import { parseConfig } from '../testing/parseConfig.js'
import { soleLease } from '../testing/soleLease.js'
import { chooseDevice, onDevice, settleDevice } from './settleDevice.js'

describe('chooseDevice', () => {
  it('takes a GPU that outruns the cores', () => {
    const chosen = chooseDevice([['cuda', { kind: 'tried', speed: 12 }]], 4)
    expect(chosen.device).toBe('cuda')
    expect(chosen.reason).toContain('12 × as fast')
  })

  it('takes the next one when the first computes something else or is slower than the cores', () => {
    const chosen = chooseDevice(
      [
        ['cuda', { kind: 'refused', reason: 'it differs from the CPU by 3.0e-1' }],
        ['webgpu', { kind: 'tried', speed: 5 }],
      ],
      4,
    )
    expect(chosen.device).toBe('webgpu')
  })

  it('stays on the CPU and says why', () => {
    expect(
      chooseDevice(
        [
          ['cuda', { kind: 'refused', reason: 'it differs from the CPU by 3.0e-1' }],
          ['webgpu', { kind: 'tried', speed: 3.94 }],
        ],
        4,
      ),
    ).toEqual({
      device: 'cpu',
      reason:
        'cuda: it differs from the CPU by 3.0e-1; webgpu is 3.9 × as fast as one core, and there is work for 4',
    })
  })

  it('has nothing to say where there is no GPU', () => {
    expect(chooseDevice([['webgpu', { kind: 'absent' }]], 2)).toEqual({ device: 'cpu', reason: '' })
  })
})

describe('settleDevice', () => {
  const planWith = (runtime: string) =>
    planStudy(
      parseConfig(
        `data: { source: tic-tac-toe }\nmodel: { architecture: mlp-5 }\nruntime: ${runtime}\n` +
          'networks: { grid: { low: [0], high: [0, 1] } }',
        'study.yaml',
      ),
      ticTacToeInfo,
    )
  const fileIn = async () => join(await mkdtemp(join(tmpdir(), 'lowlayer-')), 'device.json')

  it('repeats what was settled before, and leaves ids alone', async () => {
    const plan = planWith('{ device: auto }')
    const file = await fileIn()
    const kept = { device: 'webgpu', reason: 'it agrees with the CPU' } as const
    await soleLease(dirname(file)).write(file, JSON.stringify(kept))
    expect(await settleDevice(plan, file, 2)).toEqual(kept)
    expect(onDevice(plan, 'webgpu').config.runtime.device).toBe('webgpu')
    expect(onDevice(plan, 'webgpu').id).toBe(plan.id)
  })

  it.each(['{ device: cpu }', '{ device: auto, engine: reference }'])(
    'has nothing to settle with %s',
    async (runtime) => {
      const file = await fileIn()
      expect(await settleDevice(planWith(runtime), file, 2)).toBeUndefined()
      await expect(readFile(file)).rejects.toThrow('ENOENT')
    },
  )
})
