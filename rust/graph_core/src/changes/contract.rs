//! The differences between the contracts of two versions of a definition, and which of them break its users.

mod parameters;

use serde::Serialize;

use super::containment::{Family, family};
use crate::graph::{Field, Node, NodeKind, Visibility, flag};

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum DifferenceKind {
    /// Breaking, unless calls stay valid without it: it is optional and no known positional parameter follows it, or it is
    /// a rest parameter.
    ParameterAdded,
    /// Breaking.
    ParameterRemoved,
    /// Breaking for a keyword-only parameter.
    ParameterRenamed,
    /// Breaking.
    ParametersReordered,
    /// Breaking, unless a type annotation was only added or removed, or the new type is a union that includes the old one.
    /// Also used when the kind of the parameter changed; `before` and `after` are the kinds then.
    ParameterRetyped,
    /// Not breaking. If `before` is set, the default changed.
    DefaultAdded,
    /// Breaking if the parameter is required now.
    DefaultRemoved,
    /// Not breaking.
    BecameOptional,
    /// Breaking.
    BecameRequired,
    /// Breaking, unless a type annotation was only added or removed.
    ReturnType,
    /// Breaking, in both directions.
    Async,
    /// Breaking, in both directions.
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
    /// Breaking: callers must handle it.
    ThrowsAdded,
    /// Not breaking.
    ThrowsRemoved,
    /// Not breaking.
    BaseAdded,
    /// Breaking.
    BaseRemoved,
    /// Breaking if it is a required field of an interface or type, because other code creates values of these.
    FieldAdded,
    /// Breaking.
    FieldRemoved,
    /// Breaking, unless a type annotation was only added or removed.
    FieldRetyped,
    /// Breaking: code that reads it must handle its absence.
    FieldOptional,
    /// Breaking for an interface or type, because other code creates values of these.
    FieldRequired,
    /// Not breaking: the value of a constant or an exported variable changed.
    ValueChanged,
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Difference {
    pub what: DifferenceKind,
    /// The name of the parameter, field, decorator, … (the new name if renamed); empty if it is about the definition itself.
    pub name: String,
    pub before: Option<String>,
    pub after: Option<String>,
    pub breaking: bool,
}

/// The differences between the contracts of two versions of a definition. Parts with equal hashes are not compared, so
/// that reformatted types are no difference.
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
                what: DifferenceKind::ReturnType,
                name: String::new(),
                before: non_empty(&a.returns),
                after: non_empty(&b.returns),
                breaking: !a.returns.is_empty() && !b.returns.is_empty(),
            });
        }
        list_differences(
            &mut found,
            &a.throws,
            &b.throws,
            DifferenceKind::ThrowsAdded,
            DifferenceKind::ThrowsRemoved,
        );
        list_differences(
            &mut found,
            &a.bases,
            &b.bases,
            DifferenceKind::BaseAdded,
            DifferenceKind::BaseRemoved,
        );
    }
    if old.signature_hash != new.signature_hash || old.body_hash != new.body_hash {
        list_differences(
            &mut found,
            &a.decorators,
            &b.decorators,
            DifferenceKind::DecoratorAdded,
            DifferenceKind::DecoratorRemoved,
        );
        field_differences(&mut found, old, new);
    }
    flag_differences(&mut found, old, new);
    if a.visibility != b.visibility {
        found.push(Difference {
            what: DifferenceKind::Visibility,
            name: String::new(),
            before: Some(visibility_name(a.visibility).to_owned()),
            after: Some(visibility_name(b.visibility).to_owned()),
            breaking: a.visibility < b.visibility,
        });
    }
    found
}

fn flag_differences(found: &mut Vec<Difference>, old: &Node, new: &Node) {
    // The exports of a module are listed as its definitions; whether a file itself is exported is not in its contract.
    let exported = if family(old.kind) == Family::File { 0 } else { flag::EXPORTED };
    for (bit, what) in [
        (flag::ASYNC, DifferenceKind::Async),
        (flag::STATIC, DifferenceKind::Static),
        (flag::ABSTRACT, DifferenceKind::Abstract),
        (exported, DifferenceKind::Exported),
    ] {
        let (before, after) = (old.is(bit), new.is(bit));
        if before != after {
            let breaking = match what {
                DifferenceKind::Abstract => after,
                DifferenceKind::Exported => before,
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

fn list_differences(
    found: &mut Vec<Difference>,
    old: &[String],
    new: &[String],
    added: DifferenceKind,
    removed: DifferenceKind,
) {
    for item in old.iter().filter(|item| !new.iter().any(|other| same_text(item, other))) {
        found.push(Difference {
            what: removed,
            name: item.clone(),
            before: Some(item.clone()),
            after: None,
            breaking: removed == DifferenceKind::BaseRemoved,
        });
    }
    for item in new.iter().filter(|item| !old.iter().any(|other| same_text(item, other))) {
        found.push(Difference {
            what: added,
            name: item.clone(),
            before: None,
            after: Some(item.clone()),
            breaking: added == DifferenceKind::ThrowsAdded,
        });
    }
}

fn field_differences(found: &mut Vec<Difference>, old: &Node, new: &Node) {
    let is_created_by_others = matches!(new.kind, NodeKind::Interface | NodeKind::Type);
    let by_name = |fields: &[Field]| -> rustc_hash::FxHashMap<String, Field> {
        fields.iter().map(|f| (f.name.clone(), f.clone())).collect()
    };
    let (olds, news) = (by_name(&old.contract.fields), by_name(&new.contract.fields));
    for field in &old.contract.fields {
        let Some(other) = news.get(&field.name) else {
            found.push(Difference {
                what: DifferenceKind::FieldRemoved,
                name: field.name.clone(),
                before: Some(field_text(field)),
                after: None,
                breaking: true,
            });
            continue;
        };
        if !same_text(&field.r#type, &other.r#type) {
            found.push(Difference {
                what: DifferenceKind::FieldRetyped,
                name: field.name.clone(),
                before: non_empty(&field.r#type),
                after: non_empty(&other.r#type),
                breaking: !field.r#type.is_empty() && !other.r#type.is_empty(),
            });
        }
        if !same_text(&field.value, &other.value) {
            found.push(Difference {
                what: DifferenceKind::ValueChanged,
                name: field.name.clone(),
                before: non_empty(&field.value),
                after: non_empty(&other.value),
                breaking: false,
            });
        }
        if field.optional != other.optional {
            found.push(Difference {
                what: if other.optional {
                    DifferenceKind::FieldOptional
                } else {
                    DifferenceKind::FieldRequired
                },
                name: field.name.clone(),
                before: Some(field_text(field)),
                after: Some(field_text(other)),
                breaking: other.optional || is_created_by_others,
            });
        }
    }
    for field in new.contract.fields.iter().filter(|f| !olds.contains_key(&f.name)) {
        found.push(Difference {
            what: DifferenceKind::FieldAdded,
            name: field.name.clone(),
            before: None,
            after: Some(field_text(field)),
            breaking: is_created_by_others && !field.optional,
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

fn non_empty(text: &str) -> Option<String> {
    (!text.is_empty()).then(|| text.to_owned())
}

/// Equal apart from white space.
pub(super) fn same_text(a: &str, b: &str) -> bool {
    let without_white_space = |text: &'_ str| -> String { text.split_whitespace().collect() };
    a == b || without_white_space(a) == without_white_space(b)
}
