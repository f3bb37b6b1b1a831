/**
 * TensorBoard event files: TFRecords (length, masked CRC-32C, data, masked CRC-32C) of `Event`
 * messages with scalar summaries. Field numbers are those of tensorflow/core/util/event.proto and
 * framework/summary.proto.
 */
import protobuf from 'protobufjs/minimal.js'
import { crc32c } from '../../core/crc32c.js'
import { groupBy } from '../../core/groupBy.js'

export interface Scalar {
  readonly step: number
  readonly tag: string
  readonly value: number
}

/** The bytes of an event file. `time` is in seconds since 1970. */
export function encodeEvents(scalars: readonly Scalar[], time: number): Uint8Array {
  const version = event(time, 0)
    .uint32((3 << 3) | 2)
    .string('brain.Event:2')
    .finish()
  const events = [...groupBy(scalars, ({ step }) => step)].map(([step, values]) => {
    const message = event(time, step)
    message.uint32((5 << 3) | 2).bytes(summary(values))
    return message.finish()
  })
  return Buffer.concat([version, ...events].map(record))
}

function event(time: number, step: number): protobuf.Writer {
  return protobuf.Writer.create()
    .uint32((1 << 3) | 1)
    .double(time)
    .uint32((2 << 3) | 0)
    .int64(step)
}

function summary(values: readonly Scalar[]): Uint8Array {
  const message = protobuf.Writer.create()
  for (const { tag, value } of values) {
    const one = protobuf.Writer.create()
      .uint32((1 << 3) | 2)
      .string(tag)
      .uint32((2 << 3) | 5)
      .float(value)
    message.uint32((1 << 3) | 2).bytes(one.finish())
  }
  return message.finish()
}

function record(data: Uint8Array): Uint8Array {
  const bytes = Buffer.alloc(16 + data.length)
  bytes.writeBigUInt64LE(BigInt(data.length), 0)
  bytes.writeUInt32LE(maskedCrc32c(bytes.subarray(0, 8)), 8)
  bytes.set(data, 12)
  bytes.writeUInt32LE(maskedCrc32c(data), 12 + data.length)
  return bytes
}

/** TFRecord's mask, which keeps a checksum of data that hold checksums from being trivial. */
function maskedCrc32c(bytes: Uint8Array): number {
  const crc = crc32c(bytes)
  return (((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0
}
