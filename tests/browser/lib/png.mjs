export function writeSmaller(f){return 0}
