//! Prints the facts of one file, for debugging the `tags.scm` of a language.
use graph_core::facts::{Bound, Expression, ExpressionId, Facts};
use graph_core::{extract, file_facts, languages::Language};

fn show(f: &Facts, e: ExpressionId, depth: u32) -> String {
    if depth > 8 {
        return "…".into();
    }
    let s = |e| show(f, e, depth + 1);
    let l = |l| f.list(l).map(s).collect::<Vec<_>>().join(", ");
    match f.expression(e) {
        Expression::Unknown => "?".into(),
        Expression::Name(n) => f.text(n).into(),
        Expression::SelfType => "OWN".into(),
        Expression::This => "THIS".into(),
        Expression::Super => "SUPER".into(),
        Expression::Member { object, name } => format!("{}.{}", s(object), f.text(name)),
        Expression::Call { callee, arguments } => format!("{}({})", s(callee), l(arguments)),
        Expression::New { class, arguments } => format!("new {}({})", s(class), l(arguments)),
        Expression::Index { object, arguments } => format!("{}[{}]", s(object), l(arguments)),
        Expression::Await(e) => format!("await {}", s(e)),
        Expression::Each(e) => format!("each {}", s(e)),
        Expression::Enter(e) => format!("enter {}", s(e)),
        Expression::Item { value, index } => format!("{}#{index}", s(value)),
        Expression::Literal(n) => format!("lit {}", f.text(n)),
        Expression::Text(n) => format!("{:?}", f.text(n)),
        Expression::Array(e) => format!("array {}", s(e)),
        Expression::Sequence(e) => format!("({})", l(e)),
        Expression::Object(e) => format!("{{{}}}", l(e)),
        Expression::Entry { key, value } => format!("{}: {}", f.text(key), s(value)),
        Expression::Spread(e) => format!("...{}", s(e)),
        Expression::Scoped { value, scope } => format!("{} in scope{}", s(value), scope.0),
        Expression::Either(e) => format!("either({})", l(e)),
        Expression::Definition(d) => format!("def{}", d.0),
        Expression::Typed(e) => format!("<{}>", s(e)),
        Expression::TypeOf(e) => format!("typeof {}", s(e)),
    }
}

fn main() {
    let path = std::env::args().nth(1).expect("a file");
    let source = std::fs::read(&path).expect("readable");
    let language = Language::of(&path).expect("a language");
    let mut parser = tree_sitter::Parser::new();
    parser.set_language(&(language.grammar)()).expect("a grammar");
    let bounds = extract::Bounds { depth: 1000, time: std::time::Duration::from_secs(10), nodes: 10_000_000 };
    let f = file_facts::file_facts(language, &mut parser, &path, &source, bounds).expect("facts");
    println!("package {:?} broken {}", f.text(f.package), f.broken);
    for (i, d) in f.definitions.iter().enumerate() {
        let p: Vec<_> = d
            .parameters
            .iter()
            .map(|p| {
                format!(
                    "{}: {} ({:?}, {:?})",
                    f.text(p.name),
                    show(&f, p.r#type, 0),
                    f.text(p.type_text),
                    p.kind
                )
            })
            .collect();
        println!(
            "def{i} {:?} {:?} in def{} {}-{} text {:?}\n    params {p:?} returns {} {:?} returned {:?} throws {:?} deco {:?} extends {:?} implements {:?} bases {:?} fields {:?} receiver {} flags {:b} {:?} cx {} body {:x} sig {:x} {}",
            d.kind,
            f.text(d.name),
            d.parent.0,
            d.start_line,
            d.end_line,
            f.text(d.text),
            show(&f, d.returns, 0),
            f.text(d.returns_text),
            d.returned.iter().map(|r| show(&f, r.0, 0)).collect::<Vec<_>>(),
            d.throws.iter().map(|r| f.text(*r)).collect::<Vec<_>>(),
            d.decorators.iter().map(|r| f.text(r.1)).collect::<Vec<_>>(),
            d.extends.iter().map(|r| show(&f, *r, 0)).collect::<Vec<_>>(),
            d.implements.iter().map(|r| show(&f, *r, 0)).collect::<Vec<_>>(),
            d.bases.iter().map(|r| f.text(*r)).collect::<Vec<_>>(),
            d.fields.iter().map(|r| (f.text(r.0), f.text(r.1))).collect::<Vec<_>>(),
            show(&f, d.receiver, 0),
            d.flags,
            d.visibility,
            d.complexity,
            d.body_hash,
            d.signature_hash,
            d.has_body
        );
    }
    for b in &f.bindings {
        let bound = match b.bound {
            Bound::Value { value, r#type } => {
                format!("= {} : {}", show(&f, value, 0), show(&f, r#type, 0))
            }
            other => format!("{other:?}"),
        };
        println!(
            "bind {} in scope{} ({:?} of def{}) {bound}",
            f.text(b.name),
            b.scope.0,
            f.scope(b.scope).kind,
            f.scope(b.scope).owner.0
        );
    }
    for m in &f.members {
        println!("member {}.{} = {}", show(&f, m.object, 0), f.text(m.name), show(&f, m.value, 0));
    }
    for r in &f.references {
        println!("{}: {:?} {} by def{}", r.line, r.kind, show(&f, r.expression, 0), f.scope(r.scope).owner.0);
    }
    for i in &f.imports {
        println!(
            "import {:?} {:?} {:?} of_type {}",
            f.text(i.path),
            f.text(i.name),
            f.text(i.alias),
            i.of_type
        );
    }
}
