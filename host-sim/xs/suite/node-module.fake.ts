/** XS cannot require anything: a test that inspects a package finds it empty there. */
export const createRequire = () => () => ({ cache: {} });
