/**
 * The layers of Keras 3 that TF.js has with the same results, and which of their options it knows.
 *
 * Names are Keras's. An option that stands here goes over to TF.js. Any other one must be off (null or false), or have
 * the value that `fixed` gives: TF.js leaves out what it does not know, and predictions would differ in silence.
 */

/** One class of layers. */
export interface LayerRule {
  /** Options that TF.js has too. */
  readonly options: readonly string[];
  /** Options that TF.js lacks, with the one value for which it does the same. */
  readonly fixed?: Readonly<Record<string, unknown>>;
  /** Options whose names differ: Keras's to TF.js's. */
  readonly renamed?: Readonly<Record<string, string>>;
}

const weight = (name: string): string[] => ['initializer', 'regularizer', 'constraint'].map((of) => `${name}_${of}`);
const bias = ['use_bias', ...weight('bias')];
const dense = ['units', 'activation', ...weight('kernel'), ...bias];
const window = ['strides', 'padding', 'data_format'];
const convolution = ['filters', 'kernel_size', ...window, 'dilation_rate', 'activation', ...weight('kernel'), ...bias];
const rnn = ['return_sequences', 'return_state', 'go_backwards', 'stateful', 'unroll'];
const recurrent = [...dense, 'recurrent_activation', ...weight('recurrent'), ...rnn, 'dropout', 'recurrent_dropout'];
const channelsLast = { data_format: 'channels_last' };

const conv: LayerRule = { options: convolution, fixed: { groups: 1 } };
const pool: LayerRule = { options: ['pool_size', ...window] };
const globalPool1d: LayerRule = { options: [], fixed: channelsLast };
const globalPool2d: LayerRule = { options: ['data_format'] };
const merge: LayerRule = { options: [] };

export const layerTable: ReadonlyMap<string, LayerRule> = new Map(
  Object.entries({
    Activation: { options: ['activation'] },
    Add: merge,
    AlphaDropout: { options: ['rate'] },
    Average: merge,
    AveragePooling1D: pool,
    AveragePooling2D: pool,
    AveragePooling3D: pool,
    BatchNormalization: {
      options: ['axis', 'momentum', 'epsilon', 'center', 'scale', ...weight('beta'), ...weight('gamma')].concat(
        'moving_mean_initializer',
        'moving_variance_initializer',
      ),
    },
    Bidirectional: { options: ['layer', 'merge_mode'] },
    Concatenate: { options: ['axis'] },
    Conv1D: conv,
    Conv2D: conv,
    Conv2DTranspose: { ...conv, fixed: { groups: 1, dilation_rate: [1, 1] } },
    Conv3D: conv,
    Cropping2D: { options: ['cropping', 'data_format'] },
    Dense: { options: dense },
    DepthwiseConv2D: {
      options: ['kernel_size', 'depth_multiplier', ...window, 'dilation_rate', 'activation', ...bias].concat(
        weight('depthwise'),
      ),
    },
    Dot: { options: ['axes', 'normalize'] },
    Dropout: { options: ['rate'] },
    ELU: { options: ['alpha'] },
    Embedding: { options: ['input_dim', 'output_dim', ...weight('embeddings'), 'mask_zero'] },
    Flatten: { options: ['data_format'] },
    GRU: { options: [...recurrent, 'reset_after'] },
    GaussianDropout: { options: ['rate'] },
    GaussianNoise: { options: ['stddev'] },
    GlobalAveragePooling1D: globalPool1d,
    GlobalAveragePooling2D: globalPool2d,
    GlobalMaxPooling1D: globalPool1d,
    GlobalMaxPooling2D: globalPool2d,
    InputLayer: { options: ['batch_shape'], renamed: { batch_shape: 'batchInputShape' } },
    LSTM: { options: [...recurrent, 'unit_forget_bias'] },
    LayerNormalization: {
      options: ['axis', 'epsilon', 'center', 'scale', ...weight('beta'), ...weight('gamma')],
    },
    LeakyReLU: { options: ['negative_slope'], renamed: { negative_slope: 'alpha' } },
    Masking: { options: ['mask_value'] },
    MaxPooling1D: pool,
    MaxPooling2D: pool,
    MaxPooling3D: pool,
    Maximum: merge,
    Minimum: merge,
    Multiply: merge,
    PReLU: { options: [...weight('alpha'), 'shared_axes'] },
    Permute: { options: ['dims'] },
    ReLU: { options: ['max_value'], fixed: { negative_slope: 0, threshold: 0 } },
    RepeatVector: { options: ['n'] },
    Rescaling: { options: ['scale', 'offset'] },
    Reshape: { options: ['target_shape'] },
    SeparableConv2D: {
      options: ['filters', 'kernel_size', 'depth_multiplier', ...window, 'dilation_rate', 'activation', ...bias].concat(
        weight('depthwise'),
        weight('pointwise'),
      ),
    },
    SimpleRNN: { options: recurrent },
    Softmax: { options: ['axis'] },
    SpatialDropout1D: { options: ['rate'] },
    TimeDistributed: { options: ['layer'] },
    UpSampling2D: { options: ['size', 'data_format', 'interpolation'] },
    ZeroPadding2D: { options: ['padding', 'data_format'] },
  } satisfies Record<string, LayerRule>),
);

/** Options of any layer that change no prediction. `backward_layer` is `layer` in the other direction. */
export const ignoredOptions: ReadonlySet<string> = new Set([
  'backward_layer',
  'batch_shape',
  'implementation',
  'input_length',
  'renorm_momentum',
  'seed',
  'synchronized',
]);

/** Keras's names of activations, and TF.js's. `hard_sigmoid` is another function in Keras 3. */
export const activations: Readonly<Record<string, string>> = {
  elu: 'elu',
  gelu: 'gelu',
  linear: 'linear',
  log_softmax: 'logSoftmax',
  mish: 'mish',
  relu: 'relu',
  relu6: 'relu6',
  selu: 'selu',
  sigmoid: 'sigmoid',
  silu: 'swish',
  softmax: 'softmax',
  softplus: 'softplus',
  softsign: 'softsign',
  swish: 'swish',
  tanh: 'tanh',
};
