//! JSDoc: what the tags of a comment say of types, in TypeScript.

use std::fmt::Write as _;

use crate::languages::doc_comments::{DocComments, Documentation, Of};
use crate::languages::typescript::TYPESCRIPT;

pub static DOC_COMMENTS: DocComments = DocComments {
    begins: "/**",
    tag: b'@',
    types: &TYPESCRIPT,
    read,
    listed: |types| format!("let _: [{}];", types.join(", ")),
};

/// A tag with what stands behind it: a type in braces, and the rest.
struct Tag<'a> {
    line: u32,
    name: &'a str,
    r#type: Option<String>,
    rest: String,
}

fn read(comment: &str) -> Documentation {
    let mut found = Documentation::default();
    let mut variables: Vec<String> = Vec::new();
    let mut parameters = 0;
    let mut alias: Option<Alias> = None;
    let mut overloaded = false;
    for tag in tags(comment) {
        let r#type = tag.r#type.as_deref().map(plain);
        let name = named(&tag.rest);
        match tag.name {
            "template" => {
                for name in variables_of(&tag.rest) {
                    let bound = r#type.clone().unwrap_or_default();
                    variables.push(if bound.is_empty() {
                        name.clone()
                    } else {
                        format!("{name} extends {bound}")
                    });
                    found.types.push((Of::Variable(name), bound));
                }
            }
            "typedef" | "callback" => {
                found.declarations.extend(alias.take().map(|a| a.written(&variables)));
                let name = name.name.to_owned();
                if is_name(&name) {
                    let of_function = tag.name == "callback";
                    alias = Some(Alias { line: tag.line, name, r#type, of_function, ..Alias::default() });
                }
            }
            "property" | "prop" => {
                if let (Some(alias), Some(r#type)) = (&mut alias, r#type) {
                    alias.add(&name, &r#type);
                }
            }
            "import" => found.declarations.push((tag.line, format!("import {};", tag.rest))),
            "overload" => overloaded = true,
            "type" => found.types.extend(r#type.map(|t| (Of::Value, t))),
            "param" | "arg" | "argument" => {
                if name.name.contains(['.', '[']) {
                    continue; // a part of one
                }
                let r#type = r#type.unwrap_or_default();
                match &mut alias {
                    Some(alias) if alias.of_function => alias.add(&name, &r#type),
                    _ if overloaded => {}
                    _ => {
                        let of = Of::Parameter { name: name.name.to_owned(), index: parameters };
                        parameters += 1;
                        if !r#type.is_empty() {
                            found.types.push((of, r#type));
                        }
                    }
                }
            }
            "return" | "returns" => match (&mut alias, r#type) {
                (Some(alias), Some(r#type)) if alias.of_function => alias.returns = Some(r#type),
                (_, r#type) => found.types.extend(r#type.map(|t| (Of::Returns, t))),
            },
            _ => {}
        }
    }
    found.declarations.extend(alias.map(|a| a.written(&variables)));
    found
}

/// A type that a comment declares.
#[derive(Default)]
struct Alias {
    line: u32,
    name: String,
    r#type: Option<String>,
    of_function: bool,
    /// Properties, or the parameters of a function.
    parts: String,
    returns: Option<String>,
}

impl Alias {
    fn add(&mut self, name: &Named, r#type: &str) {
        if name.name.contains(['.', '[']) {
            return;
        }
        let (name, optional) = (name.name, if name.optional { "?" } else { "" });
        let written = if is_name(name) { name.to_owned() } else { format!("{name:?}") };
        let r#type = if r#type.is_empty() { "any" } else { r#type };
        let _ =
            write!(self.parts, "{written}{optional}: {type}{}", if self.of_function { ", " } else { "; " });
    }

    fn written(self, variables: &[String]) -> (u32, String) {
        let Alias { line, name, r#type, parts, returns, of_function } = self;
        let value = match r#type {
            _ if of_function => format!("({parts}) => {}", returns.as_deref().unwrap_or("any")),
            _ if !parts.is_empty() => format!("{{ {parts} }}"),
            Some(r#type) => r#type,
            None => "any".to_owned(),
        };
        let variables =
            if variables.is_empty() { String::new() } else { format!("<{}>", variables.join(", ")) };
        (line, format!("type {name}{variables} = {value};"))
    }
}

/// A name that may stand in brackets, with a default.
struct Named<'a> {
    name: &'a str,
    optional: bool,
}

fn named(rest: &str) -> Named<'_> {
    let rest = rest.trim_start();
    let (inner, optional) = match rest.strip_prefix('[') {
        Some(inner) => (inner.trim_start(), true),
        None => (rest, false),
    };
    let end = |c: char| c.is_whitespace() || optional && (c == '=' || c == ']');
    let name = inner.split(end).next().unwrap_or("");
    Named { name: name.trim_matches(|c| matches!(c, '"' | '\'' | '`')), optional }
}

/// The names in `T, U description` and `[T=Default]`.
fn variables_of(rest: &str) -> Vec<String> {
    let mut names = Vec::new();
    for part in rest.split(',') {
        let name = named(part).name;
        if !is_name(name) {
            break;
        }
        names.push(name.to_owned());
        if part.trim().contains(char::is_whitespace) {
            break; // the rest is prose
        }
    }
    names
}

fn is_name(text: &str) -> bool {
    !text.is_empty()
        && !text.starts_with(|c: char| c.is_ascii_digit())
        && text.chars().all(|c| c.is_alphanumeric() || c == '_' || c == '$')
}

/// The tags of a comment: each begins a line.
fn tags(comment: &str) -> Vec<Tag<'_>> {
    let inside = comment.strip_prefix("/**").unwrap_or(comment);
    let inside = inside.strip_suffix("*/").unwrap_or(inside);
    let mut tags: Vec<(u32, &str, String)> = Vec::new();
    for (number, line) in (0u32..).zip(inside.lines()) {
        let line = line.trim();
        let line = if number == 0 { line } else { line.strip_prefix('*').map_or(line, str::trim_start) };
        if let Some(tag) = line.strip_prefix('@') {
            let end = tag.find(|c: char| !c.is_alphanumeric()).unwrap_or(tag.len());
            let (name, rest) = tag.split_at(end);
            tags.push((number, name, rest.trim_start().to_owned()));
        } else if let Some((_, _, rest)) = tags.last_mut() {
            rest.push('\n');
            rest.push_str(line);
        }
    }
    let apart = |(line, name, rest): (u32, _, String)| match braced(&rest) {
        Some((r#type, behind)) if name != "import" => {
            (line, name, Some(r#type.to_owned()), behind.to_owned())
        }
        _ => (line, name, None, rest),
    };
    let found = tags.into_iter().map(apart);
    found.map(|(line, name, r#type, rest)| Tag { line, name, r#type, rest }).collect()
}

/// What stands in braces at the beginning of a text, and what is behind them.
fn braced(text: &str) -> Option<(&str, &str)> {
    let mut depth = 0u32;
    let mut quote = None;
    for (i, byte) in text.bytes().enumerate() {
        match (quote, byte) {
            (Some(q), b) if b == q => quote = None,
            (Some(_), _) => {}
            (None, b'"' | b'\'' | b'`') if depth > 0 => quote = Some(byte),
            (None, b'{') => depth += 1,
            (None, b'}') if depth > 0 => {
                depth -= 1;
                if depth == 0 {
                    return Some((&text[1..i], &text[i + 1..]));
                }
            }
            _ if depth == 0 => return None,
            _ => {}
        }
    }
    None
}

/// A type without what only comments write: `?T`, `T=`, `...T`, `Array.<T>`, `*`.
fn plain(written: &str) -> String {
    let mut text = written.trim();
    let mut rest = false;
    if let Some(inner) = text.strip_prefix("...") {
        (text, rest) = (inner.trim_start(), true);
    }
    if let Some(inner) = text.strip_suffix('=') {
        text = inner.trim_end();
    }
    text = text.trim_start_matches(['?', '!']).trim_end_matches(['?', '!']);
    if text.is_empty() || text == "*" {
        return "any".to_owned();
    }
    if text.starts_with("function(") {
        return "Function".to_owned();
    }
    let text = text.replace(".<", "<");
    if rest { format!("({text})[]") } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_become_declarations_and_types() {
        let found = read(
            "/**\n * Says.\n * @template {Shape} T, U of it\n * @param {T=} shape one\n * @param {...string} names all\n \
             * @param {{ a: string,\n *   b: number }} options how\n * @param {string} options.a part\n \
             * @returns {Array.<T>} all\n */",
        );
        let parameter = |name: &str, index| Of::Parameter { name: name.to_owned(), index };
        assert_eq!(found.declarations, []);
        assert_eq!(
            found.types,
            [
                (Of::Variable("T".into()), "Shape".into()),
                (Of::Variable("U".into()), "Shape".into()),
                (parameter("shape", 0), "T".into()),
                (parameter("names", 1), "(string)[]".into()),
                (parameter("options", 2), "{ a: string,\nb: number }".into()),
                (Of::Returns, "Array<T>".into()),
            ]
        );
    }

    #[test]
    fn types_are_declared_by_comments() {
        let found = read("/** @typedef {import(\"./a\").B} B */");
        assert_eq!(found.declarations, [(0, "type B = import(\"./a\").B;".into())]);
        let found = read(
            "/**\n * @typedef {object} Options\n * @property {B=} b the b\n * @property {string} [name=x]\n * @callback Give\n * @param {B} b\n * @returns {Options}\n */",
        );
        assert_eq!(
            found.declarations,
            [
                (1, "type Options = { b: B; name?: string;  };".into()),
                (4, "type Give = (b: B, ) => Options;".into()),
            ]
        );
        let found = read("/** @import { A,\n *  B as C } from \"./a\" */");
        assert_eq!(found.declarations, [(0, "import { A,\nB as C } from \"./a\";".into())]);
    }

    #[test]
    fn prose_says_nothing() {
        for text in
            ["/***/", "/** @type */", "/** @param {A */", "/** {A} @type {A} */", "/**", "/** @import */"]
        {
            let found = read(text);
            assert!(found.types.is_empty(), "{text}: {found:?}");
        }
    }
}
