//! The built-in types of Scala: the types of literals and what a number converts to.

use super::super::BuiltinTypes;

pub static BUILTIN_TYPES: BuiltinTypes = BuiltinTypes {
    literal,
    text: "String",
    class: "Class",
    top: "Any",
    primitives: &[],
    conversions: &[
        ("Boolean", &["AnyVal"]),
        ("Byte", &["Short", "Int", "Long", "Float", "Double", "AnyVal"]),
        ("Short", &["Int", "Long", "Float", "Double", "AnyVal"]),
        ("Char", &["Int", "Long", "Float", "Double", "AnyVal"]),
        ("Int", &["Long", "Float", "Double", "AnyVal"]),
        ("Long", &["Float", "Double", "AnyVal"]),
        ("Float", &["Double", "AnyVal"]),
        ("Double", &["AnyVal"]),
        ("Unit", &["AnyVal"]),
    ],
};

fn literal(text: &str) -> &'static str {
    match text.as_bytes() {
        b"null" => "null",
        b"true" | b"false" => "Boolean",
        b"()" => "Unit",
        [b'\'', ..] => "Char",
        [b'0', b'x' | b'X' | b'b' | b'B', .., b'l' | b'L'] => "Long",
        [b'0', b'x' | b'X' | b'b' | b'B', ..] => "Int",
        [b'0'..=b'9', .., b'l' | b'L'] => "Long",
        [b'0'..=b'9' | b'.', .., b'f' | b'F'] => "Float",
        [b'0'..=b'9' | b'.', ..] if text.contains(['.', 'e', 'E', 'd', 'D']) => "Double",
        [b'0'..=b'9', ..] => "Int",
        _ => "",
    }
}
