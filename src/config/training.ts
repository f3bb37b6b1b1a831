/** `training`: length, optimiser, schedule and checkpoints. */
import { z } from 'zod'
import { limits } from '../core/limits.js'
import { duration, partialShare, positive, positiveDuration, share, whole } from './fields.js'

const lr = positive.default(0.01).describe('Learning rate at the start, after warm-up')
const adamSettings = {
  lr: positive.default(0.001).describe('Learning rate at the start, after warm-up'),
  beta1: partialShare.default(0.9).describe('Decay of the mean of gradients'),
  beta2: partialShare.default(0.999).describe('Decay of the mean of squared gradients'),
  epsilon: positive.default(1e-8).describe('Added to the root of the mean square'),
}

const optimizer = z
  .discriminatedUnion('name', [
    z.strictObject({
      name: z.literal('sgd').default('sgd'),
      lr,
      momentum: partialShare.default(0.9),
      nesterov: z.boolean().default(false),
      weightDecay: z.number().min(0).default(5e-4),
    }),
    z.strictObject({
      name: z.literal('adam'),
      ...adamSettings,
      weightDecay: z.number().min(0).default(0).describe('Added to the gradient'),
    }),
    z.strictObject({
      name: z.literal('adamw'),
      ...adamSettings,
      weightDecay: z.number().min(0).default(0.01).describe('Taken off the weights, times lr'),
    }),
  ])
  .prefault({ name: 'sgd' })

const warmup = duration.prefault('0ep').describe('Linear rise of the learning rate from 0')

const schedule = z
  .discriminatedUnion('name', [
    z.strictObject({
      name: z.literal('exponential').default('exponential'),
      factor: positive
        .max(1)
        .default(0.1)
        .describe('Learning rate at the end over that at the start'),
      warmup,
    }),
    z.strictObject({ name: z.literal('constant'), warmup }),
    z.strictObject({
      name: z.literal('cosine'),
      floor: share.default(0).describe('Learning rate at the end over that at the start'),
      warmup,
    }),
    z.strictObject({
      name: z.literal('step'),
      at: z.array(positiveDuration).min(1).describe('Times at which the rate is multiplied'),
      factor: positive.max(1).default(0.1),
      warmup,
    }),
  ])
  .prefault({ name: 'exponential' })
  .describe('Learning rate over time')

/** Times in a run: log-spaced in log(1 + epoch), at regular distances, or listed. */
const timePoints = z.union([
  z.strictObject({
    logSpaced: whole(2).max(1000).describe('How many, the start and end included'),
  }),
  z.strictObject({ every: positiveDuration.describe('Distance; the start and end are included') }),
  z.strictObject({ steps: z.array(whole(0)).min(1).describe('Optimiser steps; the end is added') }),
])

export const trainingSection = z
  .strictObject({
    epochs: positiveDuration
      .prefault('60ep')
      .describe('Length: epochs as a number or 60ep, or 500it'),
    batchSize: whole(1).max(limits.samples).default(128).describe('Samples a step; at most all'),
    optimizer,
    schedule,
    labelSmoothing: partialShare.default(0),
    augmentation: z
      .enum(['none', 'crop-flip'])
      .default('none')
      .describe('Random shifts by up to 4 pixels and left-right flips, images only'),
    checkpoints: timePoints.prefault({ logSpaced: 12 }).describe('When weights are kept'),
    evaluate: timePoints
      .prefault({ logSpaced: 30 })
      .describe('When loss and accuracy are measured; always at checkpoints too'),
  })
  .prefault({})
  .describe('How every network is trained')

export type TrainingConfig = z.output<typeof trainingSection>
