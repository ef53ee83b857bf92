/** A variable that lives in TensorFlow and is updated in place, by operations now or inside a compiled function. */
import { withDevice } from './devices.ts';
import { eagerExecutor, executor } from './executor.ts';
import type { DTypeName } from './dtype.ts';
import type { EagerTensor } from './value.ts';
import { GraphTensor, type Value } from './value.ts';
import { variableView } from './variableView.ts';

const live = new Set<ResourceVariable>();

export class ResourceVariable {
  readonly dtype: DTypeName;
  readonly shape: readonly number[];
  #resource: EagerTensor;
  readonly #device: string | undefined;

  /**
   * @param initial - The first value; copied only when the variable is changed.
   * @param device - Where it lives, as `currentDevice` names it; TensorFlow chooses where it is left out.
   */
  constructor(initial: EagerTensor, device?: string) {
    this.dtype = initial.dtype;
    this.shape = initial.shape;
    this.#device = device;
    this.#resource = this.#place(initial);
    live.add(this);
  }

  /** What operations such as `ResourceApplyAdam` take. */
  get resource(): EagerTensor {
    return this.#resource;
  }

  /** The value as it is at this point of the program. The caller owns it where it is an eager tensor. */
  read(): Value {
    const seen = variableView()?.read(this);
    if (seen !== undefined) return seen;
    const [value] = executor().execute('ReadVariableOp', [this.#resource], { dtype: { type: this.dtype } });
    return value instanceof GraphTensor ? value.graph.withShape(value, this.shape) : (value as EagerTensor);
  }

  assign(value: Value): void {
    if (variableView()?.assign(this, value) === true) return;
    executor().execute('AssignVariableOp', [this.#resource, value], {});
  }

  dispose(): void {
    live.delete(this);
    this.#resource.dispose();
  }

  /**
   * Moves all variables over a change of the context's devices, which `change` makes: a variable belongs to a device by
   * name, and would be lost. Functions compiled before still refer to the old ones.
   */
  static moveAll(change: () => void): void {
    const values = [...live].map((variable) => [variable, variable.read() as EagerTensor] as const);
    change();
    for (const [variable, value] of values) {
      variable.#resource.dispose();
      variable.#resource = variable.#place(value);
      value.dispose();
    }
  }

  /** A new resource with the given value. */
  #place(value: EagerTensor): EagerTensor {
    return withDevice(this.#device, () => {
      const [resource] = eagerExecutor().execute('VarHandleOp', [], {
        dtype: { type: this.dtype },
        shape: { shape: this.shape },
        // TensorFlow's name for "nobody else can find this one; free it with its last handle".
        shared_name: 'cd2c89b7-88b7-44c8-ad83-06c2a9158347',
      });
      eagerExecutor().execute('AssignVariableOp', [resource as EagerTensor, value], {});
      return resource as EagerTensor;
    });
  }
}
