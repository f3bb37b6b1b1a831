/** Arrays of the same bytes are equal: matchers look at them value by value otherwise, longer than it takes to train a network. */
import { isDeepStrictEqual } from 'node:util'
import { expect } from 'vitest'

expect.addEqualityTesters([
  // Those that differ are left to the matcher, which says where.
  (a, b) =>
    ArrayBuffer.isView(a) && ArrayBuffer.isView(b) && isDeepStrictEqual(a, b) ? true : undefined,
])
