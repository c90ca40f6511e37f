//! Checks whether the arguments of a call match the contract of the callee.

use serde::Serialize;

use crate::graph::{CallShape, Node, NodeKind, Parameter, ParameterKind, flag};

/// Why a call does not match its callee.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum MisfitReason {
    /// The callee does not exist any more.
    Gone,
    /// The callee is not visible there any more.
    NotVisible,
    MissingArgument,
    MissingKeyword,
    TooManyArguments,
    UnknownKeyword,
    /// The callee became asynchronous, and the call does not await the result.
    NotAwaited,
}

/// The first reason why a call of that shape does not match the definition, with the name of the parameter or argument
/// (empty if it is about none); None if it matches. Compares number and names of arguments, and no types.
pub(super) fn mismatch(node: &Node, shape: &CallShape) -> Option<(MisfitReason, String)> {
    if !matches!(node.kind, NodeKind::Function | NodeKind::Method | NodeKind::Constructor) {
        return None;
    }
    arguments(&node.contract.parameters, shape).or_else(|| {
        let is_awaitable = node.is(flag::ASYNC) && !node.is(flag::GENERATOR);
        (is_awaitable && !shape.awaited).then(|| (MisfitReason::NotAwaited, String::new()))
    })
}

fn arguments(parameters: &[Parameter], shape: &CallShape) -> Option<(MisfitReason, String)> {
    use ParameterKind::{Keyword, KeywordRest, Plain, Positional, Rest};
    let has_kind = |kind: ParameterKind| parameters.iter().any(|p| p.kind == kind);
    let in_order: Vec<&Parameter> =
        parameters.iter().filter(|p| matches!(p.kind, Plain | Positional)).collect();
    let given = usize::from(shape.positional);
    if given > in_order.len() && !has_kind(Rest) {
        return Some((MisfitReason::TooManyArguments, String::new()));
    }
    let by_name = |p: &Parameter| shape.keywords.contains(&p.name);
    for keyword in &shape.keywords {
        let known = parameters.iter().any(|p| p.name == *keyword && matches!(p.kind, Plain | Keyword));
        if !known && !has_kind(KeywordRest) {
            return Some((MisfitReason::UnknownKeyword, keyword.clone()));
        }
    }
    if let Some(twice) = in_order.iter().take(given).find(|p| by_name(p) && !has_kind(KeywordRest)) {
        return Some((MisfitReason::TooManyArguments, twice.name.clone()));
    }
    if shape.has_spread {
        return None;
    }
    let missing = |p: &&Parameter| !p.optional && !by_name(p);
    if let Some(p) = in_order.iter().skip(given).find(|p| missing(p)) {
        return Some((MisfitReason::MissingArgument, p.name.clone()));
    }
    let keyword = parameters.iter().filter(|p| p.kind == Keyword).find(missing)?;
    Some((MisfitReason::MissingKeyword, keyword.name.clone()))
}
