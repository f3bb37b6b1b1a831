/** Kinds of choice of the analysis that a score can hang on; see `confusing.reliability`. */
export const reliabilityKinds = ['salience', 'tie-break', 'players', 'baseline'] as const

export type ReliabilityKind = (typeof reliabilityKinds)[number]

/** ICC(3,1) of the scores under the study's own choice and the others of one kind; the kinds that were measured. */
export type Reliability = Readonly<Partial<Record<ReliabilityKind, number>>>

/**
 * The kinds are never pooled: choices that change next to nothing (τ, tie-break) would hide one that changes all
 * (baseline). Kinds without conditions, or whose ICC does not exist, are left out.
 */
export function reliabilityByKind(
  own: Float64Array,
  conditions: Readonly<Partial<Record<ReliabilityKind, readonly Float64Array[]>>>,
): Reliability {
  const found: Partial<Record<ReliabilityKind, number>> = {}
  for (const kind of reliabilityKinds) {
    const icc = intraclassCorrelation([own, ...(conditions[kind] ?? [])])
    if (icc !== undefined) found[kind] = icc
  }
  return found
}

/** The kind of choice that changes the scores most. */
export function weakestKind(reliability: Reliability): ReliabilityKind | undefined {
  const measured = reliabilityKinds.filter((kind) => reliability[kind] !== undefined)
  return measured.reduce<ReliabilityKind | undefined>(
    (worst, kind) =>
      worst === undefined || (reliability[kind] as number) < (reliability[worst] as number)
        ? kind
        : worst,
    undefined,
  )
}

/**
 * Reliability of a score, ICC(3,1) = (MSR − MSE) / (MSR + (K − 1) MSE): how far the differences between samples survive another
 * player set, baseline, τ or tie-break. `conditions[j][i]` is the score of sample i under condition j; MSR and MSE are the two-way
 * mean squares of samples and of error under K conditions. A condition may shift every score by the same, which leaves `top`
 * sets as they are. Source: Shrout & Fleiss 1979. Undefined for fewer than two samples or conditions, or constant scores.
 */
export function intraclassCorrelation(conditions: readonly Float64Array[]): number | undefined {
  const columns = conditions.length
  const rows = conditions[0]?.length ?? 0
  if (columns < 2 || rows < 2) return undefined
  const { betweenRows, error } = twoWayMeanSquares(conditions, rows, columns)
  const denominator = betweenRows + (columns - 1) * error
  return denominator > 0 ? (betweenRows - error) / denominator : undefined
}

function twoWayMeanSquares(conditions: readonly Float64Array[], rows: number, columns: number) {
  const rowMeans = new Float64Array(rows)
  const columnMeans = conditions.map(
    (scores) => scores.reduce((sum, score) => sum + score, 0) / rows,
  )
  const grandMean = columnMeans.reduce((sum, value) => sum + value, 0) / columns
  for (const scores of conditions)
    scores.forEach((score, row) => {
      rowMeans[row] += score / columns
    })
  let squaresRows = 0
  let squaresError = 0
  for (let row = 0; row < rows; row++) {
    squaresRows += columns * (rowMeans[row] - grandMean) ** 2
    conditions.forEach((scores, column) => {
      squaresError += (scores[row] - rowMeans[row] - columnMeans[column] + grandMean) ** 2
    })
  }
  return {
    betweenRows: squaresRows / (rows - 1),
    error: squaresError / ((rows - 1) * (columns - 1)),
  }
}
