/** The figure of which samples are confusing for which networks. */
import { groupBy } from '../../core/groupBy.js'
import { inOrder, nominal } from './channels.js'
import { colours, type Figure } from './figure.js'
import { bySeeds, doneNetworks, networkNames, ownSets } from './studyRows.js'

/** Networks and samples that are drawn: more are a thicket. */
const NETWORKS = 24
const SAMPLES = 80

/** Low seeds that have a colour each. */
const COLOURED = 6

/** Which samples are confusing for which networks: a row each network, a column each sample. */
export const membershipFigure: Figure = {
  id: 'memberships',
  title: 'Which samples confuse which networks',
  source: 'ours',
  draw(study) {
    const { tables } = study
    const sets = groupBy(ownSets(study), ({ network }) => network)
    const usable = bySeeds(doneNetworks(tables)).filter(({ network }) => sets.has(network))
    if (usable.length < 2) return 'there are fewer than two networks with a confusing set'
    const drawn = usable.slice(0, NETWORKS)
    const holders = groupBy(
      drawn.flatMap((row) => sets.get(row.network)!.map(({ sample = -1 }) => ({ sample, row }))),
      ({ sample }) => sample,
    )
    const all = [...holders].sort((a, b) => b[1].length - a[1].length || a[0] - b[0])
    const columns = all.slice(0, SAMPLES)
    const nameOf = networkNames(study)
    const values = columns.flatMap(([sample, held]) =>
      held.map(({ row }) => ({
        sample: `#${sample}`,
        network: nameOf(row.network),
        'low seed': String(row.seed_low),
      })),
    )
    const lows = new Set(drawn.map(({ seed_low }) => seed_low))
    const isColoured = !lows.has(undefined) && lows.size > 1 && lows.size <= COLOURED
    const left = [
      drawn.length < usable.length ? `the first ${NETWORKS} of ${usable.length} networks` : '',
      columns.length < all.length ? `${SAMPLES} of the ${all.length} samples` : '',
    ].filter((part) => part !== '')
    return {
      caption:
        `A square means that the sample of this column is in the confusing set of the network of this row. On the left stand the samples that confuse most networks. ${isColoured ? 'Networks of one colour have the same low seed: where low layers decide, rows of one colour look alike. ' : ''}${left.length === 0 ? '' : `Shown are ${left.join(' and ')}; memberships.csv has all.`}`.trim(),
      spec: {
        width: Math.max(120, Math.min(600, columns.length * 18)),
        height: drawn.length * 18,
        data: { values },
        mark: { type: 'rect' },
        encoding: {
          x: nominal('sample', 'sample, by the number of networks that it confuses', {
            sort: columns.map(([sample]) => `#${sample}`),
            scale: { paddingInner: 0.15 },
            axis: {
              labelAngle: -90,
              labelFontSize: 10,
              labelOverlap: 'greedy',
              titleAnchor: 'start',
            },
          }),
          y: inOrder(
            'network',
            drawn.map(({ network }) => nameOf(network)),
            { scale: { paddingInner: 0.15 } },
          ),
          color: isColoured
            ? nominal('low seed', 'low seed', { sort: [...lows].map(String) })
            : { value: colours.blue },
        },
      },
    }
  },
}
