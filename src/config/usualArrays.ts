/** Names that arrays of texts have by default, apart from the schema, which processes that only read data need not load. */
export const usualArrays = { wordIds: 'word_ids', words: 'words', labels: 'labels' } as const
