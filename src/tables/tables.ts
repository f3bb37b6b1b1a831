/** Every table of a study. A column never changes meaning without a new {@link schemaVersion}. */
import { boolean, integer, number, type Row, table, text } from './table.js'

export const schemaVersion = 3

const network = text('Id of the network (the name of its folder below results/networks).')
const name = text('Name of the network in this study.')
const step = integer('Optimiser steps done at this checkpoint.')
const cutLayers = text('Names of these low layers, joined by +, where they are not the first ones.')
const gridColumns = {
  architecture: text('Architecture of the grid.'),
  regime: text('Regime of the grid.'),
  cut: integer('Number of low layers.'),
  cut_layers: cutLayers,
}
const comparedStep = integer(
  'Step of the checkpoint compared, the last one; empty where the networks end at different ones.',
)
const upperEnd = number('Upper end of that interval.')
const sample = integer('Position of the sample in its source, from 0.')

export const networksTable = table(
  'networks',
  'One row per network. A network that the study has under two names, because it is cut in two places or given twice, has a row for each name, both with its id; the other tables have its rows once.',
  {
    network,
    name,
    architecture: text('Architecture; onnx where a network from elsewhere does not say it.'),
    regime: text(
      'How low and high layers were re-randomised, frozen or trained; empty where seeds are not known.',
    ),
    seed_low: integer(
      'Seed of the initial weights of the low layers; empty where it is not known.',
    ),
    seed_high: integer('Seed of the initial weights of the high layers.'),
    seed_order: integer(
      'Seed of the order of the training samples; 0 where a network from elsewhere does not say it.',
    ),
    derived_from: text('Id of the network that this one was derived from.'),
    rerandomized: text('Layers drawn anew with respect to `derived_from`, joined by +.'),
    low_layers: text('Layers below the cut, joined by +.'),
    parameters: integer(
      'Number of weights and biases, of frozen layers too; running means and variances are none.',
    ),
    low_parameters: integer('Those of the low layers.'),
    train_accuracy: number('Accuracy on the training subset at the end, against the given labels.'),
    test_accuracy: number('Accuracy on the test subset at the end.'),
    phase_boundary_step: integer(
      't*, the last step of the learning phase, after which the overfitting phase is; empty: none found.',
    ),
    phase_boundary_low: integer('Lower end of its bootstrap interval (detector hinge), steps.'),
    phase_boundary_high: integer('Upper end of that interval, steps.'),
    reliability: number(
      'Smallest ICC(3,1) of the scores over the kinds of other choice that were measured: τ, tie-break, players, baseline.',
    ),
    reliability_kind: text(
      'The other choice that has this smallest ICC: salience (τ), tie-break, players or baseline.',
    ),
    mislabelled_auc: number('AUC of the scores for mislabelled samples: a positive control.'),
    standing_out: integer(
      'Samples whose score stands out from the others by the rule mad (confusing.csv has which).',
    ),
    hard_jaccard: number(
      'Jaccard of the confusing set with the samples of largest loss at the analysed checkpoint after step 0 nearest to t*, without t* to the middle of training (of equally near ones the earlier).',
    ),
    easy_jaccard: number('The same with the samples of smallest loss there.'),
    chance_jaccard: number('What either is expected to be for independent sets of these sizes.'),
    status: text('done or failed.'),
    reason: text('Why the network failed; empty when done.'),
  },
)

export const playersTable = table(
  'players',
  'What bit i of a coalition stands for: the players of all samples, or those of each text (none where analysis.samples.filter chooses the texts).',
  {
    choice: text('main; or players, the other choice of confusing.reliability.players.'),
    player: integer('Bit of the player in coalitions, from 0.'),
    name: text('What figures call it: r1c2 is the cell of row 1 and column 2 of the grid, from 0.'),
    number: integer(
      'Its number among the cells or features that could be players, as analysis.players.list takes it; of a word its place in the text, from 0, or its number in word_ids. Empty: segments.',
    ),
    split: text('train or test, of a text. Empty: the players of all samples.'),
    sample: integer('The text whose players these are. Empty: the players of all samples.'),
  },
)

export const classesTable = table('classes', 'What the classes are called.', {
  class: integer('Number of the class: label, given_label and prediction of samples.csv.'),
  name: text('Its name in the data; of a language model the id of the token.'),
})

export const curvesTable = table('curves', 'Losses and accuracies while training.', {
  network,
  step,
  epoch: number('Epochs done at this step.'),
  phase: text('learning or overfitting; all learning when there is no overfitting phase.'),
  split: text('train or test.'),
  metric: text(
    'loss (mean cross-entropy, nats), accuracy, or loss_true_labels: that of the training samples whose label the label noise left as it was, where the phases take it.',
  ),
  value: number(
    'Value of the metric, in evaluation mode, on the fixed subset. Empty where a test loss overflowed.',
  ),
})

export const samplesTable = table(
  'samples',
  'One row per network, checkpoint and analysed sample.',
  {
    network,
    name,
    step,
    sample,
    label: integer('True label.'),
    given_label: integer('Label that training saw (differs from label for mislabelled samples).'),
    prediction: integer(
      'Predicted class on the unmasked sample; −1 where it is none of the data. Empty: not told (values of another tool).',
    ),
    correct: boolean('prediction = given_label.'),
    loss: number(
      'Cross-entropy of the unmasked sample against the given label, nats. Where a model from elsewhere gives a ' +
        'probability of 0, that of the smallest float32, 2^−149: 103.3.',
    ),
    v_full: number('v(N), the scalar output on the unmasked sample.'),
    l1: number('Σ|I| over all interactions.'),
    l1_lower_bound: number('Dual lower bound on the smallest possible l1.'),
    matching_error: number('Universal matching: max_S |h(S) − (v + q)(S)|.'),
    converged: boolean('Whether the solver reached the duality gap that was asked for.'),
    tau: number('Salience threshold τ.'),
    salient: integer('Number of salient interactions of order ≥ 1.'),
    mean_order: number('Mean order of salient strength, divided by n.'),
    high_order_share: number('Share of salient strength at orders ≥ n/2.'),
    offsetting: number(
      'Σ_k 2 min(A⁺_k, A⁻_k) / A: how much positive and negative strength cancel.',
    ),
    score: number(
      'Confusing score at this checkpoint; with confusing.phase: delta, at the last one, its growth since t*.',
    ),
    score_low: number(
      'Confusing score at the low-order end of the L1-optimal decompositions; at the last step alone.',
    ),
    score_high: number('Confusing score at the high-order end; at the last step alone.'),
  },
)

export const ordersTable = table(
  'orders',
  'Mean salient strength by order of a group of samples.',
  {
    network,
    step,
    sample_group: text(
      'all, confusing, other, hard or easy (largest and smallest loss at the analysed checkpoint after step 0 nearest to t*, without t* to the middle of training).',
    ),
    interaction_order: integer('Order |T| of the interactions.'),
    kind: text('`and` or `or`; orders 0 and 1 stand under `and`.'),
    positive: number('Mean over samples of the sum of positive salient interactions.'),
    negative: number('Mean over samples of the sum of negative salient interactions (≤ 0).'),
    count: number('Mean number of salient interactions per sample.'),
    normalized: number(
      '(positive − negative) / Z, Z the mean over orders 1 to n of that strength of both kinds together (arXiv 2407.19198). Empty where nothing is salient.',
    ),
    generalizable: number(
      'Mean over samples of Σ|I_T| over the salient interactions that reference networks have too, as confusing.references says. Empty without references.',
    ),
    nongeneralizable: number('The same over the other salient interactions.'),
    normalized_generalizable: number(
      'generalizable / its own mean over orders, of both kinds together: the shape of its distribution.',
    ),
    normalized_nongeneralizable: number('nongeneralizable / its own mean over orders likewise.'),
  },
)

export const agreementTable = table(
  'agreement',
  'Share of salient strength that is generalizable, against the number of reference networks asked.',
  {
    network,
    step,
    references_asked: integer(
      'Number of references asked; the shares are means over all choices of that many.',
    ),
    share_any: number('Mean over samples of the share that is salient in at least one of them.'),
    share_majority: number('The same in more than half of them.'),
    share_all: number('The same in all of them.'),
    expected_any: number(
      'What `share_any` is expected to be if every reference had as many salient interactions of each kind and order, drawn at random (with confusing.references.sign: same half of them of the same sign).',
    ),
    expected_majority: number('The same for `share_majority`.'),
    expected_all: number('The same for `share_all`.'),
  },
)

export const referencesTable = table(
  'references',
  'Reference networks: no members of the study; they say which interactions are generalizable.',
  {
    network: text('Id of the reference (the name of its folder below results/networks).'),
    name: text('Its name in this study.'),
    architecture: text('Architecture: it serves the networks of the same one.'),
    trained_on: text(
      'test: on the test samples of the study alone, with their own labels; empty: from elsewhere, not known.',
    ),
    seed: integer('Seed of its weights and order of samples; empty for those from elsewhere.'),
    steps: integer('Optimiser steps at the end, the checkpoint that is used.'),
    accuracy_on_test_samples: number(
      'Accuracy at the end on the test samples of the study: those that a reference was trained on where trained_on is test.',
    ),
    accuracy_on_training_samples: number(
      'Accuracy at the end on the training samples of the study, unseen by a reference where trained_on is test; there against labels from before label noise, else against the given ones.',
    ),
    status: text('done or failed.'),
    reason: text('Why the reference failed; empty when done.'),
  },
)

export const generalizationTable = table(
  'generalization',
  'Similarity of the interactions of training and test samples, by order.',
  {
    network,
    step,
    interaction_order: integer('Order of the interactions.'),
    similarity: number(
      'Mean over classes (given labels) of Sim(train mean, test mean), the means over equally many samples of a class on both sides, drawn 20 times.',
    ),
    matched: number(
      'The same, from as few samples on each side as the halves of which ceiling is the similarity: compare it with ceiling.',
    ),
    ceiling: number('The same between two halves of the training samples.'),
    floor: number(
      'similarity after shuffling the interactions within the order; empty at order n, which has one alone.',
    ),
  },
)

export const confusingTable = table(
  'confusing',
  'The confusing samples of each network, among all samples that it was analysed on.',
  {
    network,
    name,
    step,
    rule: text('Set rule: top, mad, absolute or otsu.'),
    sample,
    rank: integer('Rank of the score among the analysed samples, from 1.'),
    score: number('Confusing score.'),
    undetermined: boolean(
      'Whether the other end of the L1-optimal decompositions drops the sample, or only a tie put it in.',
    ),
  },
)

export const overlapsTable = table(
  'overlaps',
  'Overlap of the confusing sets of two networks, each chosen among the samples that all networks were analysed on: with analysis.samples.filter: correct fewer than those that confusing.csv chooses from.',
  {
    network_a: text('Id of the first network.'),
    name_a: text('Its name in this study.'),
    network_b: text('Id of the second network.'),
    name_b: text('Its name in this study.'),
    relation: text(
      'What the two share: identical, order-only, same-low/diff-high, diff-low/same-high, both-diff; of two architectures same-low/diff-arch or diff-low/diff-arch; of two cuts different-cut; other-model where the seeds of one are not known. +order and +regime are appended where these differ too.',
    ),
    cut: integer('Number of low layers to which the relation refers; empty where they differ.'),
    cut_layers: cutLayers,
    step: comparedStep,
    size_a: integer('Size of the confusing set of a.'),
    size_b: integer('Size of the confusing set of b.'),
    shared: integer('Samples in both sets.'),
    jaccard: number(
      '|A∩B| / |A∪B|. From here to p_value all is empty where one of the sets is, and so spearman where the scores of one are all the same.',
    ),
    expected_jaccard: number('Its expectation for independent sets of these sizes.'),
    overlap_coefficient: number('|A∩B| / min(|A|, |B|).'),
    kappa: number('(jaccard − expected) / (1 − expected).'),
    p_value: number('P(shared or more) for independent sets (hypergeometric).'),
    spearman: number('Rank correlation of the scores over all samples.'),
    accuracy_gap: number('|difference of the test accuracies|.'),
    similar_accuracy: boolean('Whether that gap is within comparison.accuracyTolerance.'),
    transfer: number(
      'Share of salient interactions (kind, set, sign) that one network shares with the other, mean over samples and both directions.',
    ),
    expected_transfer: number('Its expectation for as many interactions drawn at random.'),
    transfer_unsigned: number('transfer without regard to sign: by kind and set alone.'),
    expected_transfer_unsigned: number('Its expectation for as many interactions drawn at random.'),
    iou: number(
      'Intersection over union of the salient interactions (kind, set, sign) of the two networks, mean over the samples that both have.',
    ),
  },
)

export const pairClassesTable = table(
  'pair_classes',
  'Means of the figures of overlaps.csv over the pairs of each class.',
  {
    step: comparedStep,
    architecture: text('Architecture of both networks; of two different ones both, joined by +.'),
    regime: text('Regime, likewise.'),
    cut: integer('Number of low layers to which the relation refers; empty where they differ.'),
    cut_layers: cutLayers,
    relation: text('What the two networks share, as in overlaps.csv.'),
    accuracy: text('all pairs, or those of similar test accuracy (similar_accuracy).'),
    statistic: text('The column of overlaps.csv.'),
    pairs: integer('Number of pairs that have it.'),
    mean: number('Mean over these pairs.'),
    ci_low: number(
      'Lower end of its interval by jackknife over seeds, of this panel; empty for fewer than three low or high seeds, and where leaving any of them out changes nothing (of expected_jaccard, which sizes of sets may fix, both ends are the mean then). Wide as a rule: docs/method.md has its coverage.',
    ),
    ci_high: upperEnd,
  },
)

export const effectsTable = table('effects', 'What decides the confusing scores.', {
  step: comparedStep,
  ...gridColumns,
  effect: text(
    'low, high, low−high, sample, order or residual: shares of the variance of the ranked scores (order: what networks of equal initial weights differ in, by the order of the data alone or by order and weights together); T_low or T_high: contrasts of the mean Jaccard of confusing sets.',
  ),
  estimate: number('Share, difference of shares, or contrast.'),
  ci_low: number('Lower end of the interval over seeds, of shares (comparison.alpha).'),
  ci_high: upperEnd,
  p_value: number('p-value of the permutation test of networks, of low, high, T_low and T_high.'),
  note: text('What limits the figure, if anything.'),
})

export const measuresTable = table(
  'measures',
  'Is it just difficulty? The score, measures of difficulty, and the score with these taken out, each in the place of the score.',
  {
    step,
    ...gridColumns,
    measure: text(
      'score; loss, margin (negated), el2n or grand at the end or, with _early, at the kept checkpoint after step 0 nearest to t* (without t* to the middle of training); forgetting (never learned: most) or variability over all kept checkpoints; score_after_difficulty: residuals of the ranks of the score, regressed on the ranks of all of these within each network.',
    ),
    statistic: text(
      'An effect of effects.csv (share or contrast), mislabelled_auc (AUC for mislabelled samples), spearman (rank correlation with the score), partial (that correlation given the ranks of all other measures, of which those of equal ranks are none, as of two classes loss, margin and EL2N are; no row where the others tell the measure whole), or explained (of the score: adjusted R² of its ranks on those of all measures).',
    ),
    estimate: number('Its value; of the last four the mean over the networks of the grid.'),
    ci_low: number('Lower end of its interval, as in effects.csv.'),
    ci_high: upperEnd,
    p_value: number('p-value of the permutation test.'),
    note: text('What limits the figure, if anything.'),
  },
)

export const subgroupsTable = table(
  'subgroups',
  'What decides the scores on parts of the panel, with confusing sets chosen among them, and for pairs of networks of similar accuracy.',
  {
    grouping: text('class (given label), split or accuracy.'),
    subgroup: text(
      'Number of the class; train or test; all pairs, or those of similar test accuracy.',
    ),
    samples: integer(
      'Samples of the group; of the other split those of classes that the analysed one has.',
    ),
    pairs: integer('By accuracy: pairs of networks of one order of the data.'),
    step: comparedStep,
    ...gridColumns,
    effect: text(
      'As in effects.csv. By accuracy shares are those of rank correlations: low = mean ρ(same low) − mean ρ(both different), sample = mean ρ(both different).',
    ),
    estimate: number('Variance share, or test statistic. Empty for groups that are left out.'),
    ci_low: number(
      'Lower end of its interval, as in effects.csv; by accuracy by leaving out seeds, of this panel: docs/method.md has its coverage.',
    ),
    ci_high: upperEnd,
    p_value: number('p-value of the permutation test.'),
    note: text('What limits the figure, or why the group is left out.'),
  },
)

export const multiverseTable = table(
  'multiverse',
  'What the study would have said of the scores of the last checkpoint under every combination of choices that the stored interactions allow.',
  {
    ...gridColumns,
    players: text('main, or other: those of confusing.reliability.players.'),
    baseline: text('What masked players are replaced by.'),
    tau_factor: number('Factor of the salience threshold τ.'),
    score: text('Confusing score; (global) where offsetting is looked for across orders.'),
    set_rule: text('Set rule; it moves T_low alone.'),
    own: boolean('Whether all choices are those of the study.'),
    low_share: number('Share of the variance of the scores that low seeds decide.'),
    ci_low: number('Lower end of its interval over seeds.'),
    ci_high: upperEnd,
    p_value: number('p-value of its permutation test.'),
    t_low: number('T_low of the sets: contrast of mean Jaccard.'),
    t_low_p: number('p-value of its permutation test.'),
    verdict: text('What the study would have said: decides, real-but-small, absent, inconclusive.'),
    spearman: number('Rank correlation of the scores with those of the study, mean over networks.'),
    jaccard: number('Jaccard of the confusing sets with those of the study, mean over networks.'),
    note: text('Networks that the row is without, whose scores tell no sample from another.'),
  },
)

export const membershipsTable = table(
  'memberships',
  'Which samples are confusing for exactly which networks, among the samples that all were analysed on: one row per combination of networks.',
  {
    networks: text('Ids of the networks, joined by +.'),
    names: text('Their names in this study, joined by +.'),
    count: integer('Number of samples.'),
    samples: text('The samples, joined by +.'),
  },
)

export const difficultyTable = table(
  'difficulty',
  'How hard each analysed sample was at every kept checkpoint, analysed or not, against its given label. No rows of networks that are given as values of another tool.',
  {
    network,
    step,
    sample,
    correct: boolean('Whether the given label was predicted.'),
    loss: number(
      'Cross-entropy, nats: that of samples.csv up to rounding, from a forward pass of its own.',
    ),
    margin: number(
      'Logit of the given label minus the largest other one; below 0: another class is predicted.',
    ),
    probability: number('Probability p_y of the given label.'),
    el2n: number('EL2N: ‖p − onehot(y)‖₂ (Paul et al. 2021).'),
    grand: number(
      'GraNd of the last layer: norm of the gradient of the loss with respect to its weights and bias. Empty where the network has no last linear layer that could be told.',
    ),
    forgetting: integer(
      'Forgetting events so far: correct at one kept checkpoint, wrong at the next (Toneva et al. 2019); none between checkpoints is seen, and step 0 does not count.',
    ),
    learned: boolean('Whether any checkpoint so far, after step 0, was correct.'),
    variability: number(
      'Standard deviation of p_y over the checkpoints so far, without step 0 (Swayamdipta et al. 2020). Empty for fewer than two.',
    ),
  },
)

export const studyTables = [
  networksTable,
  playersTable,
  classesTable,
  curvesTable,
  samplesTable,
  ordersTable,
  agreementTable,
  referencesTable,
  generalizationTable,
  confusingTable,
  overlapsTable,
  effectsTable,
  multiverseTable,
  membershipsTable,
  difficultyTable,
  measuresTable,
  pairClassesTable,
  subgroupsTable,
] as const

export type NetworkRow = Row<typeof networksTable>
export type ClassRow = Row<typeof classesTable>
export type PlayerRow = Row<typeof playersTable>
export type CurveRow = Row<typeof curvesTable>
export type SampleRow = Row<typeof samplesTable>
export type OrderRow = Row<typeof ordersTable>
export type AgreementRow = Row<typeof agreementTable>
export type ReferenceRow = Row<typeof referencesTable>
export type GeneralizationRow = Row<typeof generalizationTable>
export type ConfusingRow = Row<typeof confusingTable>
export type OverlapRow = Row<typeof overlapsTable>
export type EffectRow = Row<typeof effectsTable>
export type MultiverseRow = Row<typeof multiverseTable>
export type DifficultyRow = Row<typeof difficultyTable>
export type MeasureRow = Row<typeof measuresTable>
export type PairClassRow = Row<typeof pairClassesTable>
export type SubgroupRow = Row<typeof subgroupsTable>
export type MembershipRow = Row<typeof membershipsTable>
