/** A small made-up study with every table filled, for tests of figures and pages. */
import { stream } from '../../core/random.js'
import { mobius } from '../../interactions/mobius.js'
import { type OrderRow, type OverlapRow, schemaVersion } from '../../tables/tables.js'
import type { ReportStudy, SampleDetail } from '../types.js'

const steps = [0, 10, 100, 1000]
const sampleIds = Array.from({ length: 30 }, (_, index) => index * 7)
const players = 4

/** The grid of all rows that are of one. */
const grid = { architecture: 'mlp-5', regime: 'init', cut: 2, cut_layers: undefined }

const networks = [0, 1].flatMap((low) =>
  [0, 1].map((high) => ({
    id: `net${low}${high}`,
    name: `low${low}-high${high}-order0`,
    low,
    high,
  })),
)

/** The same study at every call. */
export function exampleStudy(): ReportStudy {
  const random = stream(0, 'test', 'example study').at()
  const orders = networks.flatMap(({ id }) =>
    steps.flatMap((step) =>
      ['all', 'confusing', 'other', 'hard', 'easy'].flatMap((group) =>
        ['and', 'or'].flatMap((kind) =>
          Array.from({ length: players }, (_, index): OrderRow => {
            const order = index + 1
            const size = (1 + step / 1000) * random.uniform()
            return {
              network: id,
              step,
              sample_group: group,
              interaction_order: order,
              kind,
              positive: size,
              negative: -size / 2,
              count: 2 * size,
              normalized: 1.5 * size,
              generalizable: (1.5 * size) / order,
              nongeneralizable: 1.5 * size * (1 - 1 / order),
              normalized_generalizable: size / order,
              normalized_nongeneralizable: size * (1 - 1 / order),
            }
          }),
        ),
      ),
    ),
  )
  const samples = networks.flatMap(({ id, name }) =>
    steps.flatMap((step) =>
      sampleIds.map((sample, index) => {
        const score = random.uniform()
        return {
          network: id,
          name,
          step,
          sample,
          label: index % 2,
          given_label: index % 10 === 0 ? 1 - (index % 2) : index % 2,
          prediction: index % 2,
          correct: index % 10 !== 0,
          loss: random.uniform(),
          v_full: 3,
          l1: 10,
          l1_lower_bound: 9.995,
          matching_error: 1e-14,
          converged: true,
          tau: 0.1,
          salient: 9,
          mean_order: 0.5,
          high_order_share: 0.4,
          offsetting: 0.3,
          score,
          score_low: score,
          score_high: Math.min(1, score * 1.1),
        }
      }),
    ),
  )
  const measures = ['score', 'loss', 'loss_early', 'forgetting', 'score_after_difficulty'].flatMap(
    (measure, at) =>
      [
        'low',
        'high',
        'sample',
        'mislabelled_auc',
        measure === 'score' ? 'explained' : 'spearman',
      ].map((statistic, column) => ({
        step: 1000,
        ...grid,
        measure,
        statistic,
        estimate: 0.1 + at / 10 + column / 10,
        ci_low: column < 3 ? at / 10 + column / 10 : undefined,
        ci_high: column < 3 ? 0.2 + at / 10 + column / 10 : undefined,
        p_value: undefined,
        note: undefined,
      })),
  )
  const difficulty = networks.flatMap(({ id, low }) =>
    steps.flatMap((step, at) =>
      sampleIds.map((sample, index) => {
        // The later a sample, the harder it is, and it is learnt but for the last ones.
        const loss = (1 + index / 10) / (1 + at) + low / 10
        return {
          network: id,
          step,
          sample,
          correct: loss < 1,
          loss,
          margin: 1 - loss,
          probability: Math.exp(-loss),
          el2n: 1 - Math.exp(-loss),
          grand: 3 * (1 - Math.exp(-loss)),
          forgetting: 0,
          learned: at > 0 && loss < 1,
          variability: at > 1 ? 0.1 : undefined,
        }
      }),
    ),
  )
  return {
    name: 'example',
    tables: {
      networks: networks.map(({ id, name, low, high }) => ({
        network: id,
        name,
        architecture: 'mlp-5',
        regime: 'init',
        seed_low: low,
        seed_high: high,
        seed_order: 0,
        derived_from: undefined,
        rerandomized: undefined,
        low_layers: 'fc1+fc2',
        parameters: 1234,
        low_parameters: 400,
        train_accuracy: 0.99,
        test_accuracy: 0.9,
        reliability: 0.8,
        standing_out: 2,
        reliability_kind: 'salience',
        mislabelled_auc: 0.7,
        hard_jaccard: 0.3,
        easy_jaccard: 0,
        chance_jaccard: 0.05,
        phase_boundary_step: 90,
        phase_boundary_low: 40,
        phase_boundary_high: 200,
        status: 'done',
        reason: undefined,
      })),
      curves: networks.flatMap(({ id }) =>
        steps.flatMap((step) =>
          ['train', 'test'].flatMap((split) =>
            ['loss', 'accuracy'].map((metric) => ({
              network: id,
              step,
              epoch: step / 10,
              phase: step > 90 ? 'overfitting' : 'learning',
              split,
              metric,
              value:
                metric === 'loss'
                  ? 1 / (1 + step) + (split === 'test' ? step / 2000 : 0)
                  : 0.8 + random.uniform() / 10,
            })),
          ),
        ),
      ),
      samples,
      orders,
      references: [1, 2, 3].map((index) => ({
        network: `ref${index}`,
        name: `reference-${index}`,
        architecture: 'mlp-5',
        trained_on: 'test',
        seed: 2 ** 32 + index,
        steps: 500,
        accuracy_on_test_samples: 1,
        accuracy_on_training_samples: 0.8,
        status: index === 3 ? 'failed' : 'done',
        reason: index === 3 ? 'train failed: the loss became NaN' : undefined,
      })),
      agreement: networks.flatMap(({ id }, index) =>
        steps.flatMap((step) =>
          [1, 2, 3].map((references) => ({
            network: id,
            step,
            references_asked: references,
            share_any: 0.6 + references / 10 + index / 100,
            share_majority: 0.6 + index / 100,
            share_all: 0.6 - references / 10 + index / 100,
            expected_any: 0.1 * references,
            expected_majority: 0.1,
            expected_all: 0.1 ** references,
          })),
        ),
      ),
      generalization: networks.flatMap(({ id }) =>
        steps.flatMap((step) =>
          Array.from({ length: players }, (_, index) => ({
            network: id,
            step,
            interaction_order: index + 1,
            similarity: 0.8 / (index + 1),
            matched: 0.6 / (index + 1),
            ceiling: 0.7 / (index + 1),
            floor: 0.1 / (index + 1),
          })),
        ),
      ),
      confusing: networks.flatMap(({ id, name, low }) =>
        Array.from({ length: 3 }, (_, index) => ({
          network: id,
          name,
          step: 1000,
          rule: 'top',
          sample: sampleIds[low * 2 + index],
          rank: index + 1,
          score: 0.9 - index / 10,
          undetermined: index === 2,
        })),
      ),
      overlaps: pairs(),
      pairClasses: [
        {
          step: 1000,
          ...grid,
          relation: 'same-low/diff-high',
          accuracy: 'all',
          statistic: 'jaccard',
          pairs: 2,
          mean: 0.4,
          ci_low: undefined,
          ci_high: undefined,
        },
      ],
      effects: [
        ...['low', 'high', 'low−high', 'sample', 'residual'].map((effect, index) => ({
          step: 1000,
          ...grid,
          effect,
          estimate: 0.4 - index / 10,
          ci_low: 0.2 - index / 10,
          ci_high: 0.5 - index / 10,
          p_value: undefined,
          note: undefined,
        })),
        ...['T_low', 'T_high'].map((effect, index) => ({
          step: 1000,
          ...grid,
          effect,
          estimate: 0.3 - index / 10,
          ci_low: undefined,
          ci_high: undefined,
          p_value: 0.03,
          note: undefined,
        })),
      ],
      measures,
      difficulty,
    },
    verdict: {
      verdict: 'inconclusive',
      asked:
        'whether initial low-layer weights decide which of 20 samples are confusing: 4 networks, 2 draws of the low layers × 2 of the high ones',
      sentence:
        'inconclusive: it is open whether initial low-layer weights decide which samples are confusing. Two networks with the same low layers have 40% of their confusing samples in common, two with other low and high layers 20%, and chance alone gives 10%.',
      certainty: 'Open: (ii) p = 0.5: a 2 × 2 grid gives no p below 0.5.',
      next: {
        reason: '4 × 4 seeds decide in 90% of simulated studies',
        set: ['networks.grid.low=[0,1,2,3]', 'networks.grid.high=[0,1,2,3]'],
      },
      clauses: [
        {
          id: 'i',
          text: 'most networks have an overfitting phase',
          status: 'holds',
          figures: { networks: 4, overfitting: 4 },
          reason: '4 of 4 networks have an overfitting phase',
        },
        {
          id: 'ii',
          text: 'the effect of the low seeds on the scores is real: permutation p < 0.05',
          status: 'undecided',
          figures: { p: 0.5 },
          reason: 'p = 0.5: a 2 × 2 grid gives no p below 0.5',
        },
        {
          id: 'vi',
          text: 'the positive control: mislabelled samples have high scores, AUC > ½ with p < 0.05',
          status: 'not-tested',
          figures: { mislabelled: 0 },
          reason: 'not tested: no analysed sample is known to be mislabelled',
        },
      ],
      sets: {
        id: 'sets',
        text: 'networks that share low seeds share more of their confusing sets',
        status: 'undecided',
        figures: { T_low: 0.3, p: 0.5 },
        reason: 'T_low = 0.3, p = 0.5',
      },
      fullyDifferent: {
        id: 'fully-different',
        text: 'κ_J lies within ±0.1',
        status: 'fails',
        figures: { kappa: 0.2 },
        reason: 'κ_J = 0.2 [0.15, 0.3]',
      },
      grid: { architecture: 'mlp-5', regime: 'init', cut: 2 },
      others: [],
      mirrors: [],
      acrossArchitectures: [],
      warnings: ['1 of 6 pairs differ in test accuracy by more than 2 points'],
    },
    manifest: {
      complete: true,
      id: 'abc',
      study: 'example',
      schemaVersion,
      comparisonVersion: 1,
      lowlayer: '0.1.0',
      data: {},
      config: { study: 'example', training: { epochs: '60ep', batchSize: 64 } },
      provenance: { 'training.batchSize': 'lab', 'training.epochs': 'ours' },
      failed: {},
      lacking: {},
    },
    details: networks.slice(0, 2).flatMap(({ id }) => [0, 1, 2].map((index) => detail(id, index))),
    multiverse: ['offset-complexity', 'cancellation'].flatMap((score, first) =>
      [0.5, 1, 2].flatMap((tau, second) =>
        ['top', 'mad'].map((set) => {
          const share = 0.3 - 0.2 * first + 0.02 * second
          return {
            ...grid,
            players: 'main',
            baseline: 'mean',
            tau_factor: tau,
            score,
            set_rule: set,
            own: first === 0 && tau === 1 && set === 'top',
            low_share: share,
            ci_low: share - 0.1,
            ci_high: share + 0.1,
            p_value: 0.03,
            t_low: 0.1,
            t_low_p: 0.04,
            verdict: first === 0 ? 'decides' : 'inconclusive',
            spearman: 1 - first / 2,
            jaccard: 0.5,
            note: undefined,
          }
        }),
      ),
    ),
    problems: [],
  }
}

interface Seeds {
  readonly low: number
  readonly high: number
}

/** The pair class of two networks of a grid. */
export function relationOf(a: Seeds, b: Seeds): string {
  if (a.low === b.low) return 'same-low/diff-high'
  return a.high === b.high ? 'diff-low/same-high' : 'both-diff'
}

function pairs(): OverlapRow[] {
  return networks.flatMap((b, second) =>
    networks.slice(0, second).map((a) => {
      const relation = relationOf(a, b)
      const jaccard = a.low === b.low ? 1 : 0.2
      return {
        network_a: a.id,
        name_a: a.name,
        network_b: b.id,
        name_b: b.name,
        relation,
        cut: 2,
        cut_layers: undefined,
        step: 1000,
        size_a: 3,
        size_b: 3,
        shared: a.low === b.low ? 3 : 1,
        jaccard,
        expected_jaccard: 0.05,
        overlap_coefficient: a.low === b.low ? 1 : 1 / 3,
        kappa: (jaccard - 0.05) / 0.95,
        p_value: 0.01,
        spearman: jaccard,
        accuracy_gap: 0.01,
        similar_accuracy: true,
        transfer: jaccard,
        expected_transfer: 0.05,
        transfer_unsigned: jaccard,
        iou: jaccard,
        expected_transfer_unsigned: 0.1,
      }
    }),
  )
}

function detail(network: string, index: number): SampleDetail {
  const values = Float64Array.from(
    { length: 2 ** players },
    (_, mask) => (mask & 1 && mask & 2 ? 2 : 0) + (mask & 4 ? 1 : 0) - (mask === 15 ? 1.5 : 0),
  )
  const and = Float64Array.from(values)
  mobius(and)
  const state = (step: number) => ({
    step,
    values,
    and,
    or: new Float64Array(and.length),
    tau: 0.1,
  })
  const side = 8
  const image = index !== 1
  return {
    network,
    sample: index * 7,
    label: 'zero',
    givenLabel: index === 0 ? 'one' : 'zero',
    prediction: 'zero',
    score: 0.9 - index / 4,
    rank: index + 1,
    confusing: index < 2,
    confusingIn: index < 2 ? [network] : [],
    n: players,
    playerNames: ['a', 'b', 'c', 'd'],
    drawing: image
      ? {
          kind: 'image',
          width: side,
          height: side,
          pixels: Uint8Array.from({ length: side * side * 3 }, (_, at) => (at * 7) % 256),
          players: Int32Array.from(
            { length: side * side },
            (_, at) => Math.floor(at / 32) * 2 + ((at % 8) >> 2),
          ),
        }
      : {
          kind: 'board',
          cells: Array.from({ length: 9 }, (_, cell) => ({
            name: `cell ${cell}`,
            value: 'xo '[cell % 3],
            player: cell < players ? cell : -1,
          })),
        },
    states: [state(100), state(1000)],
  }
}
