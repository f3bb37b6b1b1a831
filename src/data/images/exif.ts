/**
 * Orientation 1 to 8 of EXIF data, which begin with a TIFF header; 1, as stored, where they say none or are
 * damaged. Source: EXIF 2.32, tag 0x0112.
 */
export function orientationOf(exif: Uint8Array): number {
  const view = new DataView(exif.buffer, exif.byteOffset, exif.byteLength)
  try {
    const little = view.getUint16(0) === 0x4949
    const directory = view.getUint32(4, little)
    const count = view.getUint16(directory, little)
    for (let entry = 0; entry < count; entry++) {
      const at = directory + 2 + 12 * entry
      if (view.getUint16(at, little) !== 0x0112) continue
      const value = view.getUint16(at + 8, little)
      return value >= 1 && value <= 8 ? value : 1
    }
  } catch (error) {
    // A DataView is left only by damaged EXIF data; the pixels do not depend on them.
    if (!(error instanceof RangeError)) throw error
  }
  return 1
}
