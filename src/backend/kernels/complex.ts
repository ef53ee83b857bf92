/** Complex numbers and Fourier transforms. */
import type { ComplexInputs, FFTInputs, UnaryInputs } from '@tensorflow/tfjs-core';
import { kernel, op } from '../kernel.ts';

kernel<ComplexInputs>('Complex', ({ real, imag }) => op('Complex', [real, imag]));
kernel<UnaryInputs>('ComplexAbs', ({ x }) => op('ComplexAbs', [x]));
for (const name of ['FFT', 'IFFT', 'Imag', 'Real']) kernel<FFTInputs>(name, ({ input }) => op(name, [input]));
