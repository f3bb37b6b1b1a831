/** `lowlayer submit --print`, `task` and `cancel` without a cluster: what is written, and that bash runs it. */
import { spawnSync } from 'node:child_process'
import {
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { soleLease } from '../testing/soleLease.js'
import { storedIn } from '../testing/storedFiles.js'
import { lowlayerHere } from './testing/here.js'

const root = mkdtempSync(join(tmpdir(), 'lowlayer submit '))
afterAll(() => rmSync(root, { recursive: true }))

const STUDY = [
  'configs/quickstart.yaml',
  ...[
    'networks.grid.low=[0]',
    'networks.grid.high=[0, 1]',
    'networks.grid.regimes=[init]',
    'training.epochs=1',
    'training.checkpoints.logSpaced=2',
    'analysis.samples={count: 4, testCount: 2}',
    'analysis.players.count=3',
    'phases.bootstrap=39',
    'comparison.bootstrap=20',
    'runtime.device=cpu',
  ].flatMap((setting) => ['--set', setting]),
]

/** Prints the study; the folders of the study and of its scripts. */
async function print(name: string, ...options: string[]) {
  const results = join(root, name)
  const words = ['submit', ...STUDY, '--results', results, '--print', ...options]
  const { code, stdout, stderr } = await lowlayerHere(words)
  expect({ code, stderr: code === 0 ? '' : stderr }).toEqual({ code: 0, stderr: '' })
  const study = join(results, readdirSync(results).find((entry) => entry.startsWith('quick'))!)
  return { results, study, scripts: join(study, 'slurm', '1'), stdout }
}

const textOf = (...parts: string[]) => readFileSync(join(...parts), 'utf8')

/** Options that stand in a script, as sbatch reads them. */
function optionsOf(script: string): Record<string, string> {
  const lines = [...script.matchAll(/^#SBATCH --([\w-]+)=?(.*)$/gm)]
  return Object.fromEntries(lines.map(([, name, value]) => [name, value.replace(/^"|"$/g, '')]))
}

describe('printed scripts', () => {
  it('say what was asked of the cluster, and hold every task of the plan once', async () => {
    const { scripts, stdout } = await print(
      'options',
      ...[
        '--partition',
        'long,short',
        '--compare-partition',
        'cpu',
        '--account',
        'lab-1',
        '--gres',
        'gpu:a100:2',
        '--cpus',
        '4',
      ],
      ...['--mem', '8G', '--time', '1-00:30:00', '--pack', '2', '--max', '3'],
      ...['--setup', 'module load cuda', '--setup', 'export WORDS="a b"'],
    )
    expect(
      readdirSync(scripts)
        .filter((name) => name.endsWith('.sh'))
        .sort(),
    ).toEqual(['analyze.sh', 'compare.sh', 'train.sh'])
    for (const name of ['train', 'analyze', 'compare']) {
      const script = textOf(scripts, `${name}.sh`)
      expect(spawnSync('bash', ['-n'], { input: script }).status).toBe(0)
      expect(optionsOf(script)).toMatchObject({
        partition: name === 'compare' ? 'cpu' : 'long,short',
        account: 'lab-1',
        'cpus-per-task': '4',
        mem: '8G',
        time: '1-00:30:00',
        array: '0%3',
        requeue: '',
        signal: 'B:USR2@120',
        chdir: process.cwd(),
      })
      // Comparing would hold a card that it does not use.
      expect(optionsOf(script).gres).toBe(name === 'compare' ? undefined : 'gpu:a100:2')
      expect(script).toContain('\nmodule load cuda\nexport WORDS="a b"\n')
      const { output } = optionsOf(script)
      expect(statSync(join(output, '..')).isDirectory()).toBe(true)
    }
    const tasks = ['train', 'analyze', 'compare'].flatMap((name) =>
      textOf(scripts, `${name}.tasks`).trim().split(/\s/),
    )
    const plan = JSON.parse((await lowlayerHere(['plan', ...STUDY, '--no-time', '--json'])).stdout)
    expect(tasks.sort()).toEqual(plan.tasks.map(({ id }: { id: string }) => id).sort())
    expect(stdout).toMatch(
      /^train=\$\(sbatch --parsable '.*train\.sh'\)\nanalyze=\$\(sbatch .*aftercorr:\$train /,
    )
  })

  it('give each of several cards a worker, and refuse packs that leave some idle', async () => {
    const cards = ['--set', 'runtime.device=auto', '--gres', 'gpu:2']
    const { study } = await print('cards', ...cards, '--pack', '2')
    const { runtime } = JSON.parse(textOf(study, 'slurm', 'jobs.json')).planned.config
    expect(runtime).toMatchObject({ devices: ['cuda:0', 'cuda:1'], jobs: 2 })
    const refused = await lowlayerHere(['submit', ...STUDY, ...cards, '--print'])
    expect(refused.code).toBe(2)
    expect(refused.stderr).toMatch(/runtime\.slurm\.pack.*leaves some of 2 cards idle/)
  })

  it.each<[string, (path: string) => void]>([
    ['a file', (path) => writeFileSync(path, '')],
    ['a link that leads nowhere', (path) => symlinkSync(join(root, 'nowhere'), path)],
  ])('say which folder of theirs is %s', async (what, put) => {
    const { results, study } = await print(`blocked by ${what}`)
    rmSync(join(study, 'slurm'), { recursive: true })
    put(join(study, 'slurm'))
    const words = ['submit', ...STUDY, '--results', results, '--print']
    const { code, stderr } = await lowlayerHere(words)
    expect(stderr).toContain(`cannot write ${join(study, 'slurm')}`)
    expect(stderr).not.toMatch(/^ +at /m)
    expect(code).toBe(2)
  })

  it('run one after the other, leave what a run leaves', async () => {
    const { results, study, scripts } = await print('by hand', '--pack', '2')
    for (const name of ['train', 'analyze', 'compare']) {
      const env = { ...process.env, SLURM_ARRAY_JOB_ID: '7', SLURM_ARRAY_TASK_ID: '0' }
      const found = spawnSync('bash', [join(scripts, `${name}.sh`)], { env, encoding: 'utf8' })
      expect(found).toMatchObject({ status: 0 })
    }
    const run = await lowlayerHere(['run', ...STUDY, '--results', join(root, 'run')], {
      drawsFigures: true,
    })
    expect(run.code).toBe(0)
    const isResult = (file: string) => !/\/slurm\/|^README\.md$|\/config\.yaml$/.test(file)
    expect(await storedIn(results, isResult)).toEqual(await storedIn(join(root, 'run'), isResult))
    const again = await lowlayerHere(['submit', ...STUDY, '--results', results, '--print'])
    expect(again.stdout).toBe('nothing to submit: everything else is done\n')
    expect((await lowlayerHere(['cancel', study])).stdout).toBe('nothing waits or runs\n')
  })
})

describe('a record of jobs', () => {
  it.each<[string, object, RegExp]>([
    [
      'numbers that are options',
      { id: '--user=root' },
      /jobs\.0\.id: a number of SLURM\): .*delete the file/,
    ],
    [
      'names that lead elsewhere',
      { name: '../../t' },
      /jobs\.0\.name: a name such as train-2\): .*delete/,
    ],
    ['tasks of another study', {}, /jobs\.json: other-task is no task of its study/],
  ])('with %s is told of, and none of it reaches SLURM', async (what, wrong, message) => {
    const { study, scripts } = await print(what)
    const at = join(study, 'slurm', 'jobs.json')
    const submissions = [
      { at: '2026-01-01T00:00:00Z', jobs: [{ name: 'train', id: '7', ...wrong }] },
    ]
    const lease = soleLease(study)
    await lease.write(at, JSON.stringify({ ...JSON.parse(readFileSync(at, 'utf8')), submissions }))
    const isWrong = Object.keys(wrong).length > 0
    if (!isWrong) await lease.write(join(scripts, 'train.tasks'), 'other-task\n')
    expect((await lowlayerHere(['status', study])).stdout).toMatch(message)
    const cancelled = await lowlayerHere(['cancel', study])
    if (isWrong)
      expect(cancelled).toMatchObject({ code: 2, stderr: expect.stringMatching(message) })
  })

  it('whose tasks are gone says so, and what to do', async () => {
    const { results, study } = await print('gone')
    const at = join(study, 'slurm', 'jobs.json')
    const submissions = [{ at: '2026-01-01T00:00:00Z', jobs: [{ name: 'train', id: '7' }] }]
    const content = { ...JSON.parse(readFileSync(at, 'utf8')), submissions }
    await soleLease(study).write(at, JSON.stringify(content))
    rmSync(join(study, 'slurm', '1'), { recursive: true })
    const remedy = /\(slurm\/1\/train\.tasks is not what was written\): .*delete the file/
    const { stdout } = await lowlayerHere(['status', results])
    expect(stdout).toMatch(remedy)
  })

  it('that is damaged is not overwritten, hides no other study, and can be put away', async () => {
    const { results, study } = await print('damaged')
    const at = join(study, 'slurm', 'jobs.json')
    truncateSync(at, 100)
    const again = ['submit', ...STUDY, '--results', results, '--print']
    const remedy = /jobs\.json is no file of jobs .*squeue --me.* delete the file, and submit again/
    expect(await lowlayerHere(again)).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(remedy),
    })
    expect(await lowlayerHere(['status', results])).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(remedy),
    })
    rmSync(at)
    expect(await lowlayerHere(again)).toMatchObject({ code: 0 })
  })
})

describe('lowlayer task', () => {
  it('refuses tasks that there are not, and what was never submitted', async () => {
    const { study, results } = await print('refusals')
    const unknown = await lowlayerHere(['task', study, 'train-0'])
    expect(unknown).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('train-0 is no task'),
    })
    const other = await lowlayerHere(['task', results, 'train-0'])
    expect(other).toMatchObject({ code: 2, stderr: expect.stringContaining('lowlayer submit') })
  })

  it('compares without a GPU, which a study may be for, and settles on no device there', async () => {
    const words = ['--set', 'runtime.device=auto', '--gres', 'gpu:2', '--pack', '2']
    const { study, scripts } = await print('no card', ...words)
    const compare = textOf(scripts, 'compare.tasks').trim()
    const found = await lowlayerHere(['task', study, compare, '--progress', 'plain'])
    // Nothing is trained yet, which is what it says, and not that there is no card.
    expect(found).toMatchObject({ code: 1, stderr: expect.stringContaining('no network') })
    expect(readdirSync(study)).not.toContain('device.json')
  })

  it('does not run what needs a task that is not done, and records no failure of it', async () => {
    const { study, scripts } = await print('needs')
    const [first] = textOf(scripts, 'analyze.tasks').split('\n')
    const found = await lowlayerHere(['task', study, ...first.split(' '), '--progress', 'plain'])
    expect(found.code).toBe(1)
    expect(found.stderr).toMatch(/train-\w+ is needed and not done: run it before/)
    const { stdout } = await lowlayerHere(['status', study, '--json'])
    expect(JSON.parse(stdout)[0].failed).toEqual({})
  })
})
