//! Types of core, alloc and std that hold values, and functions that make them.

struct Option<T> {}
struct Result<T, E> {}
struct Vec<T> {}
struct Iter<T> {}
struct HashMap<K, V> {}
struct BTreeMap<K, V> {}
struct Mutex<T> {}
struct RwLock<T> {}
struct Cow<T> {}
struct Box<T> {}

fn Some<T>(value: T) -> Option<T>;
fn Ok<T, E>(value: T) -> Result<T, E>;

impl<T> Box<T> {
    fn new(value: T) -> Box<T>;
}

trait Read {
    fn by_ref(&mut self) -> &mut Self;
    fn into_owned(self) -> Self;
}

impl<T> Option<T> {
    fn and_then<R>(self, function: impl FnOnce(T) -> Option<R>) -> Option<R>;
    fn as_deref(&self) -> Option<&T>;
    fn as_mut(&mut self) -> Option<&mut T>;
    fn as_ref(&self) -> Option<&T>;
    fn clone(&self) -> Option<T>;
    fn cloned(self) -> Option<T>;
    fn copied(self) -> Option<T>;
    fn expect(self, message: &str) -> T;
    fn filter(self, predicate: impl FnOnce(&T) -> bool) -> Option<T>;
    fn is_some_and(self, predicate: impl FnOnce(T) -> bool) -> bool;
    fn map<R>(self, function: impl FnOnce(T) -> R) -> Option<R>;
    fn map_or<R>(self, default: R, function: impl FnOnce(T) -> R) -> R;
    fn ok_or<E>(self, error: E) -> Result<T, E>;
    fn ok_or_else<E>(self, error: impl FnOnce() -> E) -> Result<T, E>;
    fn or(self, other: Option<T>) -> Option<T>;
    fn or_else(self, other: impl FnOnce() -> Option<T>) -> Option<T>;
    fn take(&mut self) -> Option<T>;
    fn unwrap(self) -> T;
    fn unwrap_or(self, default: T) -> T;
    fn unwrap_or_default(self) -> T;
    fn unwrap_or_else(self, default: impl FnOnce() -> T) -> T;
}

impl<T, E> Result<T, E> {
    fn map_err<F>(self, function: impl FnOnce(E) -> F) -> Result<T, F>;
    fn ok(self) -> Option<T>;
    fn unwrap(self) -> T;
}

impl<T> Vec<T> {
    fn drain(&mut self, range: Range<usize>) -> Drain<T>;
    fn first(&self) -> Option<&T>;
    fn into_iter(self) -> IntoIter<T>;
    fn iter(&self) -> Iter<T>;
    fn iter_mut(&mut self) -> IterMut<T>;
    fn last(&self) -> Option<&T>;
    fn pop(&mut self) -> Option<T>;
    fn to_vec(&self) -> Vec<T>;
}

impl<T> Iter<T> {
    fn all(&mut self, predicate: impl FnMut(T) -> bool) -> bool;
    fn any(&mut self, predicate: impl FnMut(T) -> bool) -> bool;
    fn chain(self, other: Iter<T>) -> Chain<T>;
    fn find(&mut self, predicate: impl FnMut(&T) -> bool) -> Option<T>;
    fn for_each(self, action: impl FnMut(T));
    fn next(&mut self) -> Option<T>;
    fn peekable(self) -> Peekable<T>;
    fn rev(self) -> Rev<T>;
    fn skip(self, count: usize) -> Skip<T>;
}

impl<K, V> HashMap<K, V> {
    fn contains_key(&self, key: &K) -> bool;
    fn into_values(self) -> IntoValues<V>;
    fn values(&self) -> Values<V>;
    fn values_mut(&mut self) -> ValuesMut<V>;
}

impl<K, V> BTreeMap<K, V> {
    fn contains_key(&self, key: &K) -> bool;
}

impl<T> Mutex<T> {
    fn lock(&self) -> Result<MutexGuard<T>, PoisonError>;
}

impl<T> RwLock<T> {
    fn read(&self) -> Result<RwLockReadGuard<T>, PoisonError>;
    fn write(&self) -> Result<RwLockWriteGuard<T>, PoisonError>;
}
