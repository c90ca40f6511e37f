//! What every type may have: methods of traits of the prelude that are derived or implemented everywhere.

trait Any {
    fn type_id(&self) -> TypeId;
}

trait AsMut {
    fn as_mut(&mut self) -> &mut Self;
}

trait AsRef {
    fn as_ref(&self) -> &Self;
}

trait Borrow {
    fn borrow(&self) -> &Self;
    fn borrow_mut(&mut self) -> &mut Self;
}

trait Clone {
    fn clone(&self) -> Self;
    fn clone_from(&mut self, source: &Self);
}

trait From {
    fn from(value: T) -> Self;
    fn try_from(value: T) -> Result<Self, E>;
}

trait Into {
    fn into(self) -> T;
    fn try_into(self) -> Result<T, E>;
}

trait Default {
    fn default() -> Self;
}

trait Debug {
    fn fmt(&self, formatter: &mut Formatter) -> Result<(), Error>;
}

trait Hash {
    fn hash(&self, state: &mut H);
}

// `max` and `min` are declared without a result: iterators have methods of the same names.
trait Ord {
    fn cmp(&self, other: &Self) -> Ordering;
    fn eq(&self, other: &Self) -> bool;
    fn ge(&self, other: &Self) -> bool;
    fn gt(&self, other: &Self) -> bool;
    fn le(&self, other: &Self) -> bool;
    fn lt(&self, other: &Self) -> bool;
    fn max(self, other: Self);
    fn min(self, other: Self);
    fn ne(&self, other: &Self) -> bool;
    fn partial_cmp(&self, other: &Self) -> Option<Ordering>;
}

trait ToOwned {
    fn to_owned(&self) -> Self;
    fn to_string(&self) -> String;
}
