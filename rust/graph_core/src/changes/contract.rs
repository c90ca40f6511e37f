//! Contract: in what two forms of a definition differ for those who rely on it, and which differences break them.

mod parameters;

use serde::Serialize;

use super::tree::{Family, family};
use crate::graph::{Field, Node, NodeKind, Visibility, flag};

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum What {
    /// Breaking unless callers need not give it: optional with nothing positional after it, keyword or rest.
    ParameterAdded,
    /// Breaking.
    ParameterRemoved,
    /// Breaking for a parameter that is given by keyword only.
    ParameterRenamed,
    /// Breaking.
    ParametersReordered,
    /// Breaking, unless a type was only written down or left away, or the new one is a union that holds the old.
    /// Also: the way in which it is given is another (`before` and `after` then say which).
    ParameterRetyped,
    /// Not breaking. With `before` set, the default was another one.
    DefaultAdded,
    /// Breaking if callers must now give it.
    DefaultRemoved,
    /// Not breaking.
    BecameOptional,
    /// Breaking.
    BecameRequired,
    /// Breaking, unless a type was only written down or left away.
    ReturnType,
    /// Breaking, both ways.
    Async,
    /// Breaking, both ways.
    Static,
    /// Breaking when it became abstract.
    Abstract,
    /// Breaking when narrowed.
    Visibility,
    /// Breaking when no longer exported.
    Exported,
    /// Not breaking.
    DecoratorAdded,
    /// Not breaking.
    DecoratorRemoved,
    /// Breaking: callers have to expect it.
    ThrowsAdded,
    /// Not breaking.
    ThrowsRemoved,
    /// Not breaking.
    BaseAdded,
    /// Breaking.
    BaseRemoved,
    /// Breaking if it is a required one of an interface or type, which others write values of.
    FieldAdded,
    /// Breaking.
    FieldRemoved,
    /// Breaking, unless a type was only written down or left away.
    FieldRetyped,
    /// Breaking: readers have to expect that it is absent.
    FieldOptional,
    /// Breaking for an interface or type, which others write values of.
    FieldRequired,
    /// Not breaking: a constant or an exported value is another one.
    ValueChanged,
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Difference {
    pub what: What,
    /// Of the parameter, field, decorator, … (the new one when renamed); empty when it is the definition itself.
    pub name: String,
    pub before: Option<String>,
    pub after: Option<String>,
    pub breaking: bool,
}

/// The differences between the contracts of two forms of one definition. What a hash says is equal is not looked
/// at, so that a formatter at work inside of a type is no difference.
pub fn differences(old: &Node, new: &Node) -> Vec<Difference> {
    let mut found = Vec::new();
    if family(old.kind) != family(new.kind) {
        return found;
    }
    let (a, b) = (&old.contract, &new.contract);
    if old.signature_hash != new.signature_hash {
        found.extend(parameters::differences(&a.parameters, &b.parameters));
        if !same_text(&a.returns, &b.returns) {
            found.push(Difference {
                what: What::ReturnType,
                name: String::new(),
                before: written(&a.returns),
                after: written(&b.returns),
                breaking: !a.returns.is_empty() && !b.returns.is_empty(),
            });
        }
        lists(&mut found, &a.throws, &b.throws, What::ThrowsAdded, What::ThrowsRemoved);
        lists(&mut found, &a.bases, &b.bases, What::BaseAdded, What::BaseRemoved);
    }
    if old.signature_hash != new.signature_hash || old.body_hash != new.body_hash {
        lists(&mut found, &a.decorators, &b.decorators, What::DecoratorAdded, What::DecoratorRemoved);
        fields(&mut found, old, new);
    }
    flags(&mut found, old, new);
    if a.visibility != b.visibility {
        found.push(Difference {
            what: What::Visibility,
            name: String::new(),
            before: Some(visibility_name(a.visibility).to_owned()),
            after: Some(visibility_name(b.visibility).to_owned()),
            breaking: a.visibility < b.visibility,
        });
    }
    found
}

fn flags(found: &mut Vec<Difference>, old: &Node, new: &Node) {
    // What a module offers is told by the definitions in it; whether a file is offered is not its contract.
    let exported = if family(old.kind) == Family::File { 0 } else { flag::EXPORTED };
    for (bit, what) in [
        (flag::ASYNC, What::Async),
        (flag::STATIC, What::Static),
        (flag::ABSTRACT, What::Abstract),
        (exported, What::Exported),
    ] {
        let (before, after) = (old.is(bit), new.is(bit));
        if before != after {
            let breaking = match what {
                What::Abstract => after,
                What::Exported => before,
                _ => true,
            };
            found.push(Difference {
                what,
                name: String::new(),
                before: Some(before.to_string()),
                after: Some(after.to_string()),
                breaking,
            });
        }
    }
}

fn lists(found: &mut Vec<Difference>, old: &[String], new: &[String], added: What, removed: What) {
    for item in old.iter().filter(|item| !new.iter().any(|other| same_text(item, other))) {
        found.push(Difference {
            what: removed,
            name: item.clone(),
            before: Some(item.clone()),
            after: None,
            breaking: removed == What::BaseRemoved,
        });
    }
    for item in new.iter().filter(|item| !old.iter().any(|other| same_text(item, other))) {
        found.push(Difference {
            what: added,
            name: item.clone(),
            before: None,
            after: Some(item.clone()),
            breaking: added == What::ThrowsAdded,
        });
    }
}

fn fields(found: &mut Vec<Difference>, old: &Node, new: &Node) {
    let written_by_others = matches!(new.kind, NodeKind::Interface | NodeKind::Type);
    let by_name = |fields: &[Field]| -> rustc_hash::FxHashMap<String, Field> {
        fields.iter().map(|f| (f.name.clone(), f.clone())).collect()
    };
    let (olds, news) = (by_name(&old.contract.fields), by_name(&new.contract.fields));
    for field in &old.contract.fields {
        let Some(other) = news.get(&field.name) else {
            found.push(Difference {
                what: What::FieldRemoved,
                name: field.name.clone(),
                before: Some(field_text(field)),
                after: None,
                breaking: true,
            });
            continue;
        };
        if !same_text(&field.r#type, &other.r#type) {
            found.push(Difference {
                what: What::FieldRetyped,
                name: field.name.clone(),
                before: written(&field.r#type),
                after: written(&other.r#type),
                breaking: !field.r#type.is_empty() && !other.r#type.is_empty(),
            });
        }
        if !same_text(&field.value, &other.value) {
            found.push(Difference {
                what: What::ValueChanged,
                name: field.name.clone(),
                before: written(&field.value),
                after: written(&other.value),
                breaking: false,
            });
        }
        if field.optional != other.optional {
            found.push(Difference {
                what: if other.optional { What::FieldOptional } else { What::FieldRequired },
                name: field.name.clone(),
                before: Some(field_text(field)),
                after: Some(field_text(other)),
                breaking: other.optional || written_by_others,
            });
        }
    }
    for field in new.contract.fields.iter().filter(|f| !olds.contains_key(&f.name)) {
        found.push(Difference {
            what: What::FieldAdded,
            name: field.name.clone(),
            before: None,
            after: Some(field_text(field)),
            breaking: written_by_others && !field.optional,
        });
    }
}

fn field_text(field: &Field) -> String {
    let mark = if field.optional { "?" } else { "" };
    if field.r#type.is_empty() {
        format!("{}{mark}", field.name)
    } else {
        format!("{}{mark}: {}", field.name, field.r#type)
    }
}

fn visibility_name(visibility: Visibility) -> &'static str {
    match visibility {
        Visibility::Public => "public",
        Visibility::Protected => "protected",
        Visibility::Package => "package",
        Visibility::Private => "private",
    }
}

fn written(text: &str) -> Option<String> {
    (!text.is_empty()).then(|| text.to_owned())
}

/// Equal but for white space.
pub(super) fn same_text(a: &str, b: &str) -> bool {
    let tight = |text: &'_ str| -> String { text.split_whitespace().collect() };
    a == b || tight(a) == tight(b)
}
