//! Derived properties of a definition: constructor, enum, property, static, test, abstract, exported.

use crate::extract::build::FactBuilder;
use crate::extract::definitions::decorators;
use crate::facts::DefinitionId;
use crate::graph::{NodeKind, Visibility, flag};
use crate::languages::Exported;

/// Derives kind, flags and visibility from decorators, name, bases and the enclosing definition.
pub fn derive_flags(build: &mut FactBuilder<'_>, id: DefinitionId) {
    let rules = &build.language.rules;
    let definition = build.facts.definition(id);
    let name = build.facts.text(definition.name);
    let mut flags = definition.flags;
    let mut kind = definition.kind;
    if kind == NodeKind::Method && rules.constructors.contains(&name) {
        kind = NodeKind::Constructor;
    }
    let is = |list: &[&str]| decorators::is_decorated(build, id, list);
    if kind == NodeKind::Class
        && definition.bases.iter().any(|base| {
            let base = build.facts.text(*base);
            rules.types.enum_bases.contains(&base.rsplit('.').next().unwrap_or(base))
        })
    {
        kind = NodeKind::Enum;
    }
    if is(rules.members.property_decorators) {
        flags |= flag::PROPERTY;
    }
    if is(rules.members.static_decorators) {
        flags |= flag::STATIC;
    }
    let prefixes = build.language.tests.function_prefixes;
    if definition.is_callable()
        && (is(build.language.tests.decorators)
            || build.is_test_file && prefixes.iter().any(|prefix| name.starts_with(prefix)))
    {
        flags |= flag::TEST;
    }
    let exported = match rules.exported {
        Exported::NoUnderscore => !name.starts_with('_') || name.starts_with("__") && name.ends_with("__"),
        Exported::Explicit => !definition.parent.is_file() && definition.visibility == Visibility::Public,
        Exported::Capital => name.starts_with(char::is_uppercase),
        Exported::Visibility => definition.visibility == Visibility::Public,
    };
    let parent = build.facts.definition(definition.parent);
    if kind == NodeKind::Method && parent.kind == NodeKind::Interface && !definition.has_body {
        flags |= flag::ABSTRACT;
    }
    let visibility = match rules.exported {
        Exported::Capital if !exported => Visibility::Package,
        _ => definition.visibility,
    };
    if exported && (definition.parent.is_file() || parent.is_type()) {
        flags |= flag::EXPORTED;
    }
    let definition = &mut build.facts.definitions[id.at()];
    definition.kind = kind;
    definition.flags = flags;
    definition.visibility = visibility;
}
