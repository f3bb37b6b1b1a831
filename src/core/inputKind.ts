/** What one row of a data set is: pixels [C, H, W], features [F] or token ids [T]. */
export type InputKind = 'image' | 'tabular' | 'text'
