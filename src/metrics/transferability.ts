/**
 * Transfer of salient interactions between two networks on one sample:
 * γ(Ω₁|Ω₂) = |Ω₁ ∩ Ω₂| / |Ω₁|. Source: sjtu-xai-lab/interaction-concept; counting an interaction by
 * (kind, T, sign) is our reading.
 */
import type { Interactions } from './types.js'

/** Salient interactions as codes ±(1 + T) for AND and ±(1 + 2^n + T) for OR; the sign is I_T's. */
export function salientSet({ n, and, or }: Interactions, tau: number): Set<number> {
  const codes = new Set<number>()
  const add = (table: Float64Array, base: number) => {
    for (let mask = 1; mask < table.length; mask++) {
      if (Math.abs(table[mask]) > tau) codes.add(Math.sign(table[mask]) * (1 + base + mask))
    }
  }
  add(and, 0)
  add(or, 2 ** n)
  return codes
}

export interface Transferability {
  /** γ(Ω₁|Ω₂); undefined when Ω₁ is empty. */
  readonly share: number | undefined
  /** Its expectation if Ω₂ were as many interactions drawn at random, each sign with chance ½. */
  readonly chance: number
}

/** Which share of the first network's salient interactions the second one has too. */
export function transferability(
  first: Interactions,
  second: Interactions,
  tauFirst: number,
  tauSecond: number,
): Transferability {
  return transferOfSets(salientSet(first, tauFirst), salientSet(second, tauSecond), first.n)
}

/** The same from the two networks' {@link salientSet}s, for n players. */
export function transferOfSets(
  from: ReadonlySet<number>,
  to: ReadonlySet<number>,
  n: number,
): Transferability {
  // After the merge OR holds orders ≥ 2 only: (2^n − 1) AND and (2^n − 1 − n) OR interactions exist.
  const existing = 2 * (2 ** n - 1) - n
  const chance = existing > 0 ? to.size / existing / 2 : 0
  return { share: from.size === 0 ? undefined : intersection(from, to) / from.size, chance }
}

/**
 * Share of the `count` strongest interactions of one network that are among the `count` strongest
 * of the other (kind, T and sign equal); undefined when count < 1 or a network has fewer non-zero ones.
 * Source: sjtu-xai-lab generalizable-interaction, top-m overlap.
 */
export function topOverlap(
  first: Interactions,
  second: Interactions,
  count: number,
): number | undefined {
  const strongest = (interactions: Interactions) => {
    const value = (code: number) => {
      const index = Math.abs(code) - 1
      const size = 2 ** interactions.n
      return Math.abs(index < size ? interactions.and[index] : interactions.or[index - size])
    }
    const codes = [...salientSet(interactions, 0)]
    return codes.sort((a, b) => value(b) - value(a) || Math.abs(a) - Math.abs(b)).slice(0, count)
  }
  const from = new Set(strongest(first))
  const to = new Set(strongest(second))
  if (count < 1 || from.size < count || to.size < count) return undefined
  return intersection(from, to) / count
}

function intersection(a: ReadonlySet<number>, b: ReadonlySet<number>): number {
  let shared = 0
  for (const code of a) if (b.has(code)) shared++
  return shared
}
