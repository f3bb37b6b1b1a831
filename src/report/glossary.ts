/** What the terms of reports and documents mean, a line each: the one source of the tooltips, the report's glossary and the README's. */

/** A term and its meaning. */
interface GlossaryEntry {
  readonly term: string
  /** Other ways in which texts write it. */
  readonly forms?: readonly string[]
  readonly meaning: string
}

/** In the order in which a reader meets them. */
export const glossary: readonly GlossaryEntry[] = Object.entries({
  'player|players':
    'a part of the input that is kept or masked as a whole: a cell of a board or image, a feature, a word',
  baseline: 'what a masked player is replaced by, the training mean unless said otherwise',
  'v(S)|v(N)':
    'the network’s output, log-odds of the given label, with only the players of S kept; N is all of them, and v(∅) = 0',
  'interaction|interactions':
    'an effect on the output of a set of players: an AND needs all of them, an OR any one; all of them add up to the output on every masking',
  'order|orders':
    'of an interaction: how many players it has; of the data: the order in which training shows the samples',
  'salient|τ':
    'larger than the threshold τ = 3% of the mean |v(N) − v(∅)| over samples, and so counted; the rest is taken for noise',
  'strength|strength of interactions|salient strength':
    'the sum of the absolute values of (salient) interactions, |I|',
  'h(S)':
    'what the interactions add up to at S: v(S), but for the small part that the sparsest sum may leave out',
  'universal-matching error':
    'how far, at most, the interactions are from giving every output back, with what they may leave out counted in',
  'duality gap|relative duality gap':
    'by how much, at most, a sum with a smaller total of |I| could undercut the one found, as a part of it',
  'confusing score|confusing scores':
    'how much a network uses complex, mutually offsetting interactions (or, as the claim’s authors have it, ones that do not generalize) on a sample',
  'offset-complexity':
    'the default confusing score: the share of strength that cancels within its order, high orders counted more; 0 to 1',
  cancellation:
    'a confusing score: 1 where all salient interactions of a sample add up to nothing, 0 where all have one sign',
  'high-order-share':
    'a confusing score: the share of strength in interactions of at least half the players',
  nongeneralizable:
    'the claim’s confusing score: the share of strength in interactions that no reference network has on the sample',
  'confusing samples|confusing set|confusing sets':
    'the samples of highest confusing score of one network, by default a tenth',
  'low layers': 'those from the input up to the cut (model.low); the others are the high layers',
  'low seed|low seeds|high seed|high seeds':
    'the number from which the random weights of the low (high) layers are drawn: same seed, same initial weights',
  'order seed|order seeds': 'the number from which the order of the training samples is drawn',
  'same-low/diff-high|diff-low/same-high|both-diff|pair class|pair classes':
    'pairs of networks by what they share: equal low seeds with different high seeds, the reverse, or neither',
  regime:
    'what networks with the same low seed share: initial weights (init), or layers that another network has trained (trained-frozen, …)',
  'overfitting phase|t*':
    'the part of training from t* on in which the gap between test and training loss grows',
  'share of the variance|shares of the variance|share of variance|shares of variance|low share|high share':
    'how much of the differences between (ranked) scores the low seed, the high seed or the sample accounts for; of the order: how much another order of the data changes at equal initial weights',
  residual:
    'the share of the variance that is left when low seed, high seed, sample and order have theirs',
  margin:
    'of the verdict: the share of the variance, 10% unless set, above which low layers count as deciding; of a sample: the output of its given label minus the largest other one',
  EL2N: 'how far the probabilities that a network gives the labels of a sample are from the given label: the length of their difference, 0 where it is sure of that label',
  GraNd:
    'how much a sample alone would change the last layer in a step of training: the norm of the gradient of its loss',
  'forgetting events|forgetting event':
    'how often a sample is told right at one kept checkpoint and wrong at the next',
  variability:
    'how much the probability of the given label moves from checkpoint to checkpoint: its standard deviation over them',
  Jaccard:
    'samples in both sets over samples in either: 1 for equal sets, 0 for sets that share none',
  chance: 'what two sets of these sizes, drawn at random from the analysed samples, would give',
  'T_low|T_high':
    'mean Jaccard of pairs of networks with the same low (high) seed minus that of pairs with different seeds: above 0 where the seed matters',
  'κ_J|κ':
    'Jaccard corrected for chance: 1 for equal sets, 0 for as many samples in common as by chance',
  'p|p-value|permutation p':
    'how often an effect as large would appear if seeds were shuffled among the networks',
  ICC: 'intraclass correlation of scores under two choices of the analysis: 1 where they agree, 0 where they have nothing in common',
  reliability:
    'the smallest ICC of the scores over the kinds of other choice: threshold τ, tie-break, players, baseline',
  'Spearman ρ|ρ|rank correlation':
    'correlation of ranks: 1 for the same order, 0 for unrelated ones, −1 for the reverse',
  'IoU|IoU of interactions':
    'salient interactions that two networks have in common over those that either has, mean over samples',
  AUC: 'how often a mislabelled sample has a higher score than another one: 1 always, ½ by chance',
  'positive control':
    'a check whose answer is known: samples trained with a wrong label should have high scores (AUC above ½)',
  'tie-break':
    'which of equally sparse decompositions is taken, that of the lowest or of the highest orders; scores are computed at both ends',
  'reference|references|reference networks':
    'a network trained on the test samples alone; interactions that it has too count as generalizable',
  floor: 'similarity of interactions when shuffled among those of their order: what chance gives',
  ceiling: 'similarity of the interactions of one half of the training samples with the other half',
  mirror: 'a regime with the sides exchanged: high layers are shared in the place of low ones',
}).map(([names, meaning]) => {
  const [term, ...forms] = names.split('|')
  return { term, forms, meaning }
})

/** A term as a pattern matches it: whole words only. */
const meanings = new Map(
  glossary.flatMap(({ term, forms = [], meaning }) =>
    [term, ...forms].map((form): [string, string] => [form, meaning]),
  ),
)
const anyTerm = new RegExp(
  `(?<![\\p{L}\\p{N}_-])(${[...meanings.keys()]
    .filter((form) => form !== 'p')
    .sort((a, b) => b.length - a.length)
    .map((form) => form.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&'))
    .join('|')}|p(?= [=<]))(?![\\p{L}\\p{N}_-])`,
  'gu',
)

/**
 * Cuts a text at the terms that the glossary has; of each entry the first occurrence alone carries its meaning, since a
 * text in which every word is marked cannot be read.
 */
export function withMeanings(
  text: string,
): readonly { readonly text: string; readonly meaning?: string }[] {
  const told = new Set<string>()
  return text.split(anyTerm).map((part, index) => {
    const meaning = index % 2 === 1 ? meanings.get(part) : undefined
    if (meaning === undefined || told.has(meaning)) return { text: part }
    told.add(meaning)
    return { text: part, meaning }
  })
}
