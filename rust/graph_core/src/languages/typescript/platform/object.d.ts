// What every object has.

interface Object {
  hasOwnProperty(name: string): boolean;
  isPrototypeOf(other: Object): boolean;
  propertyIsEnumerable(name: string): boolean;
  toLocaleString(): string;
  toString(): string;
  valueOf(): Object;
}
