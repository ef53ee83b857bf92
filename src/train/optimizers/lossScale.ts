/** Loss scaling: gradients of float16 that would be too small to hold are computed of a loss that is much larger. */
import {
  div,
  mul,
  serialization,
  tidy,
  type NamedTensorMap,
  type Optimizer,
  type Scalar,
  type Tensor,
  type Variable,
} from '@tensorflow/tfjs-core';
import { InternalError, UserError } from '../../base/errors.ts';
import { op, resourceOf, scoped, toValue, withDtype } from '../../backend/index.ts';
import { ints, scalar } from '../../backend/kernel.ts';
import { applyReduced, inReplica, replicaContext, type ReplicaContext } from '../../strategy/replica.ts';
import type { Value } from '../../tensor/index.ts';
import { updateOnlyWhere } from './accumulateGradients.ts';
import { DynamicScale } from './dynamicScale.ts';
import { FusedOptimizer, type OptimizerVariable } from './fusedOptimizer.ts';
import { byName, registeredVariable, withoutMissing } from './namedGradients.ts';
import type { Settings } from './options.ts';
import type { NamedTensor } from './slots.ts';

/** What a `LossScaleOptimizer` can be told. Everything else is an option of the optimizer inside. */
export interface LossScaleOptions {
  /** The first scale. Default 2 to the power of 15. */
  readonly initialScale?: number;
  /** Number of steps with finite gradients, one after the other, after which the scale is doubled. Default 2000. */
  readonly dynamicGrowthSteps?: number;
}

type LossScaleSettings = Required<LossScaleOptions>;

interface Config extends LossScaleSettings {
  readonly innerOptimizer: { readonly className: string; readonly config: serialization.ConfigDict };
}

const optionNames = ['initialScale', 'dynamicGrowthSteps'];

/**
 * As `keras.optimizers.LossScaleOptimizer`: multiplies the loss by a scale and divides the gradients by it. A step whose
 * gradients are not all finite is left out, and the scale is halved.
 *
 * With several replicas the gradients are judged after they have been reduced, so that all decide alike.
 */
export class LossScaleOptimizer extends FusedOptimizer<LossScaleSettings> {
  static readonly className: string = 'LossScaleOptimizer';
  static readonly defaults: Settings<LossScaleSettings> = {
    learningRate: 0,
    initialScale: 2 ** 15,
    dynamicGrowthSteps: 2000,
  };
  /** Takes the steps. */
  readonly innerOptimizer: FusedOptimizer;
  readonly #scale: DynamicScale;

  /** @throws UserError `TFD_OPTIMIZER_OPTION` for an option that is not its own, or a value out of range. */
  constructor(innerOptimizer: FusedOptimizer, options: LossScaleOptions = {}) {
    const wrong = Object.keys(options).find((name) => !optionNames.includes(name));
    if (wrong !== undefined)
      throw wrongOption(`The options of LossScaleOptimizer are ${optionNames.join(', ')}.`, wrong);
    const { dynamicGrowthSteps: numSteps = 1 } = options;
    if (!(Number.isInteger(numSteps) && numSteps > 0)) {
      throw wrongOption('dynamicGrowthSteps of LossScaleOptimizer is a whole number, at least 1.', String(numSteps));
    }
    super(options);
    this.innerOptimizer = innerOptimizer;
    this.#scale = new DynamicScale(this.settings.initialScale, this.settings.dynamicGrowthSteps);
  }

  /** The present scale. */
  get dynamicScale(): number {
    return this.#scale.value;
  }

  /** `loss`, a scalar, times the scale, as float32: for gradients that are not taken by `computeGradients`. */
  scaleLoss(loss: Tensor): Scalar {
    return tidy(() => mul<Scalar>(withDtype(loss, 'float32'), this.#scale.tensor()));
  }

  /** The loss, and the gradients of the scaled loss, which `applyGradients` takes. */
  override computeGradients(loss: () => Scalar, variables?: Variable[]): ReturnType<Optimizer['computeGradients']> {
    const { value, grads } = super.computeGradients(() => this.scaleLoss(loss()), variables);
    // Without rounding, as long as the scale is a power of 2.
    const unscaled = tidy(() => div<Scalar>(value, this.#scale.tensor()));
    value.dispose();
    return { value: unscaled, grads };
  }

  override applyGradients(gradients: NamedTensorMap | NamedTensor[]): void {
    tidy(() => {
      const listed = byName(gradients);
      const variables = Object.keys(listed).map(registeredVariable);
      this.innerOptimizer.build(variables);
      const named = withoutMissing(listed);
      applyReduced(named, (reduced) => {
        this.#applyUnlessInfinite(variables, listed, reduced);
      });
    });
  }

  override finalizeVariableValues(variables?: readonly Variable[]): void {
    this.innerOptimizer.finalizeVariableValues(variables);
  }

  override build(variables: readonly Variable[]): void {
    this.innerOptimizer.build(variables);
  }

  /** Those of the optimizer inside, `dynamic_scale` and `step_counter`. */
  override variables(nameOf?: (variable: Variable) => string): OptimizerVariable[] {
    return [...this.#scale.variables(), ...this.innerOptimizer.variables(nameOf)];
  }

  override get learningRate(): number {
    return this.innerOptimizer.learningRate;
  }

  override set learningRate(value: number) {
    this.innerOptimizer.learningRate = value;
  }

  override get iterations(): number {
    return this.innerOptimizer.iterations;
  }

  /** Those of the optimizer inside, then the scale and the number of finite steps since it changed. */
  override async getWeights(): Promise<NamedTensor[]> {
    return [...(await this.innerOptimizer.getWeights()), ...this.#scale.weights()];
  }

  override async setWeights(weights: NamedTensor[]): Promise<void> {
    await this.innerOptimizer.setWeights(weights.slice(0, -2));
    await this.#scale.setWeights(weights.slice(-2));
  }

  override getConfig(): serialization.ConfigDict {
    const { initialScale, dynamicGrowthSteps } = this.settings;
    const className = this.innerOptimizer.getClassName();
    return {
      innerOptimizer: { className, config: this.innerOptimizer.getConfig() },
      initialScale,
      dynamicGrowthSteps,
    };
  }

  static override fromConfig<T extends serialization.Serializable>(
    cls: serialization.SerializableConstructor<T>,
    config: serialization.ConfigDict,
  ): T {
    const { innerOptimizer, initialScale, dynamicGrowthSteps } = config as unknown as Config;
    const [inner, fromConfig] = serialization.SerializationMap.getMap().classNameMap[innerOptimizer.className] ?? [];
    if (inner === undefined || fromConfig === undefined) {
      throw new InternalError(`A saved model has the optimizer ${innerOptimizer.className}, which has no class.`);
    }
    return new cls(fromConfig(inner, innerOptimizer.config), { initialScale, dynamicGrowthSteps });
  }

  /** Gives back the variables of this optimizer and of the one inside. */
  override dispose(): void {
    this.innerOptimizer.dispose();
    this.#scale.dispose();
  }

  /** @param listed - All gradients, those that are null too, of which `reduced` has the others. */
  #applyUnlessInfinite(
    variables: readonly Variable[],
    listed: Readonly<Record<string, Tensor | null | undefined>>,
    reduced: NamedTensorMap,
  ): void {
    const scale = this.#scale.tensor();
    const unscaled = Object.fromEntries(
      Object.entries(reduced).map(([name, gradient]) => [name, div(gradient, scale)]),
    );
    scoped(() => {
      const isFinite = areFinite(Object.values(reduced).map((gradient) => toValue(gradient)));
      const state = this.innerOptimizer.variables().filter(({ name }) => name !== 'learning_rate');
      const changed = [...variables.map(resourceOf), ...state.map(({ variable }) => variable)];
      updateOnlyWhere(isFinite, changed, () => {
        reducedAlready(() => {
          this.innerOptimizer.applyGradients({ ...(listed as NamedTensorMap), ...unscaled });
        });
      });
      this.#scale.adapt(isFinite);
    });
  }

  protected override slots(): Readonly<Record<string, number>> {
    return {};
  }

  protected override update(): void {
    throw new InternalError('The optimizer inside of a LossScaleOptimizer updates the variables.');
  }
}

/** Runs `fn` in a replica whose gradients are those of all replicas. */
function reducedAlready(fn: () => void): void {
  const context = replicaContext();
  if (context === undefined) fn();
  else {
    const applyReduced: ReplicaContext['applyReduced'] = (same, apply) => {
      apply(same);
    };
    inReplica({ ...context, applyReduced }, fn);
  }
}

/** Whether all elements of all gradients are finite: a scalar of bool. */
function areFinite(gradients: readonly Value[]): Value {
  if (gradients.length === 0) return scalar(1, 'bool');
  const each = gradients.map((gradient) => {
    const axes = Array.from(gradient.shape ?? [], (_, axis) => axis);
    return op('All', [op('IsFinite', [gradient]), ints(axes)]);
  });
  return op('All', [op('Pack', [each]), ints([0])]);
}

function wrongOption(rule: string, received: string): UserError {
  return new UserError({
    code: 'TFD_OPTIMIZER_OPTION',
    rule,
    received,
    remedy: 'Correct the option; all others belong to the optimizer inside.',
  });
}
