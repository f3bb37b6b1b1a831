/** The types of the comparison: what it takes of networks, and the rows, clauses and verdict that it gives. */
import { type ComparisonConfig, comparisonSection } from '../config/comparison.js'
import { confusingSection } from '../config/confusing.js'
import type { ReliabilityKind } from '../confusing/reliability.js'
import type { SampleId } from '../confusing/types.js'
import type { GridMeanSquares } from './meanSquares.js'

/** A random seed, or the name of one where layers are drawn from several. Equal means same weights. */
export type Seed = number | string

/** What is known of a network before anything of it is measured: what it shares with others. */
export interface NetworkLayers {
  readonly network: string
  /** What people call it, where that is not its id. */
  readonly name?: string
  readonly architecture: string
  /** How low and high layers were re-drawn, frozen or trained: `init`, `trained-frozen` … */
  readonly regime: string
  /** What counts as low: how many layers, where they are the first ones, or which, joined by +. */
  readonly cut?: string | number
  /** Low and high undefined where nobody knows them: such a network is in no grid. */
  readonly seeds: {
    readonly low: Seed | undefined
    readonly high: Seed | undefined
    readonly order: Seed
  }
  /** The trained network whose low layers it took over, if any: heirs of two donors have different low layers. */
  readonly donor?: string
  /** Layers that the donor lent, where they are not the low ones. */
  readonly lent?: 'high'
  /** Parameters of the low layers with their shapes, where a study has several architectures. */
  readonly lowShapes?: string
}

/** What the comparison knows of one network at the compared checkpoint. */
export interface NetworkScores extends NetworkLayers {
  /** Step of the compared checkpoint, for the tables. */
  readonly step?: number
  /** Test accuracy, 0 … 1. */
  readonly accuracy?: number
  /** Confusing score of every sample of {@link StudyScores.samples}, under the tie-break that is asked for; shape [samples]. */
  readonly score: Float64Array
  /** The same at the other end of the optimal solutions: under tie-break high, or low where high is asked for. */
  readonly otherScore?: Float64Array
  /** The network's confusing samples. */
  readonly set: readonly SampleId[]
  /** Whether training had an overfitting phase; undefined where that is not known. */
  readonly overfitting?: boolean
  /** Why it is not known. */
  readonly overfittingUnknown?: string
  /** Consistency (ICC) of the scores under other choices of the analysis, by kind of choice; those measured. */
  readonly reliability?: Readonly<Partial<Record<ReliabilityKind, number>>>
}

/** What a study does without, of one network, or a network that its statistics do without, and why. */
export interface Lack {
  readonly network: string
  readonly reason: string
}

/** Scores of all networks of a study on one panel of samples. */
export interface StudyScores {
  readonly samples: readonly SampleId[]
  /** Samples of the panel that training saw with a wrong label: the positive control. */
  readonly mislabelled?: readonly SampleId[]
  /** Samples that only some of the networks were analysed on, which are left out. */
  readonly omitted?: number
  /** Engines and devices that trained the networks, each once: rounding differs between them. */
  readonly trainedBy?: readonly string[]
  /** What the study asked for and could not be measured, in words. */
  readonly unmeasured?: readonly string[]
  readonly networks: readonly NetworkScores[]
  /** Networks that the study asked for and does not have. */
  readonly missing?: readonly Lack[]
  /** Networks that are compared without a part of the analysis that was asked for. */
  readonly lacking?: readonly Lack[]
}

/** What the section `comparison` of a configuration says, each in its words there, and what is asked of the scores. */
export interface ComparisonOptions extends Readonly<ComparisonConfig> {
  /** Smallest acceptable reliability. */
  readonly reliability: number
}

/** Settings when nothing else is asked for. */
export const defaultComparisonOptions: ComparisonOptions = {
  ...comparisonSection.parse(undefined),
  reliability: confusingSection.parse(undefined).reliability.minimum,
}

/** An estimate with the ends of an interval, where one exists. */
export interface Estimate {
  readonly estimate: number
  readonly low: number | undefined
  readonly high: number | undefined
}

/** Whether one clause of the verdict is met; `not-tested`: the study has nothing to test it with, and it blocks nothing. */
export type ClauseStatus = 'holds' | 'fails' | 'undecided' | 'not-tested'

/** What a study says of the claim; see verdict.ts. */
export type Conclusion = 'decides' | 'real-but-small' | 'absent' | 'inconclusive'

export interface Clause {
  readonly id: string
  readonly text: string
  readonly status: ClauseStatus
  /** The numbers that decided, by name. */
  readonly figures: Readonly<Record<string, number>>
  /** What decided, in words. */
  readonly reason: string
}

/** The content of `verdict.json`. */
export interface Verdict extends VerdictWords {
  /** `not-asked`: nobody knows the seeds of any network, so that there is no question to answer. */
  readonly verdict: Conclusion | 'not-asked'
  readonly clauses: readonly Clause[]
  /** Whether the sets of confusing samples show an effect of low seeds: beside the scores, decides nothing. */
  readonly sets: Clause
  /** The stronger claim that networks with different low layers share no more than chance. */
  readonly fullyDifferent: Clause
  /** The grid that all of the above is about; undefined without usable networks. */
  readonly grid: GridName | undefined
  /** What the shares of that grid are computed from, for who pools studies; those under the other tie-break where the scores have it. */
  readonly meanSquares?: { readonly own: GridMeanSquares; readonly other?: GridMeanSquares }
  /** What the study's other grids (regimes, cuts, architectures) say, each compared within itself. */
  readonly others: readonly GridVerdict[]
  /** Regimes that share high layers in the place of low ones, each beside the one whose mirror it is. */
  readonly mirrors: readonly Mirror[]
  /** What low seeds decide across architectures that share them; empty for a study of one architecture. */
  readonly acrossArchitectures: readonly AcrossArchitectures[]
  /** What weakens it: a failed positive control first, then flagged pairs, missing networks, excluded scores. */
  readonly warnings: readonly string[]
  /** Of an open verdict, what would close it. */
  readonly next?: NextStep
}

/** A verdict in words, for readers who know none of the terms. */
export interface VerdictWords {
  /** What was asked, and of which networks and samples. */
  readonly asked: string
  /** The outcome and a colon, then the finding in one or two sentences. */
  readonly sentence: string
  /** How sure it is: shares with their intervals, tests, and what is open or not known. */
  readonly certainty: string
}

/** What to run next where a verdict is open. */
export interface NextStep {
  /** Why that. */
  readonly reason: string
  /** Settings that differ, `path=value` each; empty where no setting would help. */
  readonly set: readonly string[]
}

/** A mirrored grid and, where the study has it, the grid of which it is the mirror. */
export interface Mirror {
  readonly high: SharedSide
  readonly low: SharedSide | undefined
  /** Both in words. */
  readonly sentence: string
}

/** What low seeds decide across architectures above the same low layers: a grid of low seeds × architectures. */
export interface AcrossArchitectures extends Pick<GridName, 'regime' | 'cut'> {
  readonly architectures: readonly string[]
  /** Share of the variance of the scores that goes with the low seed, whatever is above it. */
  readonly low: Estimate | undefined
  /** That goes with the architecture, whatever is below it. */
  readonly architecture: Estimate | undefined
  /** The first less the second. */
  readonly difference: Estimate | undefined
  /** Permutation test of the low share: low labels are relabelled within each architecture. */
  readonly pValue: number | undefined
  /** T_low of the sets. */
  readonly contrast: number | undefined
  /** In words. */
  readonly sentence: string
}

/** What the layers decide that a regime shares. */
export interface SharedSide extends GridName {
  readonly side: 'low' | 'high'
  /** T of the sets for seeds of that side, with its permutation test. */
  readonly contrast: number | undefined
  readonly pValue: number | undefined
  /** Share of the variance of the scores. */
  readonly share: Estimate | undefined
}

/** One grid of a study: what its networks have in common. */
export type GridName = Pick<NetworkLayers, 'architecture' | 'regime' | 'cut'>

/** The verdict on one of the other grids. */
interface GridVerdict extends GridName, VerdictWords {
  readonly verdict: Verdict['verdict']
}

/** How many networks hold which samples in common: one bar of an UpSet plot. */
export interface Intersection {
  readonly networks: readonly string[]
  /** Their names, in the same order. */
  readonly names: readonly (string | undefined)[]
  /** Samples in the sets of exactly these networks. */
  readonly samples: readonly SampleId[]
}
