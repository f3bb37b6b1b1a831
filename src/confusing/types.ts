/** A sample's stable name: its position in its source, or any text. */
export type SampleId = string | number

/** How confusing a sample is; see `scores.ts`. */
export type ScoreName =
  | 'offset-complexity'
  | 'nongeneralizable'
  | 'nongeneralizable-mass'
  | 'high-order-share'
  | 'cancellation'

/** Whether offset-complexity lets only equal orders cancel, or all orders together. */
export type OffsetScope = 'per-order' | 'global'

/** Which scores make a sample confusing; see `sets.ts`. */
export type SetRule =
  | { readonly rule: 'top'; readonly fraction: number }
  | { readonly rule: 'mad'; readonly factor?: number }
  | { readonly rule: 'absolute'; readonly threshold: number }
  | { readonly rule: 'otsu' }

/** A sample of a confusing set. */
export interface ConfusingMember {
  readonly sample: SampleId
  /** 1 = the highest score. */
  readonly rank: number
  readonly score: number
}

/** The confusing samples of one network at one checkpoint. */
export interface ConfusingSet {
  readonly rule: SetRule['rule']
  /** By rank. */
  readonly members: readonly ConfusingMember[]
  /** Samples whose score equals that of the last member: only the hash of their id decided. */
  readonly tied: readonly SampleId[]
}
