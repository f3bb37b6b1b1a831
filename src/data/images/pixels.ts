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
