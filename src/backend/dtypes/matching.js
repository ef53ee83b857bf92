import { dataOf } from "../backend.js";
import { coreScope } from "./coreScope.js";
import { commonFraction, isFraction, isMore } from "./moreDtypes.js";
/** Inputs whose dtype does not follow from that of the others. */
const independent = new Set(['boxes', 'transforms']);
export function match(inputs) {
    const scope = coreScope();
    const operands = Object.entries(inputs).flatMap(([name, value]) => independent.has(name) ? [] : listOf(value).map(({ dataId }) => dataOf(dataId)));
    const isPlain = ({ plainIn }) => scope !== undefined && plainIn === scope;
    const fractions = operands.filter(({ dtype }) => isFraction(dtype));
    const stated = fractions.filter((operand) => !isPlain(operand)).map(({ dtype }) => dtype);
    const fraction = stated.length === 0 ? undefined : stated.reduce(commonFraction);
    const differs = fraction !== undefined && fractions.some(({ dtype }) => dtype !== fraction);
    const isWide = operands.some(({ dtype }) => dtype === 'int64');
    return {
        dtypeFor: (name, dtype) => {
            if (differs && isFraction(dtype) && !independent.has(name))
                return fraction;
            return isWide && dtype === 'int32' && isPeer(name) ? 'int64' : dtype;
        },
        note: ({ dataId, dtype }) => {
            const data = dataOf(dataId);
            if (stated.length === 0 && data.plainIn === undefined && !isMore(dtype))
                data.plainIn = scope;
        },
    };
}
function listOf(value) {
    if (value == null)
        return [];
    return Array.isArray(value) ? value : [value];
}
/** Whether the inputs of this name have the same meaning as the others: not positions in them, for example. */
function isPeer(name) {
    return /^([abte]|\d+)$/.test(name);
}
//# sourceMappingURL=matching.js.map