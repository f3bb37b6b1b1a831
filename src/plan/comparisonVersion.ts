/**
 * Raised whenever tables, verdict or report of the same networks would come out differently, so that
 * finished comparisons are made again. It is part of no id: trained networks, values and interactions
 * stay as they are (what changes those raises `ARTIFACT_VERSION`).
 */
export const COMPARISON_VERSION = 19
