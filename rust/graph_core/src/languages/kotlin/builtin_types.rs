//! What the types of the platform are to each other. Only types are listed whose wider types are all listed.

use super::super::BuiltinTypes;

pub static BUILTIN_TYPES: BuiltinTypes = BuiltinTypes {
    literal,
    text: "String",
    class: "KClass",
    top: "Any",
    primitives: &[],
    wider: &[
        ("Boolean", &["Comparable"]),
        ("Char", &["Comparable"]),
        // A number that is written out may be one of a narrower or wider type.
        ("Int", &["Long", "Short", "Byte", "Number", "Comparable"]),
        ("Long", &["Number", "Comparable"]),
        ("Short", &["Number", "Comparable"]),
        ("Byte", &["Number", "Comparable"]),
        ("Float", &["Number", "Comparable"]),
        ("Double", &["Number", "Comparable"]),
        ("Number", &[]),
        ("String", &["CharSequence", "Comparable"]),
        ("CharSequence", &[]),
        ("Unit", &[]),
        ("Iterable", &[]),
        ("Collection", &["Iterable"]),
        ("MutableCollection", &["Collection", "Iterable"]),
        ("List", &["Collection", "Iterable"]),
        ("MutableList", &["List", "MutableCollection", "Collection", "Iterable"]),
        ("Set", &["Collection", "Iterable"]),
        ("MutableSet", &["Set", "MutableCollection", "Collection", "Iterable"]),
        ("Map", &[]),
        ("MutableMap", &["Map"]),
        ("Sequence", &[]),
        ("Array", &[]),
        ("Throwable", &[]),
        ("Exception", &["Throwable"]),
        ("RuntimeException", &["Exception", "Throwable"]),
        ("IllegalArgumentException", &["RuntimeException", "Exception", "Throwable"]),
        ("IllegalStateException", &["RuntimeException", "Exception", "Throwable"]),
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
