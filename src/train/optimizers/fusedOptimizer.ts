/** The parent of our optimizers: TF.js's interface, and updates in place by TensorFlow's fused kernels. */
import {
  mul,
  Optimizer,
  tidy,
  type serialization,
  type NamedTensorMap,
  type Scalar,
  type Tensor,
  type Variable,
} from '@tensorflow/tfjs-core';
import { ops, resourceOf, scoped, toValue } from '../../backend/index.ts';
import { scalar } from '../../backend/kernel.ts';
import { applyReduced, replicaContext } from '../../strategy/replica.ts';
import type { ResourceVariable, Value } from '../../tensor/index.ts';
import { applyStep, type Trained } from './applyStep.ts';
import { checkLearningRate, optionsFromConfig, resolveOptions, type OptimizerOptions } from './options.ts';
import type { Rule, Settings } from './options.ts';
import { Counters } from './counters.ts';
import { assignAverages } from './movingAverage.ts';
import { byName, registeredVariable, withoutMissing } from './namedGradients.ts';
import { scheduleToConfig } from './schedules/learningRateSchedule.ts';
import { Slots, type NamedTensor } from './slots.ts';
import { Step } from './step.ts';

/** A variable of an optimizer, with its name in checkpoints. */
export interface OptimizerVariable {
  /** `iterations`, `learning_rate` (where it follows no schedule), or `<variable>/<slot>`. */
  readonly name: string;
  readonly variable: ResourceVariable;
}

/** What a subclass states beside its rule. */
interface OptimizerClass<S> {
  readonly className: string;
  readonly defaults: Settings<S>;
}

/** The slots beside those of the rule, with Keras's names. */
const averageSlot = 'average';
const accumulatorSlot = 'gradient_accumulator';

/**
 * An optimizer that works the same now and inside a compiled function: its variables are made on first use.
 *
 * Inside a strategy's step the gradients are first reduced over all replicas, then accumulated, clipped and applied.
 *
 * @typeParam S - The settings of the rule, beside the common options.
 */
export abstract class FusedOptimizer<S extends Rule<S> = object> extends Optimizer {
  /** The options in force, defaults included. `learningRate` among them is the first one; see the property. */
  readonly settings: Settings<S>;
  readonly #slots: Slots;
  readonly #counters: Counters;

  /** @throws UserError `TFD_OPTIMIZER_OPTION` for an unknown option or a value out of range. */
  constructor(options: OptimizerOptions & Partial<S> = {}) {
    super();
    const { className, defaults } = new.target as unknown as OptimizerClass<S>;
    this.settings = resolveOptions<S>(className, defaults, options);
    const { useEma, gradientAccumulationSteps } = this.settings;
    this.#slots = new Slots({
      ...this.slots(),
      ...(useEma === true ? { [averageSlot]: 0 } : {}),
      ...(gradientAccumulationSteps === undefined ? {} : { [accumulatorSlot]: 0 }),
    });
    this.#counters = new Counters(this.settings.learningRate);
  }

  /** First value of each slot by its name, in the order in which the kernel takes them. */
  protected abstract slots(): Readonly<Record<string, number>>;

  /**
   * Updates one variable in place.
   *
   * @param target - The resources of the variable and of its slots.
   */
  protected abstract update(target: readonly Value[], gradient: Value, step: Step): void;

  /** The loss, and its gradients times `lossScale` of the replica whose step this is. */
  override computeGradients(loss: () => Scalar, variables?: Variable[]): ReturnType<Optimizer['computeGradients']> {
    const computed = super.computeGradients(loss, variables);
    const scale = replicaContext()?.lossScale ?? 1;
    if (scale !== 1) {
      for (const [name, gradient] of Object.entries<Tensor | null>(computed.grads)) {
        if (gradient !== null) computed.grads[name] = mul(gradient, scale);
      }
    }
    return computed;
  }

  /**
   * Applies gradients, by variable name. A gradient of null or undefined leaves its variable as it is.
   *
   * @throws UserError `TFD_OPTIMIZER_VARIABLE` where no variable has a name.
   */
  override applyGradients(gradients: NamedTensorMap | NamedTensor[]): void {
    tidy(() => {
      const listed = byName(gradients);
      const variables = Object.keys(listed).map(registeredVariable);
      this.#slots.build(variables);
      const named = withoutMissing(listed);
      applyReduced(named, (reduced) => {
        scoped(() => {
          const step = new Step(this.#counters, this.#callsOfStep);
          const trained = variables.map((variable) => {
            const gradient = variable.name in named ? reduced[variable.name] : undefined;
            return this.#trained(variable, gradient && toValue(gradient));
          });
          applyStep(trained, step, this.settings, (target, gradient) => {
            this.update(target, gradient, step);
          });
          ops('AssignAddVariableOp', [this.#counters.iterations.resource, scalar(1, 'int64')]);
        });
      });
    });
  }

  /**
   * With `useEma`, each weight becomes its average; without it nothing happens. Call it after training, before the
   * model is evaluated or saved.
   *
   * @param variables - By default all that the optimizer has trained.
   */
  finalizeVariableValues(variables: readonly Variable[] = this.#slots.variables()): void {
    if (this.settings.useEma !== true) return;
    const trained = this.#slots.variables().filter((variable) => variables.includes(variable));
    scoped(() => {
      assignAverages(trained.map((variable) => this.#trained(variable, undefined)));
    });
  }

  /** Makes the slots of `variables` ahead of the first step, for example before a checkpoint is restored. */
  build(variables: readonly Variable[]): void {
    this.#slots.build(variables);
  }

  /**
   * The optimizer's own variables that exist so far.
   *
   * @param nameOf - The name of a trained variable in the names of its slots; its own by default.
   */
  variables(nameOf: (variable: Variable) => string = (variable) => variable.name): OptimizerVariable[] {
    const slots = this.#slots.list().map(({ variable, slot, value }) => ({
      name: `${nameOf(variable)}/${slot}`,
      variable: resourceOf(value),
    }));
    const { iterations, schedule } = this.#counters;
    const rate = schedule === undefined ? [{ name: 'learning_rate', variable: this.#counters.learningRate }] : [];
    return [{ name: 'iterations', variable: iterations }, ...rate, ...slots];
  }

  /**
   * Size of the next step. A change takes effect from the next step on, compiled ones included. Where it follows a
   * schedule it cannot be set: UserError `TFD_OPTIMIZER_SCHEDULE`.
   */
  get learningRate(): number {
    return this.#counters.readLearningRate();
  }

  set learningRate(value: number) {
    checkLearningRate(this.getClassName(), value);
    this.#counters.assignLearningRate(value);
  }

  /** Number of steps taken; with `gradientAccumulationSteps`, whole ones. */
  override get iterations(): number {
    return Math.floor(this.#counters.readIterations() / this.#callsOfStep);
  }

  /** Number of calls, then the slots: TF.js's order. The tensors stay the optimizer's: do not dispose them. */
  override getWeights(): Promise<NamedTensor[]> {
    const slots = this.#slots.list().map(({ variable, slot, value }) => ({
      name: `${variable.name}/${slot}`,
      tensor: value,
    }));
    return Promise.resolve([{ name: 'iter', tensor: this.#counters.iterationsTensor() }, ...slots]);
  }

  /** Takes what `getWeights` of the same kind of optimizer gave. @throws UserError `TFD_OPTIMIZER_WEIGHTS` */
  override async setWeights(weights: NamedTensor[]): Promise<void> {
    const [iterations = 0] = (await weights[0]?.tensor.data()) ?? [];
    this.#slots.restore(weights.slice(1));
    this.#counters.assignIterations(iterations);
  }

  override getConfig(): serialization.ConfigDict {
    const { schedule } = this.#counters;
    const learningRate = schedule === undefined ? this.learningRate : scheduleToConfig(schedule);
    return { ...(this.settings as object), learningRate };
  }

  static override fromConfig<T extends serialization.Serializable>(
    cls: serialization.SerializableConstructor<T>,
    config: serialization.ConfigDict,
  ): T {
    return new cls(optionsFromConfig((cls as unknown as OptimizerClass<object>).defaults, config));
  }

  /** Gives back the optimizer's variables; a later step would start anew. */
  override dispose(): void {
    this.#slots.dispose();
    this.#counters.dispose();
  }

  get #callsOfStep(): number {
    return this.settings.gradientAccumulationSteps ?? 1;
  }

  #trained(variable: Variable, gradient: Value | undefined): Trained {
    return {
      variable: resourceOf(variable),
      slots: Object.keys(this.slots()).map((slot) => this.#slots.get(variable, slot)),
      accumulator: this.#callsOfStep === 1 ? undefined : this.#slots.get(variable, accumulatorSlot),
      average: this.settings.useEma === true ? this.#slots.get(variable, averageSlot) : undefined,
      gradient,
    };
  }
}

// TF.js lets everything that looks like an optimizer pass as one; here only our own subclasses do.
Object.defineProperty(FusedOptimizer, Symbol.hasInstance, {
  value: Function.prototype[Symbol.hasInstance],
});
