/**
 * What is too much to be meant: every bound on what comes from outside stands here, so that a slip or a hostile file
 * ends in a sentence and neither in hours nor in all the memory of a machine. Well above what studies of small networks
 * need (our choice).
 */
export const limits = {
  /** Bytes of a file that is read at once; more than 2³¹ − 1 Node does not read. */
  fileBytes: 2 ** 31 - 1,
  /** Bytes of a file of text: tables, lists, JSON. */
  textBytes: 2 ** 28,
  /** Bytes of a list that somebody writes: a table of networks, a curve. */
  listBytes: 2 ** 24,
  /** Bytes of a configuration and of each that it extends. */
  configBytes: 2 ** 18,
  /** How deep mappings and lists of a configuration or a JSON file may be nested. */
  depth: 50,
  /** Configurations that extend one another. */
  configChain: 50,
  /** Problems of a configuration, or of a table of networks, that are told. */
  problems: 50,
  /** Bytes that any compressed file may unpack to … */
  unpackedFreely: 2 ** 27,
  /** … or this many times its own, where that is more (real data seldom shrink to a hundredth) … */
  unpackedTimes: 200,
  /** … and never more than this. */
  unpackedBytes: 2 ** 32 - 1,
  /** Nor more than this where it does not say how many they are, as a gzip. */
  unpackedUntold: 2 ** 28,
  /** Axes of an array: NumPy has 64. */
  axes: 64,
  /** Rows or columns of an array that holds nothing, since some other axis is 0. */
  emptyExtent: 2 ** 20,
  /** Columns of a table. */
  columns: 100_000,
  /** Rows of a table of text … */
  rows: 10_000_000,
  /** … and all of its cells: those of MNIST are 47 million. */
  cells: 2 ** 26,
  /** Cells in one row of a table of values: 2^n of 24 players. */
  rowCells: 2 ** 24,
  /** Letters of a cell of a table, a text among them. */
  cellLetters: 2 ** 20,
  /** Words of all texts of a file … */
  words: 2 ** 26,
  /** … and different ones among them. */
  differentWords: 2 ** 20,
  /** Letters of the name of a column or a class. */
  nameLetters: 500,
  /** Letters of the name of a study or a network, which names of folders have in them. */
  fileNameLetters: 100,
  /** Pixels of a picture. */
  pixels: 2 ** 25,
  /** Samples of data that are made up. */
  samples: 10_000_000,
  /** Numbers of all inputs of a split: 4 GiB as float32. */
  inputNumbers: 2 ** 30,
  /** Numbers of an input of fixed shape of a network from elsewhere. */
  fedNumbers: 2 ** 26,
  /** Networks of a study. */
  networks: 50_000,
  /** Weights of a network: 1 GiB as float32. */
  parameters: 2 ** 28,
  /** Layers of a network of one's own. */
  layers: 1000,
  /** Optimiser steps of a training. */
  steps: 1e9,
  /** Times in a training at which something is kept or measured. */
  timePoints: 100_000,
  /** Random draws of the comparison, steps of an iteration. */
  draws: 1_000_000,
} as const
