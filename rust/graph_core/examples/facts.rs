//! Prints what extraction finds in files: definitions, bindings, imports, exports and references.
use std::time::Duration;

use graph_core::extract::{Bounds, extract};
use graph_core::facts::{Bound, Export, Expression, ExpressionId, Facts, ListId};
use graph_core::languages::Language;

fn main() {
    for path in std::env::args().skip(1) {
        let language = Language::of(&path).expect("a known ending");
        let source = std::fs::read(&path).expect("readable");
        let mut parser = tree_sitter::Parser::new();
        parser.set_language(&(language.grammar)()).expect("a grammar");
        let bounds = Bounds { depth: 1000, time: Duration::from_secs(10), nodes: 10_000_000 };
        match extract(language, &mut parser, &path, &source, bounds) {
            Ok(facts) => print(&facts),
            Err(reason) => println!("{path}: {reason}"),
        }
    }
}

fn print(f: &Facts) {
    println!("# definitions{}", if f.broken { " (broken)" } else { "" });
    for (i, d) in f.definitions.iter().enumerate().skip(1) {
        let parameters: Vec<String> = d
            .parameters
            .iter()
            .map(|p| {
                let optional = if p.optional { "?" } else { "" };
                let kind = format!("{:?} ", p.kind).replace("Plain ", "");
                format!(
                    "{kind}{}{optional}: {}={}",
                    f.text(p.name),
                    f.text(p.type_text),
                    f.text(p.default_text)
                )
            })
            .collect();
        let extends: Vec<String> = d.extends.iter().map(|e| expression(f, *e)).collect();
        let implements: Vec<String> = d.implements.iter().map(|e| expression(f, *e)).collect();
        let decorators: Vec<&str> = d.decorators.iter().map(|(_, s)| f.text(*s)).collect();
        let fields: Vec<String> = d
            .fields
            .iter()
            .map(|(n, t, o)| format!("{}{}: {}", f.text(*n), if *o { "?" } else { "" }, f.text(*t)))
            .collect();
        println!(
            "{i} {:?} {}/{} in {} L{}-{} flags {:b} {:?} cx {} ({}) -> {} | ext {extends:?} impl {implements:?} dec {decorators:?} fields {fields:?} returned {:?} sig {:x} body {:x} | {}",
            d.kind,
            f.text(d.qualifier),
            f.text(d.name),
            d.parent.0,
            d.start_line,
            d.end_line,
            d.flags,
            d.visibility,
            d.complexity,
            parameters.join(", "),
            f.text(d.returns_text),
            d.returned.iter().map(|(e, ..)| expression(f, *e)).collect::<Vec<_>>(),
            d.signature_hash,
            d.body_hash,
            f.text(d.text),
        );
    }
    println!("# bindings");
    for b in &f.bindings {
        let bound = match b.bound {
            Bound::Value { value, r#type } => {
                format!("{} : {}", expression(f, value), expression(f, r#type))
            }
            Bound::Parameter { definition, index } => {
                format!("parameter {index} of {}", definition.0)
            }
            Bound::Definition(id) => format!("definition {}", id.0),
            Bound::Import(i) => format!("import {i}"),
        };
        println!(
            "{:?} {} of {} {:?} = {bound}",
            f.scope(b.scope).kind,
            b.scope.0,
            f.scope(b.scope).owner.0,
            f.text(b.name)
        );
    }
    println!("# members");
    for m in &f.members {
        println!("{}.{} = {}", expression(f, m.object), f.text(m.name), expression(f, m.value));
    }
    println!("# imports");
    for i in &f.imports {
        println!("{:?} {:?} as {:?}", f.text(i.path), f.text(i.name), f.text(i.alias));
    }
    println!("# exports");
    for e in &f.exports {
        match e {
            Export::Local { name, local } => {
                println!("{} = local {}", f.text(*name), f.text(*local))
            }
            Export::Value { name, value } => {
                println!("{} = {}", f.text(*name), expression(f, *value))
            }
            Export::From { name, import } => println!("{} from {import}", f.text(*name)),
        }
    }
    println!("# references");
    for r in &f.references {
        println!(
            "L{} {:?} {} (scope {} of {})",
            r.line,
            r.kind,
            expression(f, r.expression),
            r.scope.0,
            f.scope(r.scope).owner.0
        );
    }
}

/// Deep expressions are cut: this is for people.
fn expression(f: &Facts, id: ExpressionId) -> String {
    let list = |l: ListId| f.list(l).map(|e| expression(f, e)).collect::<Vec<_>>().join(", ");
    match f.expression(id) {
        Expression::Unknown => "?".into(),
        Expression::Name(n) => f.text(n).into(),
        Expression::This => "this".into(),
        Expression::Super => "super".into(),
        Expression::Member { object, name } => {
            format!("{}.{}", expression(f, object), f.text(name))
        }
        Expression::Call { callee, arguments } => {
            format!("{}({})", expression(f, callee), list(arguments))
        }
        Expression::New { class, arguments } => {
            format!("new {}({})", expression(f, class), list(arguments))
        }
        Expression::Index { object, arguments } => {
            format!("{}<{}>", expression(f, object), list(arguments))
        }
        Expression::Await(e) => format!("await {}", expression(f, e)),
        Expression::Each(e) => format!("each {}", expression(f, e)),
        Expression::Enter(e) => format!("enter {}", expression(f, e)),
        Expression::Item { value, index } => format!("{}#{index}", expression(f, value)),
        Expression::Literal(s) => format!("literal {}", f.text(s)),
        Expression::Text(s) => format!("{:?}", f.text(s)),
        Expression::Array(e) => format!("{}[]", expression(f, e)),
        Expression::Sequence(l) => format!("[{}]", list(l)),
        Expression::Object(l) => format!("{{{}}}", list(l)),
        Expression::Entry { key, value } => format!("{}: {}", f.text(key), expression(f, value)),
        Expression::Spread(e) => format!("...{}", expression(f, e)),
        Expression::Either(l) => format!("({})", list(l).replace(", ", " | ")),
        Expression::Definition(d) => format!("<definition {}>", d.0),
        Expression::Typed(e) => format!("typed {}", expression(f, e)),
    }
}
