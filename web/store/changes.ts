/** Tells the other instances of the service what has changed in the database. */
export interface ChangeFeed {
  /**
   * Tells all other instances. It may get lost, for example while the database is away: they read everything
   * again from time to time.
   * @param change at most {@link longestChange} bytes
   */
  publish(change: string): void;
  /** Call it once. */
  listen(listener: ChangeListener): void;
}

export interface ChangeListener {
  /** another instance has published it */
  onChange(change: string): void;
  /** it listens, and did not until now, so anything may have changed meanwhile */
  onListening(): void;
}

/** PostgreSQL's limit is 8,000 bytes, with the name of the instance before it. */
export const longestChange = 7_900;

/** For a database with one instance. */
export const noOtherInstances: ChangeFeed = { publish: () => {}, listen: () => {} };
