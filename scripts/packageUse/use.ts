/** A TypeScript project that uses lowlayer: x AND y has one interaction, of both. */
import { type Decomposition, decompose } from 'lowlayer'

const found: Decomposition = decompose(Float64Array.of(0, 0, 0, 1), { noise: 0, solver: 'and' })
if (found.and.join() !== '0,0,0,1') throw new Error(`x AND y came out as ${found.and.join()}`)
