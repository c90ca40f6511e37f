//! The built-in types of Kotlin: the types of literals and what a number converts to.

use super::super::BuiltinTypes;

pub static BUILTIN_TYPES: BuiltinTypes = BuiltinTypes {
    literal,
    text: "String",
    class: "KClass",
    top: "Any",
    primitives: &[],
    conversions: &[
        // A number that is written out may be one of a narrower or wider type.
        ("Int", &["Long", "Short", "Byte", "Number", "Comparable"]),
        ("Long", &["Number", "Comparable"]),
        ("Short", &["Number", "Comparable"]),
        ("Byte", &["Number", "Comparable"]),
        ("Float", &["Number", "Comparable"]),
        ("Double", &["Number", "Comparable"]),
        ("Number", &[]),
    ],
};

fn literal(text: &str) -> &'static str {
    match text.as_bytes() {
        [b'\'', ..] => "Char",
        [b'0', b'x' | b'X' | b'b' | b'B', .., b'L'] => "Long",
        [b'0', b'x' | b'X' | b'b' | b'B', ..] => "Int",
        [b'0'..=b'9', .., b'L'] => "Long",
        [b'0'..=b'9' | b'.', .., b'f' | b'F'] => "Float",
        [b'0'..=b'9' | b'.', ..] if text.contains(['.', 'e', 'E']) => "Double",
        [b'0'..=b'9', ..] => "Int",
        _ => "",
    }
}
