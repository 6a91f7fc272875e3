export const inspect = String;
