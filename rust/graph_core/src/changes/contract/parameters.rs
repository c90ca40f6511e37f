//! The differences between two parameter lists: parameters added, removed, renamed, reordered or with another type.

use rustc_hash::FxHashMap;

use super::{Difference, DifferenceKind, non_empty, same_text};
use crate::graph::{Parameter, ParameterKind};

pub(super) fn differences(old: &[Parameter], new: &[Parameter]) -> Vec<Difference> {
    let matched = matched(old, new);
    let mut taken = vec![false; new.len()];
    let mut found = Vec::new();
    for (parameter, position) in old.iter().zip(&matched) {
        match position {
            Some(j) => {
                taken[*j] = true;
                compare(&mut found, parameter, &new[*j]);
            }
            None => found.push(Difference {
                what: DifferenceKind::ParameterRemoved,
                name: parameter.name.clone(),
                before: Some(text(parameter)),
                after: None,
                breaking: true,
            }),
        }
    }
    for (j, parameter) in new.iter().enumerate().filter(|(j, _)| !taken[*j]) {
        // A parameter that callers pass by position follows it, so the arguments would be shifted.
        let shifts = is_positional(parameter)
            && new[j + 1..]
                .iter()
                .zip(&taken[j + 1..])
                .any(|(later, known)| *known && (is_positional(later) || later.kind == ParameterKind::Rest));
        let is_omissible =
            parameter.optional || matches!(parameter.kind, ParameterKind::Rest | ParameterKind::KeywordRest);
        found.push(Difference {
            what: DifferenceKind::ParameterAdded,
            name: parameter.name.clone(),
            before: None,
            after: Some(text(parameter)),
            breaking: shifts || !is_omissible,
        });
    }
    found.extend(reordered(old, new, &matched));
    found
}

/// The index of each old parameter in the new list: by name, or else by the position after a parameter matched by name, if
/// kind and type are equal.
fn matched(old: &[Parameter], new: &[Parameter]) -> Vec<Option<usize>> {
    let by_name: FxHashMap<&str, usize> = new
        .iter()
        .enumerate()
        .filter(|(_, p)| !p.name.is_empty())
        .map(|(j, p)| (p.name.as_str(), j))
        .collect();
    let mut matched: Vec<Option<usize>> = vec![None; old.len()];
    let mut taken = vec![false; new.len()];
    for (i, parameter) in old.iter().enumerate() {
        if let Some(&j) = by_name.get(parameter.name.as_str())
            && !taken[j]
        {
            matched[i] = Some(j);
            taken[j] = true;
        }
    }
    let by_name_only = matched.clone();
    for i in 0..old.len() {
        if by_name_only[i].is_some() {
            continue;
        }
        let gap = by_name_only[..i].iter().rev().take_while(|m| m.is_none()).count();
        let j = by_name_only[..i].iter().rev().flatten().next().map_or(gap, |before| before + 1 + gap);
        let fits = new.get(j).is_some_and(|p| p.kind == old[i].kind && same_text(&p.r#type, &old[i].r#type));
        if fits && !taken[j] {
            matched[i] = Some(j);
            taken[j] = true;
        }
    }
    matched
}

fn compare(found: &mut Vec<Difference>, old: &Parameter, new: &Parameter) {
    let mut push = |what, before: Option<String>, after: Option<String>, breaking| {
        found.push(Difference { what, name: new.name.clone(), before, after, breaking });
    };
    if old.name != new.name {
        let by_keyword = old.kind == ParameterKind::Keyword;
        push(DifferenceKind::ParameterRenamed, Some(old.name.clone()), Some(new.name.clone()), by_keyword);
    }
    if old.kind != new.kind {
        let breaking = new.kind != ParameterKind::Plain;
        push(DifferenceKind::ParameterRetyped, Some(kind_and_type(old)), Some(kind_and_type(new)), breaking);
    } else if !same_text(&old.r#type, &new.r#type) {
        let breaking =
            !old.r#type.is_empty() && !new.r#type.is_empty() && !is_wider_union(&new.r#type, &old.r#type);
        push(DifferenceKind::ParameterRetyped, non_empty(&old.r#type), non_empty(&new.r#type), breaking);
    }
    let (before, after) = (non_empty(&old.default), non_empty(&new.default));
    match (&before, &after) {
        (Some(_), None) => push(DifferenceKind::DefaultRemoved, before, None, !new.optional),
        (None, Some(_)) => push(DifferenceKind::DefaultAdded, None, after, false),
        (Some(a), Some(b)) if !same_text(a, b) => push(DifferenceKind::DefaultAdded, before, after, false),
        _ if old.optional && !new.optional => {
            push(DifferenceKind::BecameRequired, Some(text(old)), Some(text(new)), true)
        }
        _ if !old.optional && new.optional => {
            push(DifferenceKind::BecameOptional, Some(text(old)), Some(text(new)), false)
        }
        _ => {}
    }
}

/// The difference in the order of positional parameters, if there is any.
fn reordered(old: &[Parameter], new: &[Parameter], matched: &[Option<usize>]) -> Option<Difference> {
    let kept: Vec<(usize, usize)> = matched
        .iter()
        .enumerate()
        .filter_map(|(i, j)| j.map(|j| (i, j)))
        .filter(|(i, j)| is_positional(&old[*i]) && is_positional(&new[*j]))
        .collect();
    if kept.is_sorted_by_key(|(_, j)| *j) {
        return None;
    }
    let mut after: Vec<usize> = kept.iter().map(|(_, j)| *j).collect();
    after.sort_unstable();
    let names = |parameters: Vec<&str>| Some(parameters.join(", "));
    Some(Difference {
        what: DifferenceKind::ParametersReordered,
        name: String::new(),
        before: names(kept.iter().map(|(i, _)| old[*i].name.as_str()).collect()),
        after: names(after.iter().map(|j| new[*j].name.as_str()).collect()),
        breaking: true,
    })
}

fn is_positional(parameter: &Parameter) -> bool {
    matches!(parameter.kind, ParameterKind::Plain | ParameterKind::Positional)
}

/// `wide` is a union type that includes all members of `narrow`.
fn is_wider_union(wide: &str, narrow: &str) -> bool {
    let members = |text: &str| -> Option<Vec<String>> {
        let mut depth = 0i32;
        let mut parts = vec![String::new()];
        for c in text.chars().filter(|c| !c.is_whitespace()) {
            match c {
                '(' | '[' | '{' | '<' => depth += 1,
                ')' | ']' | '}' | '>' => depth -= 1,
                '|' if depth == 0 => {
                    parts.push(String::new());
                    continue;
                }
                _ => {}
            }
            parts.last_mut()?.push(c);
        }
        Some(parts)
    };
    match (members(wide), members(narrow)) {
        (Some(wide), Some(narrow)) => wide.len() > 1 && narrow.iter().all(|member| wide.contains(member)),
        _ => false,
    }
}

fn text(parameter: &Parameter) -> String {
    let mut text = parameter.name.clone();
    if parameter.optional && parameter.default.is_empty() {
        text.push('?');
    }
    if !parameter.r#type.is_empty() {
        text.push_str(": ");
        text.push_str(&parameter.r#type);
    }
    if !parameter.default.is_empty() {
        text.push_str(" = ");
        text.push_str(&parameter.default);
    }
    text
}

fn kind_and_type(parameter: &Parameter) -> String {
    let kind = match parameter.kind {
        ParameterKind::Plain => "plain",
        ParameterKind::Keyword => "keyword",
        ParameterKind::Positional => "positional",
        ParameterKind::Rest => "rest",
        ParameterKind::KeywordRest => "keyword rest",
    };
    if parameter.r#type.is_empty() { kind.to_owned() } else { format!("{kind} {}", parameter.r#type) }
}
