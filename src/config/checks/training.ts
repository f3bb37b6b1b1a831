/** Checks of what training and analysis ask of the data and of the network. */
import type { ExperimentConfig } from '../schema.js'
import { type Check, isText, type Report, tables } from './shared.js'

/** Batches and analysed samples against the samples that there are; planted rules against features. */
export const checkCounts: Check = ({ analysis, data, training }, problem) => {
  if (data === undefined) return
  const atMost = (path: string, wanted: number, split: 'train' | 'test') => {
    const available = data[split]
    if (typeof available !== 'number' || wanted <= available) return
    problem(path, `${wanted} is more than the ${available} samples of data.${split}`)
  }
  if (training !== undefined) atMost('training.batchSize', training.batchSize, 'train')
  if (analysis !== undefined) {
    const { count, testCount, split, first, ids } = analysis.samples
    const key = first !== undefined ? 'first' : ids !== undefined ? 'ids' : 'count'
    atMost(`analysis.samples.${key}`, count, split)
    atMost('analysis.samples.testCount', testCount, split === 'train' ? 'test' : 'train')
  }
  if (data.source === 'planted-logic') checkRules(data, problem)
}

function checkRules(
  { rules, features, jitter, train, test }: Extract<ExperimentConfig['data'], { jitter: number }>,
  problem: Report,
): void {
  for (const [index, rule] of rules.entries()) {
    for (const feature of rule.features.filter((each) => each >= features)) {
      const message = `feature ${feature} does not exist: there are ${features}, from 0`
      problem(`data.rules.${index}.features`, message)
    }
  }
  const distinct = 2 ** features
  if (jitter > 0 || train + test <= distinct) return
  const message = `${train} + ${test} samples asked for, but ${features} bits give only ${distinct}; ask for fewer, for more features or for jitter`
  problem('data.train', message)
}

/** What training and analysis ask of the data and of the network's head. */
export const checkTraining: Check = ({ training, data, model, analysis }, problem) => {
  const noImages = data !== undefined && (tables.has(data.source) || isText(data.source))
  if (training?.augmentation === 'crop-flip' && noImages) {
    problem(
      'training.augmentation',
      `"crop-flip" is for images, not for data.source "${data.source}"`,
    )
  }
  if (analysis !== undefined) {
    const { output, clamp } = analysis
    if (model !== undefined && output.startsWith('binary') !== (model.head === 'binary')) {
      problem('analysis.output', `"${output}" does not fit model.head "${model.head}"`)
    }
    if (clamp > 0 && output.startsWith('logit')) {
      problem(
        'analysis.clamp',
        `acts on probabilities, which analysis.output "${output}" has none of`,
      )
    }
  }
  const { optimizer } = training ?? {}
  if (optimizer?.name === 'sgd' && optimizer.nesterov && optimizer.momentum === 0) {
    problem('training.optimizer.nesterov', 'needs momentum')
  }
}
