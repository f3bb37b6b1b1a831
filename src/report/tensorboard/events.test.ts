/** Files for TensorBoard against TensorFlow's own declaration of them. */
import protobuf from 'protobufjs'
import { expect, it } from 'vitest'
import { crc32c } from '../../core/crc32c.js'
import { encodeEvents } from './events.js'

/** The messages as TensorFlow's .proto files declare them. */
const { root } = protobuf.parse(
  `syntax = "proto3";
message Event { double wall_time = 1; int64 step = 2; oneof what { string file_version = 3; Summary summary = 5; } }
message Summary { repeated Value value = 1; message Value { string tag = 1; float simple_value = 2; } }`,
  { keepCase: true },
)

it('CRC-32C of the standard check string', () => {
  expect(crc32c(Buffer.from('123456789'))).toBe(0xe3069283)
  // RFC 3720, B.4: 32 bytes of zeros.
  expect(crc32c(new Uint8Array(32))).toBe(0x8a9136aa)
})

it('events read back by their declaration, record by record', () => {
  const scalars = [
    { step: 0, tag: 'loss/train', value: 0.5 },
    { step: 0, tag: 'loss/test', value: 0.75 },
    { step: 3_000_000_000, tag: 'loss/train', value: 0.25 },
  ]
  const bytes = Buffer.from(encodeEvents(scalars, 1_700_000_000.5))
  const events = []
  for (let at = 0; at < bytes.length; ) {
    const length = Number(bytes.readBigUInt64LE(at))
    const unmask = (masked: number) => {
      const rotated = (masked - 0xa282ead8) >>> 0
      return ((rotated >>> 17) | (rotated << 15)) >>> 0
    }
    const data = bytes.subarray(at + 12, at + 12 + length)
    expect(unmask(bytes.readUInt32LE(at + 8))).toBe(crc32c(bytes.subarray(at, at + 8)))
    expect(unmask(bytes.readUInt32LE(at + 12 + length))).toBe(crc32c(data))
    const type = root.lookupType('Event')
    const event = type.decode(data)
    // A decoded 0 equals a missing step and is left out by toObject.
    events.push({ ...type.toObject(event), step: Number(Reflect.get(event, 'step')) })
    at += 16 + length
  }
  expect(events).toEqual([
    { wall_time: 1_700_000_000.5, step: 0, file_version: 'brain.Event:2' },
    {
      wall_time: 1_700_000_000.5,
      step: 0,
      summary: {
        value: [
          { tag: 'loss/train', simple_value: 0.5 },
          { tag: 'loss/test', simple_value: 0.75 },
        ],
      },
    },
    {
      wall_time: 1_700_000_000.5,
      step: 3_000_000_000,
      summary: { value: [{ tag: 'loss/train', simple_value: 0.25 }] },
    },
  ])
})
