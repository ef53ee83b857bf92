/** Kernels that are one operation of TensorFlow on one or two inputs, element by element. */
import type { Value } from '../../tensor/index.ts';
import { kernel, op, scalar } from '../kernel.ts';
import { isFloat, toFloat, toNumbers } from './dtypes.ts';

/** TF.js's kernel: TensorFlow's operation. These give float32 for integers. */
const floatUnary = {
  Acos: 'Acos',
  Acosh: 'Acosh',
  Asin: 'Asin',
  Asinh: 'Asinh',
  Atan: 'Atan',
  Atanh: 'Atanh',
  Cos: 'Cos',
  Cosh: 'Cosh',
  Elu: 'Elu',
  Erf: 'Erf',
  Exp: 'Exp',
  Expm1: 'Expm1',
  IsFinite: 'IsFinite',
  IsInf: 'IsInf',
  IsNan: 'IsNan',
  Log: 'Log',
  Log1p: 'Log1p',
  Reciprocal: 'Reciprocal',
  Rsqrt: 'Rsqrt',
  Selu: 'Selu',
  Sigmoid: 'Sigmoid',
  Sin: 'Sin',
  Sinh: 'Sinh',
  Softplus: 'Softplus',
  Sqrt: 'Sqrt',
  Tan: 'Tan',
  Tanh: 'Tanh',
} as const;

/** These keep the dtype. */
const numericUnary = {
  Abs: 'Abs',
  Neg: 'Neg',
  Relu: 'Relu',
  Relu6: 'Relu6',
  Square: 'Square',
} as const;

/** These change nothing about integers. */
const rounding = { Ceil: 'Ceil', Floor: 'Floor', Round: 'Round' } as const;

const anyUnary = { LogicalNot: 'LogicalNot', OnesLike: 'OnesLike', ZerosLike: 'ZerosLike' } as const;

const numericBinary = {
  BitwiseAnd: 'BitwiseAnd',
  FloorDiv: 'FloorDiv',
  Maximum: 'Maximum',
  Minimum: 'Minimum',
  Mod: 'FloorMod',
  Multiply: 'Mul',
  Pow: 'Pow',
  SquaredDifference: 'SquaredDifference',
  Sub: 'Sub',
} as const;

const floatBinary = { Atan2: 'Atan2', RealDiv: 'RealDiv' } as const;

const anyBinary = {
  Equal: 'Equal',
  LogicalAnd: 'LogicalAnd',
  LogicalOr: 'LogicalOr',
  LogicalXor: 'NotEqual',
  NotEqual: 'NotEqual',
} as const;

type Prepare = (x: Value) => Value;
const asIs: Prepare = (x) => x;

function registerUnary(table: Readonly<Record<string, string>>, prepare: Prepare): void {
  for (const [name, operation] of Object.entries(table)) {
    kernel<{ x: Value }>(name, ({ x }) => op(operation, [prepare(x)]));
  }
}

function registerBinary(table: Readonly<Record<string, string>>, prepare: Prepare): void {
  for (const [name, operation] of Object.entries(table)) {
    kernel<{ a: Value; b: Value }>(name, ({ a, b }) => op(operation, [prepare(a), prepare(b)]));
  }
}

registerUnary(floatUnary, toFloat);
registerUnary(numericUnary, toNumbers);
registerUnary(anyUnary, asIs);
registerBinary(numericBinary, toNumbers);
registerBinary(floatBinary, toFloat);
registerBinary(anyBinary, asIs);

for (const [name, operation] of Object.entries(rounding)) {
  kernel<{ x: Value }>(name, ({ x }) => (isFloat(x) ? op(operation, [x]) : x));
}

// NaN has the sign 0 in TF.js, and the sign NaN in TensorFlow.
kernel<{ x: Value }>('Sign', ({ x }) => {
  const sign = op('Sign', [toNumbers(x)]);
  return isFloat(x) ? op('SelectV2', [op('IsNan', [x]), scalar(0, x.dtype), sign]) : sign;
});
