/** Nothing can be required on XS: a test that looks into a package finds it empty there. */
export const createRequire = () => () => ({ cache: {} });
