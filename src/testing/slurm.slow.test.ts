/**
 * Studies on a SLURM cluster of one node, this machine, which `scripts/slurmCluster.sh` starts: failing, stopped, cancelled and
 * dying, each ends with the files of a run that nothing disturbed.
 */
import { execFileSync, spawnSync } from 'node:child_process'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { lowlayer } from './commandLine.js'
import { storedIn } from './storedFiles.js'

const script = fileURLToPath(new URL('../../scripts/slurmCluster.sh', import.meta.url))
const configuration = fileURLToPath(new URL('../../configs/quickstart.yaml', import.meta.url))

/** Three networks that train for some seconds. */
const STUDY = [
  configuration,
  ...[
    'data={source: tic-tac-toe, labelNoise: 0.1}',
    'networks.grid.low=[0]',
    'networks.grid.high=[0, 1, 2]',
    'networks.grid.regimes=[init]',
    'training.epochs=1500',
    'analysis.samples.count=10',
    'analysis.players.count=4',
    'comparison.bootstrap=20',
    'comparison.permutations=50',
    'runtime.device=cpu',
  ].flatMap((setting) => ['--set', setting]),
]

/** Why there can be no cluster here; undefined where there can. */
const noCluster = (() => {
  if (process.getuid?.() !== 0) return 'needs root'
  const needed = ['munged', 'slurmctld', 'slurmd', 'sbatch']
  const missing = needed.filter((name) => spawnSync('which', [name]).status !== 0)
  return missing.length === 0 ? undefined : `no ${missing.join(', ')} here`
})()

let folder: string
let undisturbed: ReadonlyMap<string, string>

/** Whether a file is a result, and does not say where it was run. */
const isResult = (file: string) => !/\/slurm\/|^README\.md$|\/config\.yaml$/.test(file)

function cluster(action: 'start' | 'stop', ...lines: string[]): void {
  execFileSync(script, [action, join(folder, 'cluster'), ...lines], { stdio: 'inherit' })
}

beforeAll(async () => {
  if (noCluster !== undefined) return
  folder = await mkdtemp(join(tmpdir(), 'lowlayer-slurm-'))
  process.env.SLURM_CONF = join(folder, 'cluster', 'slurm.conf')
  // Three elements are no array any more, but two.
  const preemption = ['PreemptType=preempt/partition_prio', 'PreemptMode=REQUEUE']
  cluster(
    'start',
    'MaxArraySize=2',
    ...preemption,
    'PartitionName=urgent Nodes=ALL PriorityTier=10',
  )
  undisturbed = await runHere('undisturbed')
})
afterAll(async () => {
  if (noCluster !== undefined) return
  spawnSync('scancel', ['--user=root'])
  cluster('stop')
  await rm(folder, { recursive: true })
})

/** What the study leaves where nothing disturbs it. */
async function runHere(name: string, ...options: string[]): Promise<ReadonlyMap<string, string>> {
  const results = join(folder, name)
  const words = ['run', ...STUDY, ...options, '--results', results, '--progress', 'none']
  expect(await lowlayer(words)).toMatchObject({ code: 0 })
  return storedIn(results, isResult)
}

/** A study of this test that is submitted. */
interface Submitted {
  readonly results: string
  /** The study's folder. */
  readonly study: string
  /** Numbers of its arrays by their name. */
  readonly ids: Readonly<Record<string, string>>
  readonly stdout: string
}

async function submit(name: string, ...options: string[]): Promise<Submitted> {
  const results = join(folder, name)
  const found = await lowlayer(['submit', ...STUDY, '--results', results, ...options])
  expect(found).toMatchObject({ code: 0 })
  const arrays = [...found.stdout.matchAll(/^(\S+) +(\d+) +\d+ elements/gm)]
  const ids = Object.fromEntries(arrays.map(([, array, id]) => [array, id]))
  const study = resolve(/lowlayer status (.*)/.exec(found.stdout)?.[1] ?? '')
  return { results, study, ids, stdout: found.stdout }
}

function slurm(command: string, ...words: string[]): string {
  return execFileSync(command, words, { encoding: 'utf8' }).trim()
}

/** States of all elements that are in the queue. */
function states(): string[] {
  return slurm('squeue', '--noheader', '--array', '--format=%T').split('\n').filter(Boolean)
}

async function until(what: () => unknown): Promise<void> {
  while (!what()) await sleep(300)
}

const untilEnded = () => until(() => states().length === 0)

/** The log of one element. */
function logOf({ study }: Submitted, array: string, element: string): Promise<string> {
  const name = `${study.split('/').at(-1)}-${array}-${element}.out`
  return readFile(join(study, 'slurm', 'logs', name), 'utf8').catch(() => '')
}

async function untilTraining(submitted: Submitted, element: string): Promise<void> {
  while (!(await logOf(submitted, 'train', element)).includes('train: started')) await sleep(200)
}

/** SLURM lets a requeued element wait for two minutes, until its first run is surely gone; here ten seconds are enough. */
async function untilRequeued(element: string): Promise<void> {
  await until(() => slurm('squeue', '--noheader', `--jobs=${element}`, '--format=%T') === 'PENDING')
  await sleep(10_000)
  slurm('scontrol', 'update', `JobId=${element}`, 'StartTime=now')
}

async function expectUndisturbed(
  { results, study }: Submitted,
  wanted: ReadonlyMap<string, string> = undisturbed,
): Promise<void> {
  const found = await storedIn(results, isResult)
  expect([...found.keys()]).toEqual([...wanted.keys()])
  const differing = [...found].filter(([file, content]) => content !== wanted.get(file))
  expect(differing.map(([file]) => file)).toEqual([])
  const { stdout } = await lowlayer(['status', study])
  expect(stdout).toMatch(/: complete/)
}

describe.skipIf(noCluster !== undefined)(
  `a study on a cluster${noCluster === undefined ? '' : ` (skipped: ${noCluster})`}`,
  () => {
    it('goes on where a task fails, and runs only what is missing when it is submitted again', async () => {
      const results = join(folder, 'failing')
      const id = [...undisturbed.keys()].find((file) => file.endsWith('spec.json'))!.split('/')[1]
      // Where one network belongs, so that it cannot be written.
      await mkdir(join(results, 'networks'), { recursive: true })
      await writeFile(join(results, 'networks', id), '')
      const first = await submit('failing')
      expect(Object.keys(first.ids)).toEqual([
        'train',
        'train-2',
        'analyze',
        'analyze-2',
        'compare',
      ])
      await untilEnded()
      const failed = await lowlayer(['status', first.study])
      // Training, masking, decomposition.
      expect(failed.stdout.match(/2 of 3 done/g)).toHaveLength(3)
      expect(failed.stdout).toMatch(/train(-2)? \d+_\d ended without all of its results \(FAILED\)/)
      await rm(join(results, 'networks', id))
      const second = await submit('failing')
      expect(second.stdout).toMatch(/^train +\d+ +1 elements, 1 tasks$/m)
      expect(second.stdout).toMatch(/^analyze +\d+ +1 elements, 2 tasks$/m)
      // Nothing that waits or runs is submitted twice.
      expect((await submit('failing')).stdout).toMatch(/^4 tasks wait or run already; nothing/)
      await untilEnded()
      await expectUndisturbed(second)
      expect((await submit('failing')).stdout).toBe('nothing to submit: everything else is done\n')
    })

    it('saves and goes back to the queue at the notice before the time limit', async () => {
      const submitted = await submit('noticed', '--pack', '3')
      const element = `${submitted.ids.train}_0`
      await untilTraining(submitted, element)
      // What SLURM does before the limit, which is a minute at least.
      slurm('scancel', '--batch', '--signal=USR2', element)
      await untilRequeued(element)
      await untilEnded()
      const log = await logOf(submitted, 'train', element)
      expect(log).toMatch(/SIGUSR2: stopping at the next safe point/)
      expect(log).toMatch(/saved; goes back to the queue/)
      expect(log).toMatch(/restart 1/)
      await expectUndisturbed(submitted)
    })

    it('saves when more urgent work takes its node, and goes on after that', async () => {
      const submitted = await submit('preempted', '--pack', '3')
      const element = `${submitted.ids.train}_0`
      await untilTraining(submitted, element)
      const urgent = ['--partition=urgent', '--cpus-per-task=2', '--output=/dev/null']
      slurm('sbatch', ...urgent, '--wrap=true')
      await untilRequeued(element)
      await untilEnded()
      const log = await logOf(submitted, 'train', element)
      expect(log).toMatch(/DUE TO PREEMPTION[\s\S]*saved; left to SLURM[\s\S]*restart 1/)
      await expectUndisturbed(submitted)
    })

    it('is cancelled, stays cancelled, and goes on when it is submitted again', async () => {
      const submitted = await submit('cancelled')
      await untilTraining(submitted, `${submitted.ids.train}_0`)
      const { stdout } = await lowlayer(['cancel', submitted.study])
      expect(stdout).toBe('7 elements cancelled\n')
      await untilEnded()
      expect(await logOf(submitted, 'train', `${submitted.ids.train}_0`)).toMatch(/left to SLURM/)
      // Nor does it come back.
      await sleep(5_000)
      expect(states()).toEqual([])
      const again = await submit('cancelled')
      await untilEnded()
      await expectUndisturbed(again)
    })
  },
)

describe.skipIf(noCluster !== undefined)('the longest on a cluster', () => {
  it('is finished after its node died', async () => {
    const submitted = await submit('dying', '--pack', '3')
    const element = `${submitted.ids.train}_0`
    await untilTraining(submitted, element)
    const scripts = pidsOf(join(folder, 'cluster', 'spool', 'job'))
    const daemon = Number(await readFile(join(folder, 'cluster', 'slurmd.pid'), 'utf8'))
    for (const pid of [daemon, ...scripts.map(parentOf), ...scripts, ...pidsOf(submitted.study)]) {
      process.kill(pid, 'SIGKILL')
    }
    await until(() => slurm('sinfo', '--noheader', '--format=%T').startsWith('down'))
    slurm('slurmd')
    await untilEnded()
    const log = await logOf(submitted, 'train', element)
    expect(log).toMatch(/restart 1/)
    await expectUndisturbed(submitted)
  })

  it('goes on as often as the time limit stops it', async () => {
    // A minute, the least there is, is less than this takes.
    const own = ['--set', 'training.epochs=60000', '--set', 'networks.grid.high=[0]']
    const wanted = await runHere('unlimited', ...own)
    const limits = ['--set', 'runtime.slurm.requeues=100', '--time', '1']
    const submitted = await submit('limited', ...own, ...limits)
    await untilEnded()
    const log = await logOf(submitted, 'train', `${submitted.ids.train}_0`)
    expect(log).toMatch(/SIGUSR2: stopping at the next safe point[\s\S]*restart 1/)
    await expectUndisturbed(submitted, wanted)
  })
})

const noAccounts =
  noCluster ??
  (['slurmdbd', 'mariadbd', 'my_print_defaults'].some(
    (name) => spawnSync('which', [name]).status !== 0,
  )
    ? 'no slurmdbd, mariadbd and my_print_defaults here'
    : undefined)

describe.skipIf(noAccounts !== undefined)(
  `a study on a cluster that keeps accounts${noAccounts === undefined ? '' : ` (skipped: ${noAccounts})`}`,
  () => {
    it('tells how elements ended when the queue knows them no more', async () => {
      cluster('stop')
      cluster('start', 'AccountingStorageType=accounting_storage/slurmdbd', 'MinJobAge=2')
      const results = join(folder, 'accounted')
      const id = [...undisturbed.keys()].find((file) => file.endsWith('spec.json'))!.split('/')[1]
      await mkdir(join(results, 'networks'), { recursive: true })
      await writeFile(join(results, 'networks', id), '')
      const submitted = await submit('accounted')
      await until(() => states().length === 0)
      await until(() => spawnSync('squeue', [`--jobs=${submitted.ids.train}`]).status !== 0)
      const { stdout } = await lowlayer(['status', submitted.study])
      expect(stdout).toMatch(/^ {2}accounting {4}4 completed, 2 failed, 1 cancelled$/m)
      expect(stdout).toMatch(/train \d+_\d ended without all of its results \(FAILED\)/)
      const { cluster: found } = JSON.parse(
        (await lowlayer(['status', submitted.study, '--json'])).stdout,
      )[0]
      // Who waits for the failed one is cancelled by SLURM; the comparison lacks it, and fails too.
      expect(found.ended).toEqual({ COMPLETED: 4, FAILED: 2, CANCELLED: 1 })
    })
  },
)

/** Processes in whose command a text stands, but for this one. */
function pidsOf(text: string): number[] {
  const { stdout } = spawnSync('pgrep', ['--full', text], { encoding: 'utf8' })
  return stdout.split('\n').filter(Boolean).map(Number)
}

function parentOf(pid: number): number {
  return Number(slurm('ps', '--no-headers', '--format=ppid', `--pid=${pid}`))
}
