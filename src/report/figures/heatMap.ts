/** The figure of the overlap between every two networks, as a map of squares. */
import type { OverlapRow } from '../../tables/tables.js'
import { inOrder, quantitative } from './channels.js'
import { type Figure, heatScheme, type Spec } from './figure.js'
import { bySeeds, doneNetworks, haveSeeds, networkNames, rounded } from './studyRows.js'

/** From here on white is the more readable on the scale of colours: both are 4.5:1 or more. */
const DARK = 0.74

/** Cells carry their figure up to this many networks. */
const MOST_LABELLED = 12

/** Jaccard and κ_J of every pair of networks, ordered by low, then high seed. */
export const heatMapFigure: Figure = {
  id: 'overlap-heat-map',
  title: 'Overlap of the confusing sets of every pair',
  source: 'ours',
  draw(study) {
    const { tables } = study
    const networks = bySeeds(doneNetworks(tables))
    if (tables.overlaps.length === 0) return 'there are fewer than two networks'
    const nameOf = networkNames(study)
    const order = networks.map(({ network }) => nameOf(network))
    const known = tables.overlaps.filter(({ jaccard }) => jaccard !== undefined)
    if (known.length === 0) return NO_SETS
    const values = known.flatMap((row) => bothWays(row, nameOf))
    const isOneGroup =
      new Set(networks.map((row) => `${row.architecture} ${row.regime}`)).size === 1
    return {
      caption: `${
        haveSeeds(networks) && isOneGroup
          ? 'Networks are sorted by low, then by high seed, so that networks with equal low layers stand in blocks along the diagonal. '
          : ''
      }Jaccard: |A∩B| / |A∪B|. κ_J: the same after chance, 0 for independent sets and 1 for equal ones.`,
      spec: {
        hconcat: [
          matrix(values, order, 'jaccard', 'Jaccard', true),
          matrix(values, order, 'kappa', 'κ_J', false),
        ],
        spacing: 20,
        resolve: { scale: { color: 'independent' } },
      },
    }
  },
}

/** Why figures of overlaps are missing where no pair has one. */
export const NO_SETS = 'no two networks have confusing samples, of which sets could overlap'

function bothWays(
  { network_a: a, network_b: b, jaccard, kappa, relation }: OverlapRow,
  nameOf: (id: string | undefined) => string,
) {
  const figures = { relation, jaccard: rounded(jaccard, 3), kappa: rounded(kappa, 3) }
  return [
    { a: nameOf(a), b: nameOf(b), ...figures },
    { a: nameOf(b), b: nameOf(a), ...figures },
  ]
}

/** A square for every two networks; their names stand beside the rows, or beside those of the matrix on the left. */
function matrix(
  values: readonly object[],
  order: readonly string[],
  field: 'jaccard' | 'kappa',
  title: string,
  hasNames: boolean,
): Spec {
  const side = Math.max(150, Math.min(270, order.length * 30))
  const x = inOrder('a', order, { axis: { labelAngle: -60, labelFontSize: 10 } })
  const y = inOrder('b', order, { axis: hasNames ? { labelFontSize: 10 } : null })
  const color = quantitative(field, title, {
    scale: { scheme: heatScheme, domain: [0, 1], clamp: true },
    legend: { orient: 'top', gradientLength: 120, tickCount: 3 },
  })
  // ".20" and "−.06": the narrowest cells, those of twelve networks, do not hold the zero before the point.
  const label = `replace(format(datum.${field}, '.2f'), '0.', '.')`
  const text = {
    transform: [{ calculate: label, as: 'label' }],
    mark: { type: 'text', fontSize: 9 },
    encoding: {
      x,
      y,
      text: { field: 'label' },
      color: {
        condition: { test: `datum.${field} > ${DARK}`, value: '#ffffff' },
        value: '#000000',
      },
    },
  }
  return {
    width: side,
    height: side,
    data: { values },
    layer: [
      { mark: 'rect', encoding: { x, y, color } },
      ...(order.length <= MOST_LABELLED ? [text] : []),
    ],
  }
}
