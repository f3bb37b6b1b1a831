/** How a convolution is written in ONNX, wherever it is part of an operator. */
import type { Emission, EmitOptions } from '../emission.js'

/** Channel counts up to this one are computed rightly everywhere. */
const FEW = 4

/**
 * ONNX's Conv of an image [batch, channels, H, W] with weights [filters, channels, kernel, kernel];
 * both get channels of zeros where the device needs them.
 */
export function emitConv(
  to: Emission,
  [image, weight, ...bias]: readonly string[],
  channels: number,
  options: EmitOptions,
): string {
  const rest = channels % 4
  if (!to.paddedChannels || channels <= FEW || rest === 0) {
    return to.emit('Conv', [image, weight, ...bias], options)
  }
  const pads = to.integers([0, 0, 0, 0, 0, 4 - rest, 0, 0])
  const padded = [image, weight].map((value) => to.emit('Pad', [value, pads]))
  return to.emit('Conv', [...padded, ...bias], options)
}
