//! Values: the abstract values of expressions, as far as calls depend on them.

use std::hash::Hash;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use smallvec::SmallVec;

use crate::facts::{ExpressionId, ListId, Position};
use crate::graph::{FileId, Via};
use crate::resolve::index::definitions::Def;
use crate::resolve::index::ids::FolderId;
use crate::resolve::index::ids::PackageHash;
use crate::resolve::index::ids::UnitId;

#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Value {
    /// The module that a file is.
    Module(FileId),
    /// Files that share their top-level names: a package, a namespace, a folder.
    Unit(UnitId),
    /// A folder whose files are modules.
    Folder(FolderId),
    Class(Def),
    Instance(Def),
    Function(Def),
    /// An object of a class whose members are looked up after the class in the method-resolution order (`super`).
    Super(Def),
    /// An object literal: its file, its expression, its entries and its position.
    Object {
        file: FileId,
        id: ExpressionId,
        list: ListId,
        position: Position,
    },
    /// A container of elements with these values.
    Container(Arc<[Value]>),
    /// Values by position.
    Tuple(Arc<[Values]>),
    /// A map: the values of its keys and of its values.
    Table(Arc<[Values; 2]>),
    /// Something of a package outside of the repository.
    External(PackageHash),
    /// As a returned value: what the call passes to the parameter of that index.
    FromParameter(u32),
    /// As a returned value: the object that a method of that type is called on, which may be of a subtype.
    SelfType(Def),
    /// Bound to something unknown.
    Unknown,
    /// As a returned value: a boolean that is true if the first argument of the call is of that type.
    TypePredicate(Def),
}

impl Value {
    /// Something of the language's own library.
    pub fn builtin() -> Value {
        Value::External(PackageHash::builtin())
    }

    /// Something from outside of the repository, of an unknown package.
    pub fn outside() -> Value {
        Value::External(PackageHash::unknown())
    }
}

/// A value, and the least certain rule by which it was found.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Item {
    pub value: Value,
    pub via: Via,
}

/// Values without their rules, sorted.
pub(super) type Values = Arc<[Value]>;

/// The values that an expression may have, without duplicates. Empty: nothing is known of it.
pub type Items = SmallVec<[Item; 2]>;

/// The most values that are kept of one expression.
pub const MOST: usize = 6;

/// The most parts that are kept of a tuple.
pub(super) const MOST_PARTS: usize = 16;

/// The same values, none more certain than `via`.
pub(super) fn relabel(items: &Items, via: Via) -> Items {
    items.iter().map(|i| Item { value: i.value.clone(), via: weaker(i.via, via) }).collect()
}

/// A single value.
pub fn one(value: Value, via: Via) -> Items {
    let mut items = Items::new();
    items.push(Item { value, via });
    items
}

/// Adds a value unless it is there or there are `MOST`.
pub fn push(items: &mut Items, item: Item) {
    if items.len() < MOST && !items.iter().any(|i| i.value == item.value) {
        items.push(item);
    }
}

/// Adds values as `push` does.
pub fn extend(items: &mut Items, more: Items) {
    for item in more {
        push(items, item);
    }
}

/// The values without their rules, for use as elements.
pub fn values(items: &Items) -> Values {
    let mut values: Vec<Value> = items.iter().map(|i| i.value.clone()).collect();
    values.sort_unstable();
    values.into()
}

/// The values that iterating over a value yields.
pub(super) fn elements(value: &Value, via: Via) -> Items {
    let mut items = Items::new();
    match value {
        Value::Container(inner) => {
            for value in inner.iter() {
                push(&mut items, Item { value: value.clone(), via });
            }
        }
        Value::Tuple(parts) => {
            for value in parts.iter().flat_map(|part| part.iter()) {
                push(&mut items, Item { value: value.clone(), via });
            }
        }
        Value::Table(parts) => {
            for value in parts[0].iter() {
                push(&mut items, Item { value: value.clone(), via });
            }
        }
        Value::External(package) => items.push(Item { value: Value::External(*package), via }),
        _ => {}
    }
    items
}

/// Marks objects that are assigned to a variable of another declared type: calls may be dispatched to them.
pub fn relabel_objects(items: &mut Items) {
    for item in items.iter_mut().filter(|i| matches!(i.value, Value::Instance(_))) {
        item.via = weaker(item.via, Via::Dispatch);
    }
}

/// The less certain of two rules.
pub fn weaker(a: Via, b: Via) -> Via {
    if a.confidence() <= b.confidence() { a } else { b }
}
