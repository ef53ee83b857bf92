/** Kernels that are one operation of TensorFlow on one or two inputs, element by element. */
import { op, kernel } from '../kernel.ts';
import type { Value } from '../../tensor/index.ts';

/** TF.js's kernel: TensorFlow's operation. */
const unary = {
  Abs: 'Abs',
  Acos: 'Acos',
  Acosh: 'Acosh',
  Asin: 'Asin',
  Asinh: 'Asinh',
  Atan: 'Atan',
  Atanh: 'Atanh',
  Ceil: 'Ceil',
  Cos: 'Cos',
  Cosh: 'Cosh',
  Elu: 'Elu',
  Erf: 'Erf',
  Exp: 'Exp',
  Expm1: 'Expm1',
  Floor: 'Floor',
  IsFinite: 'IsFinite',
  IsInf: 'IsInf',
  IsNan: 'IsNan',
  Log: 'Log',
  Log1p: 'Log1p',
  LogicalNot: 'LogicalNot',
  Neg: 'Neg',
  Reciprocal: 'Reciprocal',
  Relu: 'Relu',
  Relu6: 'Relu6',
  Round: 'Round',
  Rsqrt: 'Rsqrt',
  Selu: 'Selu',
  Sigmoid: 'Sigmoid',
  Sign: 'Sign',
  Sin: 'Sin',
  Sinh: 'Sinh',
  Softplus: 'Softplus',
  Sqrt: 'Sqrt',
  Square: 'Square',
  Tan: 'Tan',
  Tanh: 'Tanh',
  ZerosLike: 'ZerosLike',
  OnesLike: 'OnesLike',
} as const;

const binary = {
  Add: 'AddV2',
  Atan2: 'Atan2',
  Equal: 'Equal',
  FloorDiv: 'FloorDiv',
  Greater: 'Greater',
  GreaterEqual: 'GreaterEqual',
  Less: 'Less',
  LessEqual: 'LessEqual',
  LogicalAnd: 'LogicalAnd',
  LogicalOr: 'LogicalOr',
  Maximum: 'Maximum',
  Minimum: 'Minimum',
  Mod: 'FloorMod',
  Multiply: 'Mul',
  NotEqual: 'NotEqual',
  Pow: 'Pow',
  RealDiv: 'RealDiv',
  SquaredDifference: 'SquaredDifference',
  Sub: 'Sub',
} as const;

for (const [name, operation] of Object.entries(unary)) {
  kernel<{ x: Value }>(name, ({ x }) => op(operation, [x]));
}

for (const [name, operation] of Object.entries(binary)) {
  kernel<{ a: Value; b: Value }>(name, ({ a, b }) => op(operation, [a, b]));
}
