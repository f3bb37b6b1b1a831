/** What readers of image formats give back, and which pictures they refuse. */
import { limits } from '../../core/limits.js'

/** What a picture has that its pixels do not show, and that a reader has to hear of. */
export interface ImageTraits {
  /** Some pixel is transparent; its colour is taken as if it were not. */
  readonly hasTransparency: boolean
  /** EXIF data ask to turn or mirror the picture, which is not done. */
  readonly isTurned: boolean
  /** A JPEG whose colours have fewer samples than its brightness; they are repeated. */
  readonly isSubsampled: boolean
}

/** A decoded picture: bytes of red, green and blue, `stride` bytes a pixel. */
export interface Pixels {
  readonly width: number
  readonly height: number
  readonly data: Uint8Array
  readonly stride: 3 | 4
  readonly traits: ImageTraits
}

/** A picture that is whole but of a kind that is not read; the message goes behind the file's name. */
export class UnsupportedImage extends Error {}

/**
 * Throws UnsupportedImage for a picture without pixels and for one whose header claims more than are decoded: a few bytes
 * may claim billions.
 */
export function checkExtents(width: number, height: number): void {
  if (width > 0 && height > 0 && width * height <= limits.pixels) return
  const most = Math.floor(Math.sqrt(limits.pixels))
  throw new UnsupportedImage(
    `has ${height} × ${width} pixels by its header; pictures have 1 to ${limits.pixels} pixels (such as ${most} × ${most}): make it smaller`,
  )
}
