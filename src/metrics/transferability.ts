/**
 * Transfer of salient interactions between two networks on one sample:
 * γ(Ω₁|Ω₂) = |Ω₁ ∩ Ω₂| / |Ω₁|. Source: sjtu-xai-lab/interaction-concept; counting an interaction by
 * (kind, T, sign) is our reading, without the sign that of arXiv 2401.16318.
 */
import type { SignRule } from './agreement.js'
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

/** The same interactions without their sign. */
export function withoutSign(codes: ReadonlySet<number>): Set<number> {
  return new Set([...codes].map(Math.abs))
}

interface Transferability {
  /** γ(Ω₁|Ω₂); undefined when Ω₁ is empty. */
  readonly share: number | undefined
  /** Its expectation if Ω₂ were as many interactions drawn at random, each sign with chance ½. */
  readonly chance: number
}

/**
 * Which share of the one network's {@link salientSet} the other one's has too, for n players; with `sign: ignore` both
 * are {@link withoutSign}.
 */
export function transferOfSets(
  from: ReadonlySet<number>,
  to: ReadonlySet<number>,
  n: number,
  sign: SignRule = 'same',
): Transferability {
  // After the merge OR holds orders ≥ 2 only: (2^n − 1) AND and (2^n − 1 − n) OR interactions exist.
  const existing = 2 * (2 ** n - 1) - n
  const byKindAndSet = existing > 0 ? to.size / existing : 0
  const chance = sign === 'same' ? byKindAndSet / 2 : byKindAndSet
  return { share: from.size === 0 ? undefined : intersection(from, to) / from.size, chance }
}

/** |A ∩ B| */
export function intersection(a: ReadonlySet<number>, b: ReadonlySet<number>): number {
  let shared = 0
  for (const code of a) if (b.has(code)) shared++
  return shared
}
