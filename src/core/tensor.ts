/** A dense array in row-major order. Token ids are Int32Array, everything else Float32Array. */
export interface Tensor<Data extends Float32Array | Int32Array = Float32Array> {
  readonly shape: readonly number[]
  readonly data: Data
}

/** Tensors by name: the parameters of a network, the slots of an optimiser, the feeds of a graph. */
export type Tensors = Readonly<Record<string, Tensor>>

/** Number of elements of a shape. */
export function sizeOf(shape: readonly number[]): number {
  return shape.reduce((size, extent) => size * extent, 1)
}

/** The bytes of an array, where they lie. */
export function bytesOf({
  buffer,
  byteOffset,
  byteLength,
}: ArrayBufferView): Uint8Array<ArrayBuffer> {
  return new Uint8Array(buffer as ArrayBuffer, byteOffset, byteLength)
}

/** Arrays one after the other. */
export function concatenated(parts: readonly Float32Array[]): Float32Array {
  const all = new Float32Array(parts.reduce((length, part) => length + part.length, 0))
  let at = 0
  for (const part of parts) {
    all.set(part, at)
    at += part.length
  }
  return all
}
