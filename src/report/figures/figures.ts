/** Every figure of the report, in its order, and what each shows of a study. */
import type { ReportStudy } from '../types.js'
import { coursesFigure } from './courses.js'
import { difficultyFigure } from './difficulty.js'
import { effectFigure } from './effects.js'
import { exactnessFigure } from './exactness.js'
import { type DrawnFigure, type Figure, type MissingFigure, specOf } from './figure.js'
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

const figures = {
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
} satisfies Record<string, Figure>

export type FigureName = keyof typeof figures

export const figureNames = Object.keys(figures) as readonly FigureName[]

/** A figure of a study, or why it has none. */
export function drawFigure(name: FigureName, study: ReportStudy): DrawnFigure | MissingFigure {
  const { id, title, source, draw } = figures[name]
  const drawn = draw(study)
  if (typeof drawn === 'string') return { id, title, missing: drawn }
  return { id, title, source, ...drawn, spec: specOf(drawn.spec) }
}

/** Figures that say the same of however many networks; all others are made of the networks that are drawn (drawnNetworks.ts). */
export const figuresOfAll: ReadonlySet<FigureName> = new Set<FigureName>([
  'losses',
  'effects',
  'measures',
  'multiverse',
])
