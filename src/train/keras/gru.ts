/** The GRU that Keras makes by default: its reset gate comes after the recurrent product. TF.js has only the other one. */
import { matMul, ones, serialization, split, tidy, type Tensor } from '@tensorflow/tfjs-core';
import { RNN, type GRUCellLayerArgs, type GRULayerArgs, type layers, type Shape } from '@tensorflow/tfjs-layers';
import { InternalError } from '../../base/errors.ts';
import { dropout, registeredClass, registerRecurrentKind, resetAfterGru } from '../../backend/frontend/index.ts';

type GruCell = ReturnType<typeof layers.gruCell>;
type Call = Parameters<RNN['call']>;

const GruCellOfTfjs = registeredClass<new (args: GRUCellLayerArgs) => GruCell>('GRUCell');

class ResetAfterGRUCell extends GruCellOfTfjs {
  static className = 'ResetAfterGRUCell';
  /** Factors of the inputs and of the state, the same for all steps of a sequence; undefined outside of training. */
  masks: { readonly inputs: Tensor; readonly state: Tensor } | undefined;

  override build(inputShape: Shape | Shape[]): void {
    const numGates = 3;
    const inputDim = inputShape.at(-1) as number;
    const width = numGates * this.units;
    const { kernelInitializer, recurrentInitializer, biasInitializer } = this;
    this.kernel = this.addWeight(
      'kernel',
      [inputDim, width],
      undefined,
      kernelInitializer,
      this.kernelRegularizer,
      true,
      this.kernelConstraint,
    );
    this.recurrentKernel = this.addWeight(
      'recurrent_kernel',
      [this.units, width],
      undefined,
      recurrentInitializer,
      this.recurrentRegularizer,
      true,
      this.recurrentConstraint,
    );
    if (this.useBias) {
      this.bias = this.addWeight(
        'bias',
        [2, width],
        undefined,
        biasInitializer,
        this.biasRegularizer,
        true,
        this.biasConstraint,
      );
    }
    this.built = true;
  }

  /** One step: inputs `[batch, features]` and the state before, `[batch, units]`. Gives the state after, twice. */
  override call(inputs: Tensor | Tensor[]): Tensor[] {
    return tidy(() => {
      const [x, state] = inputs as [Tensor, Tensor];
      const fromInputs = matMul(this.masks === undefined ? x : x.mul(this.masks.inputs), this.kernel.read());
      const fromState = matMul(
        this.masks === undefined ? state : state.mul(this.masks.state),
        this.recurrentKernel.read(),
      );
      const [inputBias, stateBias] = this.useBias
        ? (split(this.bias.read(), 2) as [Tensor, Tensor])
        : [undefined, undefined];
      const [xUpdate, xReset, xNew] = gates(fromInputs, inputBias);
      const [hUpdate, hReset, hNew] = gates(fromState, stateBias);
      const update = this.recurrentActivation.apply(xUpdate.add(hUpdate));
      const reset = this.recurrentActivation.apply(xReset.add(hReset));
      const candidate = this.activation.apply(xNew.add(reset.mul(hNew)));
      const next = candidate.add(update.mul(state.sub(candidate)));
      return [next, next];
    });
  }

  override getConfig(): serialization.ConfigDict {
    return { ...super.getConfig(), resetAfter: true };
  }
}

/** Layer `GRU` of Keras with `reset_after=True`. */
export class ResetAfterGRU extends RNN {
  static override className = 'ResetAfterGRU';

  constructor(args: GRULayerArgs & { resetAfter?: boolean }) {
    super({ ...args, cell: new ResetAfterGRUCell({ ...args, resetAfter: false }) });
  }

  override call(...[inputs, kwargs]: Call): ReturnType<RNN['call']> {
    return tidy(() => {
      const { cell } = this;
      if (!(cell instanceof ResetAfterGRUCell)) throw new InternalError('A GRU has the cell of another layer.');
      const sequence = [inputs].flat()[0] as Tensor;
      cell.masks = kwargs['training'] === true ? makeMasks(cell, sequence) : undefined;
      try {
        return super.call(inputs, kwargs);
      } finally {
        cell.masks = undefined;
      }
    });
  }

  static override fromConfig<T extends serialization.Serializable>(
    cls: serialization.SerializableConstructor<T>,
    config: serialization.ConfigDict,
  ): T {
    return new cls(config);
  }
}

registerRecurrentKind(ResetAfterGRUCell, { cell: resetAfterGru, numStates: 1, hasStateBias: true });
serialization.registerClass(ResetAfterGRU);

function gates(product: Tensor, bias: Tensor | undefined): [Tensor, Tensor, Tensor] {
  return split(bias === undefined ? product : product.add(bias), 3, 1) as [Tensor, Tensor, Tensor];
}

function makeMasks(cell: ResetAfterGRUCell, sequence: Tensor): ResetAfterGRUCell['masks'] {
  const { dropout: rate, recurrentDropout, units } = cell;
  if (rate === 0 && recurrentDropout === 0) return undefined;
  const [batch, , features] = sequence.shape as [number, number, number];
  const draw = (cell.dropoutFunc as typeof dropout | null) ?? dropout;
  const mask = (width: number, dropped: number): Tensor => draw(ones([batch, width]), dropped);
  return { inputs: mask(features, rate), state: mask(units, recurrentDropout) };
}
