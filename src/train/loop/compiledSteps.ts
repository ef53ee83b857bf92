/** The compiled steps of a model, kept from one `fit` to the next. Owns what they captured. */
import type { Strategy } from '../../strategy/index.ts';
import type { ModelInternals } from '../models/internals.ts';
import { makePredictStep, makeTestStep, type PredictStep, type TestStep } from './testStep.ts';
import { makeTrainStep, type TrainStep } from './trainStep.ts';

export class CompiledSteps {
  readonly model: ModelInternals;
  readonly strategy: Strategy;
  readonly #optimizer: unknown;
  /** By the replica's share of the batch, which the step holds as a constant. */
  readonly #train = new Map<number, TrainStep>();
  #test: TestStep | undefined;
  #predict: PredictStep | undefined;

  constructor(model: ModelInternals, strategy: Strategy) {
    this.model = model;
    this.strategy = strategy;
    this.#optimizer = model.optimizer_;
  }

  /** Whether the steps are those of `model` with its present optimizer, under `strategy`. */
  fits(model: ModelInternals, strategy: Strategy): boolean {
    return model === this.model && model.optimizer_ === this.#optimizer && strategy === this.strategy;
  }

  train(weight: number): TrainStep {
    let step = this.#train.get(weight);
    if (step === undefined) {
      step = makeTrainStep(this.model, this.strategy, weight);
      this.#train.set(weight, step);
    }
    return step;
  }

  get test(): TestStep {
    return (this.#test ??= makeTestStep(this.model, this.strategy));
  }

  get predict(): PredictStep {
    return (this.#predict ??= makePredictStep(this.model, this.strategy));
  }

  dispose(): void {
    for (const step of this.#train.values()) step.dispose();
    this.#train.clear();
    this.#test?.dispose();
    this.#test = undefined;
    this.#predict?.dispose();
    this.#predict = undefined;
  }
}
