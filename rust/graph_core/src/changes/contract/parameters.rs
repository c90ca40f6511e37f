//! Parameters: what was added, removed, renamed, put elsewhere or given another type between two lists of them.

use rustc_hash::FxHashMap;

use super::{Difference, What, same_text, written};
use crate::graph::{Parameter, ParameterKind};

pub(super) fn differences(old: &[Parameter], new: &[Parameter]) -> Vec<Difference> {
    let matched = matched(old, new);
    let mut taken = vec![false; new.len()];
    let mut found = Vec::new();
    for (parameter, place) in old.iter().zip(&matched) {
        match place {
            Some(j) => {
                taken[*j] = true;
                compare(&mut found, parameter, &new[*j]);
            }
            None => found.push(Difference {
                what: What::ParameterRemoved,
                name: parameter.name.clone(),
                before: Some(text(parameter)),
                after: None,
                breaking: true,
            }),
        }
    }
    for (j, parameter) in new.iter().enumerate().filter(|(j, _)| !taken[*j]) {
        // Something that callers already give by position stands after it, and would land in the wrong place.
        let shifts = is_positional(parameter)
            && new[j + 1..]
                .iter()
                .zip(&taken[j + 1..])
                .any(|(later, known)| *known && (is_positional(later) || later.kind == ParameterKind::Rest));
        let free =
            parameter.optional || matches!(parameter.kind, ParameterKind::Rest | ParameterKind::KeywordRest);
        found.push(Difference {
            what: What::ParameterAdded,
            name: parameter.name.clone(),
            before: None,
            after: Some(text(parameter)),
            breaking: shifts || !free,
        });
    }
    found.extend(reordered(old, new, &matched));
    found
}

/// For each old parameter its place among the new ones: the same name, or else the same place between two that
/// have the same name, with the same type.
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
    let named = matched.clone();
    for i in 0..old.len() {
        if named[i].is_some() {
            continue;
        }
        let gap = named[..i].iter().rev().take_while(|m| m.is_none()).count();
        let j = named[..i].iter().rev().flatten().next().map_or(gap, |before| before + 1 + gap);
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
        push(What::ParameterRenamed, Some(old.name.clone()), Some(new.name.clone()), by_keyword);
    }
    if old.kind != new.kind {
        let breaking = new.kind != ParameterKind::Plain;
        push(What::ParameterRetyped, Some(way(old)), Some(way(new)), breaking);
    } else if !same_text(&old.r#type, &new.r#type) {
        let breaking = !old.r#type.is_empty() && !new.r#type.is_empty() && !holds(&new.r#type, &old.r#type);
        push(What::ParameterRetyped, written(&old.r#type), written(&new.r#type), breaking);
    }
    let (before, after) = (written(&old.default), written(&new.default));
    match (&before, &after) {
        (Some(_), None) => push(What::DefaultRemoved, before, None, !new.optional),
        (None, Some(_)) => push(What::DefaultAdded, None, after, false),
        (Some(a), Some(b)) if !same_text(a, b) => push(What::DefaultAdded, before, after, false),
        _ if old.optional && !new.optional => {
            push(What::BecameRequired, Some(text(old)), Some(text(new)), true)
        }
        _ if !old.optional && new.optional => {
            push(What::BecameOptional, Some(text(old)), Some(text(new)), false)
        }
        _ => {}
    }
}

/// Those that are given by position stand in another order among themselves.
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
        what: What::ParametersReordered,
        name: String::new(),
        before: names(kept.iter().map(|(i, _)| old[*i].name.as_str()).collect()),
        after: names(after.iter().map(|j| new[*j].name.as_str()).collect()),
        breaking: true,
    })
}

fn is_positional(parameter: &Parameter) -> bool {
    matches!(parameter.kind, ParameterKind::Plain | ParameterKind::Positional)
}

/// `wide` is a union with all members of `narrow` in it.
fn holds(wide: &str, narrow: &str) -> bool {
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

fn way(parameter: &Parameter) -> String {
    let kind = match parameter.kind {
        ParameterKind::Plain => "plain",
        ParameterKind::Keyword => "keyword",
        ParameterKind::Positional => "positional",
        ParameterKind::Rest => "rest",
        ParameterKind::KeywordRest => "keyword rest",
    };
    if parameter.r#type.is_empty() { kind.to_owned() } else { format!("{kind} {}", parameter.r#type) }
}
