//! The short form of an answer that the change cases use: one line for each finding.

use std::fmt::{Display, Write as _};

use graph_core::changes::Difference;
use graph_core::impact::Answer;
use serde::Serialize;

pub fn short(answer: &Answer) -> String {
    let mut text = String::new();
    for change in &answer.changes {
        let kind = word(&change.change);
        let from = match &change.previous {
            Some(previous) if previous.id != change.symbol.id => format!("{} -> ", previous.id),
            _ => String::new(),
        };
        let score = change.score.map(|s| format!(" {s}")).unwrap_or_default();
        line(&mut text, format!("{kind} {from}{}{score}", change.symbol.id));
        for difference in &change.contract {
            line(&mut text, format!("    {}", contract(difference)));
        }
    }
    for one in &answer.affected {
        let place = one.path.first().map(|s| format!(" at {}:{}", s.path, s.line)).unwrap_or_default();
        let dangling = if one.dangling { ", dangling" } else { "" };
        let (severity, distance, id) = (word(&one.severity), one.distance, &one.symbol.id);
        line(&mut text, format!("{severity} {distance} {id}: {}{place}{dangling}", one.reason));
    }
    for misfit in &answer.misfits {
        let (id, path, at) = (&misfit.symbol.id, &misfit.path, misfit.line);
        let why = format!("{} {}", word(&misfit.why), misfit.argument);
        line(&mut text, format!("misfit {path}:{at} {id} -> {}: {}", misfit.change, why.trim_end()));
    }
    for test in &answer.tests {
        line(&mut text, format!("test {} {}: {}", test.distance, test.symbol.id, test.command));
    }
    for id in &answer.untested {
        line(&mut text, format!("untested {id}"));
    }
    for entry in answer.entry_points.iter().filter(|e| word(&e.kind) != "api") {
        let (kind, name, framework, id) =
            (word(&entry.kind), &entry.name, &entry.framework, &entry.symbol.id);
        let at = &entry.registered;
        line(&mut text, format!("{kind} {} {name} ({framework} at {at}): {id}", entry.distance));
    }
    let public_api: Vec<&str> =
        answer.entry_points.iter().filter(|e| word(&e.kind) == "api").map(|e| e.name.as_str()).collect();
    if !public_api.is_empty() {
        line(&mut text, format!("offered {}", public_api.join(", ")));
    }
    text
}

fn contract(difference: &Difference) -> String {
    let mark = if difference.breaking { "! " } else { "" };
    let what = word(&difference.what);
    let name = if difference.name.is_empty() { String::new() } else { format!(" {}", difference.name) };
    let sides = match (&difference.before, &difference.after) {
        (Some(before), Some(after)) => format!(": {before} -> {after}"),
        (Some(one), None) | (None, Some(one)) if *one != difference.name => format!(": {one}"),
        _ => String::new(),
    };
    format!("{mark}{what}{name}{sides}")
}

fn word(value: &impl Serialize) -> String {
    let value = serde_json::to_value(value).expect("a name");
    value.as_str().expect("a string").to_owned()
}

fn line(text: &mut String, words: impl Display) {
    writeln!(text, "{words}").expect("written");
}
