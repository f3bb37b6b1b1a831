/** What `import … from 'lowlayer'` gives. */
export {
  type AndOrPair,
  andInteractions,
  matchingError,
  mergeLowOrders,
  orInteractions,
  synthesize,
} from './interactions/andOr.js'
export {
  type DecomposeOptions,
  decompose,
  decomposeBothEnds,
  decomposeMany,
} from './interactions/decompose.js'
export { mobius, zeta } from './interactions/mobius.js'
export {
  countSalient,
  defaultSalience,
  isSalient,
  meanOutputRange,
  outputRange,
  type SalienceRule,
  salienceThreshold,
} from './interactions/salience.js'
export type { Decomposition, SolverName, TieBreak } from './interactions/types.js'
