/** Keys that earlier versions had, by dotted path, with why each is gone and what to do. */
export const removedKeys: Readonly<Record<string, string>> = {
  'confusing.noiseNull':
    'is no more: tables without structure score higher than those of trained networks, so that p was 1 for ' +
    'nearly all samples; delete it',
}
