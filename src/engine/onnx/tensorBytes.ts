/** The elements of an ONNX tensor as bytes, which a file may keep as numbers instead. */
import { bytesOf } from '../../core/tensor.js'
import { dataTypes, type TensorProto } from './format.js'

/** Elements of the types that are kept in `int32Data`, as they lie in memory; all others are int32 themselves. */
const ofInt32: Readonly<Record<number, new (values: readonly number[]) => ArrayBufferView>> = {
  [dataTypes.uint8]: Uint8Array,
  [dataTypes.int8]: Int8Array,
  [dataTypes.bool]: Uint8Array,
  [dataTypes.uint16]: Uint16Array,
  [dataTypes.int16]: Int16Array,
  [dataTypes.float16]: Uint16Array,
  [dataTypes.bfloat16]: Uint16Array,
  // Floats of 8 bits, and whole numbers of 4 bits, two in a byte.
  ...Object.fromEntries([17, 18, 19, 20, 21, 22].map((type) => [type, Uint8Array])),
}

/**
 * The elements of a tensor, little-endian, as `rawData` has them: the same for the same values, however they are kept. Texts come one after the
 * other, each after its length.
 */
export function tensorBytes(tensor: TensorProto): Uint8Array {
  const { dataType, rawData, stringData } = tensor
  const {
    floatData = [],
    int32Data = [],
    int64Data = [],
    doubleData = [],
    uint64Data = [],
  } = tensor
  if (floatData.length > 0) return bytesOf(Float32Array.from(floatData))
  if (int32Data.length > 0) return bytesOf(new (ofInt32[dataType] ?? Int32Array)(int32Data))
  if (int64Data.length > 0) return bytesOf(BigInt64Array.from(int64Data, BigInt))
  if (doubleData.length > 0) return bytesOf(Float64Array.from(doubleData))
  if (uint64Data.length > 0) {
    const isShort = dataType === dataTypes.uint32
    return bytesOf(isShort ? Uint32Array.from(uint64Data) : BigUint64Array.from(uint64Data, BigInt))
  }
  if (stringData !== undefined && stringData.length > 0) {
    return Buffer.concat(stringData.flatMap((text) => [Buffer.from(`${text.length}:`), text]))
  }
  return rawData ?? new Uint8Array()
}
