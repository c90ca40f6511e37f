//! Values: what an expression may stand for, as far as calls depend on it.

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
    /// The files that share top-level names, by index into `Index::units`.
    Unit(UnitId),
    /// A folder whose files are modules, by index into `Index::folders`.
    Folder(FolderId),
    Class(Def),
    Instance(Def),
    Function(Def),
    /// The part of the method-resolution order behind a class, for an object of it.
    Super(Def),
    /// An object literal, which expression of its file it is, and where it stands.
    Object {
        file: FileId,
        id: ExpressionId,
        list: ListId,
        position: Position,
    },
    /// A container of such elements.
    Container(Arc<[Value]>),
    /// PartialTypes by position.
    Tuple(Arc<[Values]>),
    /// A container of values by keys.
    Table(Arc<[Values; 2]>),
    /// Something of another package, by the hash of the package's name.
    External(PackageHash),
    /// What a call is given for that parameter: functions may give it back.
    FromParameter(u32),
    /// The object that a method of that type is called on, which may be of a type below: functions give it back.
    SelfType(Def),
    /// Bound, and not known to what.
    Unknown,
    /// True, which says that the first argument of the call is of that type: functions give it back.
    TypePredicate(Def),
}

impl Value {
    /// Something that the language itself brings.
    pub fn builtin() -> Value {
        Value::External(PackageHash::builtin())
    }

    /// Something from outside of the repository, of an unknown package.
    pub fn outside() -> Value {
        Value::External(PackageHash::unknown())
    }
}

/// A value, and the least sure rule on the way to it.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Item {
    pub value: Value,
    pub via: Via,
}

pub type Values = Arc<[Value]>;

pub type Items = SmallVec<[Item; 2]>;

/// Most values that are followed for one expression.
pub const MOST: usize = 6;

/// The same values, no surer than `via`.
pub(super) fn relabel(items: &Items, via: Via) -> Items {
    items.iter().map(|i| Item { value: i.value.clone(), via: weaker(i.via, via) }).collect()
}

pub fn one(value: Value, via: Via) -> Items {
    let mut items = Items::new();
    items.push(Item { value, via });
    items
}

/// Adds without repeating, up to `MOST`.
pub fn push(items: &mut Items, item: Item) {
    if items.len() < MOST && !items.iter().any(|i| i.value == item.value) {
        items.push(item);
    }
}

pub fn extend(items: &mut Items, more: Items) {
    for item in more {
        push(items, item);
    }
}

/// The values alone, sorted, for use as elements.
pub fn values(items: &Items) -> Values {
    let mut values: Vec<Value> = items.iter().map(|i| i.value.clone()).collect();
    values.sort_unstable();
    values.into()
}

/// What iterating over a value gives.
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

/// Objects that are assigned to what has another type are those that its calls may be dispatched to.
pub fn relabel_objects(items: &mut Items) {
    for item in items.iter_mut().filter(|i| matches!(i.value, Value::Instance(_))) {
        item.via = weaker(item.via, Via::Dispatch);
    }
}

/// The less sure of two rules.
pub fn weaker(a: Via, b: Via) -> Via {
    if a.confidence() <= b.confidence() { a } else { b }
}
