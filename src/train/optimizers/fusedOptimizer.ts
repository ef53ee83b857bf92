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
import { op, ops, resourceOf, scoped, toValue } from '../../backend/index.ts';
import { scalar } from '../../backend/kernel.ts';
import { replicaContext } from '../../strategy/replica.ts';
import type { ResourceVariable, Value } from '../../tensor/index.ts';
import { clipGradients } from './clipGradients.ts';
import { checkLearningRate, optionsFromConfig, resolveOptions, type OptimizerOptions } from './options.ts';
import type { Rule, Settings } from './options.ts';
import { Counters } from './counters.ts';
import { byName, registeredVariable, withoutMissing } from './namedGradients.ts';
import { Slots, type NamedTensor } from './slots.ts';
import { Step } from './step.ts';

/** A variable of an optimizer, with its name in checkpoints. */
export interface OptimizerVariable {
  /** `iterations`, `learning_rate`, or `<variable>/<slot>`. */
  readonly name: string;
  readonly variable: ResourceVariable;
}

/** What a subclass states beside its rule. */
interface OptimizerClass<S> {
  readonly className: string;
  readonly defaults: Settings<S>;
}

/**
 * An optimizer that works the same now and inside a compiled function: its variables are made on first use.
 *
 * Inside a strategy's step the gradients are first reduced over all replicas, then clipped, then applied.
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
    this.#slots = new Slots(this.slots());
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
      const slots = this.#slots.build(Object.keys(listed).map(registeredVariable));
      const named = withoutMissing(listed);
      const reduced = replicaContext()?.reduceGradients(named) ?? named;
      scoped(() => {
        const names = Object.keys(named);
        const values = clipGradients(
          names.map((name) => toValue(reduced[name] as Tensor)),
          this.settings,
        );
        const step = new Step(this.#counters);
        names.forEach((name, index) => {
          const variable = registeredVariable(name);
          this.#decay(variable, step);
          const target = [variable, ...(slots.get(variable) ?? [])].map((each) => resourceOf(each).resource);
          this.update(target, values[index] as Value, step);
        });
        ops('AssignAddVariableOp', [this.#counters.iterations.resource, scalar(1, 'int64')]);
      });
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
    const { iterations, learningRate } = this.#counters;
    return [{ name: 'iterations', variable: iterations }, { name: 'learning_rate', variable: learningRate }, ...slots];
  }

  /** Size of a step. A change takes effect from the next step on, compiled ones included. */
  get learningRate(): number {
    return this.#counters.readLearningRate();
  }

  set learningRate(value: number) {
    checkLearningRate(this.getClassName(), value);
    this.#counters.assignLearningRate(value);
  }

  /** Number of steps taken. */
  override get iterations(): number {
    return this.#counters.readIterations();
  }

  /** Number of steps, then the slots: TF.js's order. The tensors stay the optimizer's: do not dispose them. */
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
    return { ...(this.settings as object), learningRate: this.learningRate };
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

  #decay(variable: Variable, step: Step): void {
    const { weightDecay } = this.settings;
    if (weightDecay === undefined || weightDecay === 0) return;
    const share = op('Mul', [step.learningRate, scalar(weightDecay)]);
    ops('AssignSubVariableOp', [resourceOf(variable).resource, op('Mul', [toValue(variable), share])]);
  }
}

// TF.js lets everything that looks like an optimizer pass as one; here only our own subclasses do.
Object.defineProperty(FusedOptimizer, Symbol.hasInstance, {
  value: Function.prototype[Symbol.hasInstance],
});
