/**
 * Hosts and containers that work on one study in one folder, as users start them, with the real minute until a
 * silent owner is taken for dead. Every stored file is held against that of a run that nothing disturbed.
 */
import { spawnSync } from 'node:child_process'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import type { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { builtProgram } from './built.js'
import { type CommandResult, lowlayer } from './commandLine.js'
import { type ApartProcess, noNamespaces, startApart } from './otherNamespace.js'
import { storedIn } from './storedFiles.js'

const configuration = fileURLToPath(new URL('../../configs/quickstart.yaml', import.meta.url))

/** Two networks whose masked evaluation lasts some seconds, decomposed in no more. */
const STUDY = [
  configuration,
  ...[
    'networks.grid.low=[0]',
    'networks.grid.high=[0, 1]',
    'networks.grid.regimes=[init]',
    'training.epochs=10',
    'analysis.samples.count=200',
    'analysis.samples.testCount=50',
    'analysis.players.count=6',
    'analysis.gap=0.05',
  ].flatMap((setting) => ['--set', setting]),
  ...['--device', 'cpu', '--jobs', '1', '--progress', 'plain'],
]

/** Folders through which the hosts see one folder; see `src/store/takeover.system.test.ts`. */
const views = process.env.LOWLAYER_TEST_SHARED?.split(':') ?? [tmpdir()]

let folders: readonly string[]
let undisturbed: ReadonlyMap<string, string>
beforeAll(async () => {
  const folder = await mkdtemp(join(views[0], 'lowlayer-shared-'))
  folders = views.map((view) => join(view, basename(folder)))
  const results = join(folder, 'undisturbed')
  const { code, stderr } = await lowlayer(['run', ...STUDY, '--results', results])
  expect(stderr).toMatch(/^verdict/m)
  expect(code).toBe(0)
  undisturbed = await storedIn(results)
})
afterAll(() => rm(folders[0], { recursive: true }))

/** Starts the study on a host; `view` is the folder as it is seen from there. */
function runOn(host: string, view: number, name: string, wrapper?: readonly string[]) {
  const results = join(folders[view % folders.length], name)
  const started = startApart(host, [builtProgram, 'run', ...STUDY, '--results', results], wrapper)
  return { ...started, ended: endOf(started) }
}

async function endOf({ process: child }: ApartProcess): Promise<CommandResult> {
  const code = new Promise<number | null>((resolve) => child.on('close', resolve))
  const [stdout, stderr] = await Promise.all(
    [child.stdout, child.stderr].map((output) => text(output as Readable)),
  )
  return { code: await code, stdout, stderr }
}

/** Waits until a network's masked evaluation has begun, and is not done. */
async function untilEvaluating(name: string): Promise<void> {
  for (;;) {
    const files = await readdir(join(folders[0], name), { recursive: true }).catch(() => [])
    if (files.some((file) => file.endsWith('.partial'))) return
    await sleep(5)
  }
}

async function expectUndisturbed(name: string): Promise<void> {
  const found = await storedIn(join(folders[0], name))
  expect([...found.keys()]).toEqual([...undisturbed.keys()])
  const differing = [...found].filter(([file, content]) => content !== undisturbed.get(file))
  expect(differing.map(([file]) => file)).toEqual([])
}

const faketime = spawnSync('faketime', ['--version']).status === 0

describe.skipIf(noNamespaces !== undefined)(
  `a study in a shared folder${noNamespaces === undefined ? '' : ` (skipped: ${noNamespaces})`}`,
  () => {
    it.concurrent('is finished by another host while the first is suspended, which says so then', async () => {
      const name = 'suspended'
      const alpha = runOn('alpha', 0, name)
      await untilEvaluating(name)
      alpha.suspend()
      const beta = await runOn('beta', 1, name).ended
      expect(beta.stderr).toMatch(/waiting for process \d+ on alpha/)
      expect(beta.code).toBe(0)
      await expectUndisturbed(name)
      alpha.resume()
      const late = await alpha.ended
      expect(late.stderr).toMatch(
        /^failed: values of .*lost the lock .*Run the same command again/m,
      )
      expect(late.code).toBe(1)
      await expectUndisturbed(name)
      expect((await runOn('alpha', 0, name).ended).code).toBe(0)
      await expectUndisturbed(name)
    })

    it.concurrent('goes on where both hosts work when the suspended one wakes', async () => {
      const name = 'woken'
      const alpha = runOn('alpha', 0, name)
      await untilEvaluating(name)
      alpha.suspend()
      const beta = runOn('beta', 1, name)
      await sleep(62_000)
      alpha.resume()
      expect((await beta.ended).code).toBe(0)
      expect([0, 1]).toContain((await alpha.ended).code)
      await expectUndisturbed(name)
    })

    it.concurrent('is finished after the first host was killed', async () => {
      const name = 'killed'
      const alpha = runOn('alpha', 0, name)
      await untilEvaluating(name)
      alpha.process.kill('SIGKILL')
      expect((await runOn('beta', 1, name).ended).code).toBe(0)
      await expectUndisturbed(name)
    })

    it.concurrent('is shared by two containers of one name and with the same process numbers', async () => {
      const runs = [runOn('node', 0, 'alike')]
      await sleep(1_500)
      runs.push(runOn('node', 1, 'alike'))
      expect((await Promise.all(runs.map(({ ended }) => ended))).map(({ code }) => code)).toEqual([
        0, 0,
      ])
      await expectUndisturbed('alike')
    })

    it.skipIf(!faketime)(
      `is shared by hosts whose clocks are 90 s apart${faketime ? '' : ' (skipped: no faketime here)'}`,
      async () => {
        const ahead = ['faketime', '--exclude-monotonic', '-f', '+90s']
        const runs = [runOn('alpha', 0, 'clocks'), runOn('beta', 1, 'clocks', ahead)]
        expect((await Promise.all(runs.map(({ ended }) => ended))).map(({ code }) => code)).toEqual(
          [0, 0],
        )
        await expectUndisturbed('clocks')
      },
    )
  },
)
