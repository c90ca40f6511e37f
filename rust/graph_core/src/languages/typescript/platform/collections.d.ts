// Built-in containers.

interface Array<T> {
  at(index: number): T | undefined;
  concat(items: T[]): T[];
  every(predicate: (value: T, index: number) => boolean): boolean;
  filter(predicate: (value: T, index: number) => boolean): T[];
  find(predicate: (value: T, index: number) => boolean): T | undefined;
  findIndex(predicate: (value: T, index: number) => boolean): number;
  findLast(predicate: (value: T, index: number) => boolean): T | undefined;
  findLastIndex(predicate: (value: T, index: number) => boolean): number;
  flatMap<R>(transform: (value: T, index: number) => R[]): R[];
  forEach(action: (value: T, index: number) => void): void;
  map<R>(transform: (value: T, index: number) => R): R[];
  pop(): T | undefined;
  reverse(): T[];
  shift(): T | undefined;
  slice(start: number, end: number): T[];
  some(predicate: (value: T, index: number) => boolean): boolean;
  sort(compare: (a: T, b: T) => number): T[];
  splice(start: number, count: number): T[];
  toReversed(): T[];
  toSorted(compare: (a: T, b: T) => number): T[];
}

interface ReadonlyMap<K, V> {
  entries(): IterableIterator<[K, V]>;
  get(key: K): V | undefined;
  keys(): IterableIterator<K>;
  values(): IterableIterator<V>;
}

interface Map<K, V> extends ReadonlyMap<K, V> {}

interface WeakMap<K, V> {
  get(key: K): V | undefined;
}

interface Generator<T, R, N> extends Iterator<T> {}
interface AsyncGenerator<T, R, N> extends AsyncIterator<T> {}
