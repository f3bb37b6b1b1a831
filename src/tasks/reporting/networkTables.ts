/** The tables of a study whose rows are of one network each. */
import type { ExperimentConfig } from '../../config/schema.js'
import type { StudyNetwork } from '../../plan/types.js'
import { difficultyRows } from '../../study/dynamics.js'
import type { NetworkAnalysis } from '../../study/network.js'
import {
  agreementRows,
  confusingRows,
  curveRows,
  generalizationRows,
  networkRow,
  orderRows,
  sampleRows,
} from '../../study/rows.js'
import { CsvText, type Row, type Table } from '../../tables/table.js'
import {
  agreementTable,
  confusingTable,
  curvesTable,
  difficultyTable,
  generalizationTable,
  networksTable,
  ordersTable,
  samplesTable,
} from '../../tables/tables.js'

/** The tables, made network by network. */
export class NetworkTables {
  private readonly done = new Set<string>()
  private readonly networks = new CsvText(networksTable)
  private readonly analysed: readonly AnalysisTable[]

  constructor({ confusing }: ExperimentConfig) {
    this.analysed = [
      analysisTable(curvesTable, curveRows),
      analysisTable(samplesTable, sampleRows),
      analysisTable(ordersTable, (found) => orderRows(found, confusing.references)),
      analysisTable(agreementTable, agreementRows),
      analysisTable(generalizationTable, generalizationRows),
      analysisTable(confusingTable, confusingRows),
      analysisTable(difficultyTable, difficultyRows),
    ]
  }

  /** Adds the rows of a network, or of why there are none. */
  add(network: StudyNetwork, found: NetworkAnalysis | string): void {
    if (typeof found === 'string') {
      this.networks.add(networkRow(network, undefined, found))
      return
    }
    this.networks.add(networkRow(network, found, undefined))
    // Networks that are equal under two names share their rows.
    if (this.done.has(network.id)) return
    this.done.add(network.id)
    for (const { add } of this.analysed) add(found)
  }

  /** All of them, as far as networks were added. */
  get tables(): CsvText[] {
    return [this.networks, ...this.analysed.map(({ text }) => text)]
  }
}

/** A table that takes rows of each analysis. */
interface AnalysisTable {
  readonly text: CsvText
  add(found: NetworkAnalysis): void
}

function analysisTable<T extends Table>(
  definition: T,
  rowsOf: (found: NetworkAnalysis) => Iterable<Row<T>>,
): AnalysisTable {
  const text = new CsvText(definition)
  return {
    text,
    add(found) {
      for (const row of rowsOf(found)) text.add(row)
    },
  }
}
