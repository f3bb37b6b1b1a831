/**
 * What one row of a data set is: pixels [C, H, W], features [F], token ids [T], or `tokens`: arrays of whole numbers
 * side by side, as text models from elsewhere are fed them.
 */
export type InputKind = 'image' | 'tabular' | 'text' | 'tokens'
