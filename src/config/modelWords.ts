/** Words of the configuration that help and completion list: apart from the schema, which takes time to load. */

/** What the outputs of a network from elsewhere may be. */
export const outputKinds = ['logits', 'probabilities', 'sigmoids'] as const
/** In which order such a network takes the axes of an image. */
export const axisLayouts = ['nchw', 'nhwc', 'flat'] as const
