import { loadConfig } from '../../config/load.js'
import { InputError } from '../../core/errors.js'
import { planWarnings } from '../../plan/analysisRuns.js'
import { describeOdds, designOdds, isHopeless } from '../../plan/designOdds.js'
import { designWarnings } from '../../plan/designWarnings.js'
import {
  comparisonSeconds,
  comparisonWork,
  type Estimate,
  estimatePlan,
} from '../../plan/estimate.js'
import type { Plan, Task } from '../../plan/types.js'
import { jsonText } from '../../store/atomic.js'
import { integer, table, text, toCsv } from '../../tables/table.js'
import { plannedSamples, samplesOf } from '../../tasks/analysis/chosenSamples.js'
import { loadData } from '../../tasks/planLoaded.js'
import { type TaskState, taskState } from '../../tasks/state/taskState.js'
import { measureUnitTimes, secondsOf } from '../../tasks/training/unitTimes.js'
import type { PlanOptions } from '../commands/plan.js'
import { formatSeconds } from '../progress/stages.js'
import { openStudy } from '../study.js'
import { dataFolders, overridesOf } from '../studyOptions.js'
import { tasksAtOnce } from '../tasksAtOnce.js'

/** Prints the tasks of a study, which are cached, and what they cost. */
export async function plan(file: string, options: PlanOptions): Promise<void> {
  process.stdout.write(
    options.samples ? await listSamples(file, options) : await describePlan(file, options),
  )
}

/** Columns as they are called where values of another tool are given. */
const plannedTable = table('planned', 'The samples that are analysed, in their order.', {
  sample: integer('Number of the sample within its split.'),
  panel: integer('0: of the analysed split, 1: of the other (analysis.samples.testCount).'),
  split: text('train or test.'),
})

/** The samples of a study, which are known before its networks are there. Throws InputError where they depend on these. */
async function listSamples(file: string, options: PlanOptions): Promise<string> {
  const { config, dataset } = await loadData(
    await loadConfig(file, overridesOf(options)),
    dataFolders(options.dataDir),
  )
  const panels = samplesOf(config.analysis, dataset)
  if (panels === undefined) {
    const { filter } = config.analysis.samples
    throw new InputError(
      `${file}: which samples are analysed depends on what networks predict (analysis.samples.filter: ${filter}); samples.csv has them once they were analysed`,
    )
  }
  const rows = panels.flatMap(({ split, samples }, panel) =>
    samples.map((sample) => ({ sample, panel, split })),
  )
  return toCsv(plannedTable, rows)
}

/** A task as it is printed. */
interface PlannedTask extends TaskState, Pick<Task, 'id' | 'kind' | 'needs'> {
  readonly network: string | undefined
}

async function describePlan(file: string, options: PlanOptions): Promise<string> {
  const { plan, results, baseDir, dataDirs } = await openStudy(file, options)
  const estimate = estimatePlan(plan)
  const tasks: PlannedTask[] = []
  // One after the other: tens of thousands at once would keep as many files open, and forget what they read of a folder.
  for (const task of plan.tasks) {
    const { id, kind, needs } = task
    const network = 'network' in task ? task.network.name : undefined
    tasks.push({ id, kind, network, needs, ...(await taskState(task, { plan, results })) })
  }
  const cached = new Set(tasks.filter(({ state }) => state === 'cached').map(({ id }) => id))
  const left = estimatePlan({ ...plan, tasks: plan.tasks.filter(({ id }) => !cached.has(id)) })
  const seconds =
    options.time && cached.size < tasks.length
      ? secondsOf(left, await measureUnitTimes(plan, { baseDir, dataDirs, results }), plan)
      : undefined
  const odds = options.time ? designOdds(plan) : undefined
  const oddsInWords = odds === undefined ? [] : [describeOdds(odds)]
  const isWarned = odds !== undefined && isHopeless(odds)
  const warnings = [
    ...planWarnings(plan.data),
    ...designWarnings(plan),
    ...(isWarned ? oddsInWords : []),
  ]
  if (options.json) {
    const { study, id } = plan
    const { assumptions, players } = plan.data
    const samples = await plannedSamples(plan, { baseDir, dataDirs })
    const all = {
      study,
      id,
      assumptions,
      warnings,
      players,
      samples,
      tasks,
      estimate,
      left,
      seconds,
      odds,
    }
    return jsonText(all)
  }
  const lines = tasks.map(({ id, kind, network, state, reason }) =>
    [state.padEnd(6), kind.padEnd(12), id, network, `(${reason})`]
      .filter((part) => part !== undefined)
      .join('  '),
  )
  const time = seconds === undefined ? [] : [`at least ${formatSeconds(seconds)} for what is left`]
  const summary = [
    `${tasks.length} tasks, ${cached.size} cached`,
    ...inWords(estimate),
    `about ${(estimate.bytes / 2 ** 20).toFixed(0)} MiB of results`,
    comparisonCost(plan),
    ...time,
  ]
  const remarks = [
    ...referenceCost(plan),
    ...(plan.data.assumptions ?? []).map((assumption) => `assumed: ${assumption}\n`),
    ...tasksAtOnce(plan).remarks.map((remark) => `${remark}\n`),
    ...warnings.map((warning) => `warning: ${warning}\n`),
    ...(isWarned ? [] : oddsInWords.map((line) => `${line}\n`)),
  ]
  return `study ${plan.study}-${plan.id.slice(0, 8)}\n${lines.join('\n')}\n${summary.join(', ')}\n${remarks.join('')}`
}

function inWords({ trainingSteps, forwardPasses, decompositions }: Estimate): string[] {
  return [
    `${trainingSteps.toLocaleString('en')} training steps`,
    `${forwardPasses.toLocaleString('en')} masked forward passes`,
    `${decompositions.toLocaleString('en')} decompositions`,
  ]
}

/** Pairs of networks and the time that comparing takes, which grows with the square of the networks. */
function comparisonCost(plan: Plan): string {
  const work = comparisonWork(plan)
  const seconds = formatSeconds(comparisonSeconds(work))
  return `${work.pairs.parts.toLocaleString('en')} pairs of networks to compare (about ${seconds})`
}

/** What of that the reference networks take, and what for. */
function referenceCost(plan: Plan): string[] {
  const count = plan.networks.filter(({ role }) => role === 'reference').length
  if (count === 0) return []
  const tasks = plan.tasks.filter((task) => 'network' in task && task.network.role === 'reference')
  const cost = inWords(estimatePlan({ ...plan, tasks })).join(', ')
  return [
    `of that for ${count} reference networks, which say which interactions are generalizable: ${cost}\n`,
  ]
}
