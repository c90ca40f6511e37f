//! Fit: whether the way in which a call gives its arguments meets a contract.

use serde::Serialize;

use crate::graph::{CallShape, Node, NodeKind, Parameter, ParameterKind, flag};

/// Why a call does not fit what it calls.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Why {
    /// What is referred to is not there any more.
    Gone,
    /// It may not be used from there any more.
    NotVisible,
    MissingArgument,
    MissingKeyword,
    TooManyArguments,
    UnknownKeyword,
    /// What is called has become asynchronous, and the result is taken at once.
    NotAwaited,
}

/// The first thing in which the call does not fit, with the name of the parameter or argument that it is about.
/// Types are not compared, only how many arguments are given and under which names.
pub(super) fn misfit(node: &Node, shape: &CallShape) -> Option<(Why, String)> {
    if !matches!(node.kind, NodeKind::Function | NodeKind::Method | NodeKind::Constructor) {
        return None;
    }
    arguments(&node.contract.parameters, shape).or_else(|| {
        let waits = node.is(flag::ASYNC) && !node.is(flag::GENERATOR);
        (waits && !shape.awaited).then(|| (Why::NotAwaited, String::new()))
    })
}

fn arguments(parameters: &[Parameter], shape: &CallShape) -> Option<(Why, String)> {
    use ParameterKind::{Keyword, KeywordRest, Plain, Positional, Rest};
    let named = |kind: ParameterKind| parameters.iter().any(|p| p.kind == kind);
    let in_order: Vec<&Parameter> =
        parameters.iter().filter(|p| matches!(p.kind, Plain | Positional)).collect();
    let given = usize::from(shape.positional);
    if given > in_order.len() && !named(Rest) {
        return Some((Why::TooManyArguments, String::new()));
    }
    let by_name = |p: &Parameter| shape.keywords.contains(&p.name);
    for keyword in &shape.keywords {
        let known = parameters.iter().any(|p| p.name == *keyword && matches!(p.kind, Plain | Keyword));
        if !known && !named(KeywordRest) {
            return Some((Why::UnknownKeyword, keyword.clone()));
        }
    }
    if let Some(twice) = in_order.iter().take(given).find(|p| by_name(p) && !named(KeywordRest)) {
        return Some((Why::TooManyArguments, twice.name.clone()));
    }
    if shape.has_spread {
        return None;
    }
    let missing = |p: &&Parameter| !p.optional && !by_name(p);
    if let Some(p) = in_order.iter().skip(given).find(|p| missing(p)) {
        return Some((Why::MissingArgument, p.name.clone()));
    }
    let keyword = parameters.iter().filter(|p| p.kind == Keyword).find(missing)?;
    Some((Why::MissingKeyword, keyword.name.clone()))
}
