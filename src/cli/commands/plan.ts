import { Command } from 'commander'
import { estimatePlan } from '../../plan/estimate.js'
import { isTaskDone } from '../../tasks/isDone.js'
import { collect, openStudy, type StudyOptions } from '../study.js'

interface PlanOptions extends StudyOptions {
  readonly json?: boolean
}

/** `lowlayer plan CONFIG`: the tasks, which are there already, what they cost; runs nothing. */
export function planCommand(): Command {
  return new Command('plan')
    .summary('show the tasks of a study without running them')
    .description('Prints the tasks of a study, which are cached, and what they cost. Runs nothing.')
    .argument('<config>', 'YAML configuration')
    .option('--set <path=value>', 'change a key of the configuration (repeatable)', collect, [])
    .option('--results <dir>', 'results folder', 'results')
    .option('--data-dir <dir>', 'folder of data sets')
    .option('--json', 'print JSON')
    .addHelpText('after', '\nExample:\n  lowlayer plan configs/quickstart.yaml')
    .action(async (file: string, options: PlanOptions) => {
      process.stdout.write(await describePlan(file, options))
    })
}

async function describePlan(file: string, options: PlanOptions): Promise<string> {
  const { plan, results } = await openStudy(file, options)
  const estimate = estimatePlan(plan)
  const tasks = await Promise.all(
    plan.tasks.map(async (task) => {
      const done = await isTaskDone(task, { plan, results })
      return {
        id: task.id,
        kind: task.kind,
        network: 'network' in task ? task.network.name : undefined,
        needs: task.needs,
        state: done ? 'cached' : 'new',
      }
    }),
  )
  if (options.json) {
    return `${JSON.stringify({ study: plan.study, id: plan.id, tasks, estimate }, undefined, 2)}\n`
  }
  const lines = tasks.map(({ id, kind, network, state }) =>
    [state.padEnd(6), kind.padEnd(12), id, network].filter((part) => part !== undefined).join('  '),
  )
  const summary = [
    `${tasks.length} tasks, ${tasks.filter(({ state }) => state === 'cached').length} cached`,
    `${estimate.trainingSteps.toLocaleString('en')} training steps`,
    `${estimate.forwardPasses.toLocaleString('en')} masked forward passes`,
    `${estimate.decompositions.toLocaleString('en')} decompositions`,
    `about ${(estimate.bytes / 2 ** 20).toFixed(0)} MiB of results`,
  ]
  return `study ${plan.study}-${plan.id.slice(0, 8)}\n${lines.join('\n')}\n${summary.join(', ')}\n`
}
