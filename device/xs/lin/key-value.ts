/** `embedded:storage/key-value` on a desktop: kept while the program runs. */
export default Object.freeze({
  open() {
    const values = new Map<string, string>();
    return {
      read: (key: string) => values.get(key),
      write: (key: string, value: string) => {
        values.set(key, value);
      },
      delete: (key: string) => {
        values.delete(key);
      },
    };
  },
});
