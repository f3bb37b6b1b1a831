/** Which networks are drawn one by one, where a study has more of them than an eye can tell apart and a page can hold. */
import type { NetworkRow } from '../tables/tables.js'
import { doneNetworks } from './figures/studyRows.js'
import type { ReportStudy } from './types.js'

/** A grid of 8 × 8 is drawn whole. What is drawn of pairs grows with the square of this. */
const MOST_DRAWN = 64

/** Ids of the networks that are drawn, evenly from the table, which has neighbours of one seed; undefined: all are. */
export function drawnNetworks(networks: readonly NetworkRow[]): ReadonlySet<string> | undefined {
  const done = doneNetworks({ networks })
  if (done.length <= MOST_DRAWN) return undefined
  const at = (index: number) => done[Math.floor((index * done.length) / MOST_DRAWN)]
  return new Set(Array.from({ length: MOST_DRAWN }, (_, index) => at(index).network as string))
}

/** The study with the networks that are drawn alone. */
export function drawnStudy(study: ReportStudy): ReportStudy {
  const drawn = drawnNetworks(study.tables.networks)
  if (drawn === undefined) return study
  const { networks, curves, confusing, ...others } = study.tables
  const ofDrawn = <T extends { readonly network: string | undefined }>(rows: readonly T[]): T[] =>
    rows.filter(({ network }) => network !== undefined && drawn.has(network))
  return {
    ...study,
    tables: {
      ...others,
      networks: ofDrawn(networks),
      curves: ofDrawn(curves),
      confusing: ofDrawn(confusing),
    },
  }
}

/** What is said where not all networks are drawn; empty where all are. */
export function drawnNote({ tables }: ReportStudy): string {
  const drawn = drawnNetworks(tables.networks)
  if (drawn === undefined) return ''
  return ` Of ${drawn.size} of the ${doneNetworks(tables).length} networks, taken evenly from networks.csv; tables and verdict are of all.`
}
