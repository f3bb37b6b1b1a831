import type { Finding } from '../problems.js'
import type { ExperimentConfig } from '../schema.js'
import { isText, type Sections, tables } from './shared.js'

/** Batches and analysed samples against the samples that there are; planted rules against features. */
export function countChecks({ analysis, data, training }: Sections): Finding[] {
  if (data === undefined) return []
  const findings: Finding[] = []
  const beyond = (path: Finding['path'], wanted: number, split: 'train' | 'test') => {
    const available = data[split]
    if (typeof available !== 'number' || wanted <= available) return
    const message = `${wanted} is more than the ${available} samples of data.${split}`
    findings.push({ path, message })
  }
  if (training !== undefined) beyond(['training', 'batchSize'], training.batchSize, 'train')
  if (analysis !== undefined) {
    const { count, testCount, split } = analysis.samples
    beyond(['analysis', 'samples', 'count'], count, split)
    const other = split === 'train' ? 'test' : 'train'
    beyond(['analysis', 'samples', 'testCount'], testCount, other)
  }
  if ('heldOut' in data && data.heldOut !== undefined) {
    const told = (['train', 'test'] as const).filter((split) => data[split] !== 'all')
    if (told.length > 0) {
      const message = `says what data.${told.join(' and data.')} already says: leave one of them away`
      findings.push({ path: ['data', 'heldOut'], message })
    }
  }
  if (data.source === 'planted-logic') findings.push(...ruleChecks(data))
  return findings
}

function ruleChecks(
  data: Extract<ExperimentConfig['data'], { source: 'planted-logic' }>,
): Finding[] {
  const findings = data.rules.flatMap((rule, index) =>
    rule.features
      .filter((feature) => feature >= data.features)
      .map((feature) => ({
        path: ['data', 'rules', index, 'features'],
        message: `feature ${feature} does not exist: there are ${data.features}, from 0`,
      })),
  )
  const distinct = 2 ** data.features
  if (data.jitter > 0 || data.train + data.test <= distinct) return findings
  const message = `${data.train} + ${data.test} samples asked for, but ${data.features} bits give only ${distinct}; ask for fewer, for more features or for jitter`
  return [...findings, { path: ['data', 'train'], message }]
}

/** What training and analysis ask of the data and of the network's head. */
export function trainingChecks({ training, data, model, analysis }: Sections): Finding[] {
  const findings: Finding[] = []
  const noImages = data !== undefined && (tables.has(data.source) || isText(data.source))
  if (training?.augmentation === 'crop-flip' && noImages) {
    const message = `"crop-flip" is for images, not for data.source "${data.source}"`
    findings.push({ path: ['training', 'augmentation'], message })
  }
  const binaryOutput = analysis?.output.startsWith('binary')
  if (model !== undefined && analysis !== undefined && binaryOutput !== (model.head === 'binary')) {
    const message = `"${analysis.output}" does not fit model.head "${model.head}"`
    findings.push({ path: ['analysis', 'output'], message })
  }
  if (analysis !== undefined && analysis.clamp > 0 && analysis.output.startsWith('logit')) {
    const message = `acts on probabilities, which analysis.output "${analysis.output}" has none of`
    findings.push({ path: ['analysis', 'clamp'], message })
  }
  const { optimizer } = training ?? {}
  if (optimizer?.name === 'sgd' && optimizer.nesterov && optimizer.momentum === 0) {
    findings.push({ path: ['training', 'optimizer', 'nesterov'], message: 'needs momentum' })
  }
  return findings
}
