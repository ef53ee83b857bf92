/** What TF.js's own code takes a dtype for. */
const standIns = new Map([
    ['float16', 'float32'],
    ['bfloat16', 'float32'],
    ['float64', 'float32'],
    ['int64', 'int32'],
]);
let areInUse = false;
/** Whether any tensor of such a dtype has been made: as long as none has, nothing needs to be looked at. */
export function moreDtypesInUse() {
    return areInUse;
}
/** To be called when the first such tensor is made. */
export function useMoreDtypes() {
    areInUse = true;
}
/** Whether TF.js lacks this dtype. */
export function isMore(dtype) {
    return standIns.has(dtype);
}
/** The dtype that TF.js's own code takes `dtype` for. */
export function standInFor(dtype) {
    return standIns.get(dtype) ?? 'float32';
}
/** Bytes of one element. */
export function elementBytes(dtype) {
    return dtype === 'float16' || dtype === 'bfloat16' ? 2 : 8;
}
const fractions = new Set(['float16', 'bfloat16', 'float32', 'float64']);
/** Whether numbers of this dtype have fractions. */
export function isFraction(dtype) {
    return fractions.has(dtype);
}
/** The smallest dtype of fractions that holds both. */
export function commonFraction(a, b) {
    if (a === b)
        return a;
    return a === 'float64' || b === 'float64' ? 'float64' : 'float32';
}
//# sourceMappingURL=moreDtypes.js.map