/** Every figure of the report, in its order. */
import { coursesFigure } from './courses.js'
import { difficultyFigure } from './difficulty.js'
import { effectFigure } from './effects.js'
import { exactnessFigure } from './exactness.js'
import type { FigureMaker } from './figure.js'
import { agreementFigure, generalizableOrdersFigure } from './generalizable.js'
import { generalizationFigure } from './generalization.js'
import { heatMapFigure } from './heatMap.js'
import { gapFigure, lossFigure } from './losses.js'
import { matchingFigure } from './matching.js'
import { measuresFigure } from './measures.js'
import { membershipFigure } from './memberships.js'
import { multiverseFigure } from './multiverse.js'
import { orderByNetworkFigure, orderFigure, salientCountFigure } from './orders.js'
import { pairClassFigure } from './pairClasses.js'
import { sampleOrdersFigure, scoreFigure } from './scores.js'
import { sensitivityFigure } from './sensitivity.js'

export const figureMakers = {
  losses: lossFigure,
  gap: gapFigure,
  orders: orderFigure,
  salientCounts: salientCountFigure,
  ordersByNetwork: orderByNetworkFigure,
  scores: scoreFigure,
  sampleOrders: sampleOrdersFigure,
  heatMap: heatMapFigure,
  memberships: membershipFigure,
  pairClasses: pairClassFigure,
  effects: effectFigure,
  generalizableOrders: generalizableOrdersFigure,
  agreement: agreementFigure,
  generalization: generalizationFigure,
  measures: measuresFigure,
  difficulty: difficultyFigure,
  courses: coursesFigure,
  matching: matchingFigure,
  exactness: exactnessFigure,
  multiverse: multiverseFigure,
  sensitivity: sensitivityFigure,
} satisfies Record<string, FigureMaker>

/** Figures that say the same of however many networks; all others are made of the networks that are drawn (drawnNetworks.ts). */
export const figuresOfAll: ReadonlySet<string> = new Set<keyof typeof figureMakers>([
  'losses',
  'effects',
  'measures',
  'multiverse',
])

export type FigureName = keyof typeof figureMakers
