/** Checks of the section `data`: no setting without effect. */
import { usualArrays } from '../usualArrays.js'
import type { Check } from './shared.js'

/** Sources whose subsets have classes in proportion by default. */
const proportional: ReadonlySet<string> = new Set(['tic-tac-toe', 'csv', 'npz', 'tokens'])

/** Sources that always have test samples of their own, and draw nothing but the subset and the label noise. */
const splitBefore: ReadonlySet<string> = new Set([
  'mnist',
  'fashion-mnist',
  'cifar10',
  'cifar100',
  'sst2',
])

/** Whether all of `data` that differs from its default does something. */
export const checkDataUsed: Check = ({ data }, problem) => {
  if (data === undefined) return
  const unused = (key: string, message: string) =>
    problem(`data.${key}`, `${message}: leave it out`)
  if ('heldOut' in data && data.heldOut !== undefined) {
    const told = (['train', 'test'] as const).filter((split) => data[split] !== 'all')
    if (told.length > 0) {
      const message = `says what data.${told.join(' and data.')} already says: leave one of them away`
      problem('data.heldOut', message)
    }
  }
  if (data.labelNoise === 0 && data.labelNoiseTo !== 'other') {
    unused('labelNoiseTo', 'says how labels are replaced, and data.labelNoise replaces none')
  }
  const isWhole = 'select' in data && data.train === 'all' && data.test === 'all'
  const isFirst = 'select' in data && data.select === 'first'
  const allTaken = 'has no effect, since all samples are taken'
  // Elsewhere equal shares are the default, which stands in every configuration that a run has written.
  if (proportional.has(data.source) && 'balance' in data && data.balance === 'equal') {
    if (isWhole) unused('balance', `"equal" ${allTaken}`)
    else if (isFirst) {
      const why = 'data.select: first takes samples whatever their class'
      unused('balance', `"equal" has no effect, since ${why}`)
    }
  }
  // Of a source without test samples of its own "first" also says which become test samples.
  if (isWhole && isFirst && splitBefore.has(data.source)) unused('select', `"first" ${allTaken}`)
  if (
    data.seed !== 0 &&
    splitBefore.has(data.source) &&
    data.labelNoise === 0 &&
    (isWhole || isFirst)
  ) {
    const why = isWhole ? 'all samples are taken' : 'data.select: first draws none'
    unused('seed', `${data.seed} has no effect, since ${why}, and no label is replaced`)
  }
  if (data.source === 'tokens' && data.target !== undefined && data.labels !== usualArrays.labels) {
    unused('labels', `"${data.labels}" is not read beside data.target`)
  }
}
