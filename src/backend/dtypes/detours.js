const bits16 = ['float16', 'bfloat16'];
const all = [...bits16, 'float64'];
const detours = new Map([
    ['AvgPool3D', all],
    ['AvgPool3DGrad', all],
    ['Bincount', bits16],
    // TF.js has complex64 only.
    ['Complex', all],
    ['DenseBincount', bits16],
    ['Diag', ['bfloat16']],
    ['LRN', all],
    ['LRNGrad', all],
    ['MaxPool3D', all],
    ['MaxPool3DGrad', all],
    ['NonMaxSuppressionV3', all],
    ['NonMaxSuppressionV4', all],
    ['NonMaxSuppressionV5', all],
]);
/** Whether the kernel runs in float32 instead of `dtype`. */
export function runsInFloat32(kernel, dtype) {
    return detours.get(kernel)?.includes(dtype) === true;
}
//# sourceMappingURL=detours.js.map