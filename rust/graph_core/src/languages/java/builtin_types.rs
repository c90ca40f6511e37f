//! The built-in types of Java: the types of literals, widening, boxing and unboxing conversions.

use super::super::BuiltinTypes;

pub static BUILTIN_TYPES: BuiltinTypes = BuiltinTypes {
    literal,
    text: "String",
    class: "Class",
    top: "Object",
    primitives: &["boolean", "byte", "short", "char", "int", "long", "float", "double"],
    conversions: &[
        ("boolean", &["Boolean", "Serializable", "Comparable"]),
        (
            "byte",
            &["short", "int", "long", "float", "double", "Byte", "Number", "Serializable", "Comparable"],
        ),
        ("short", &["int", "long", "float", "double", "Short", "Number", "Serializable", "Comparable"]),
        ("char", &["int", "long", "float", "double", "Character", "Serializable", "Comparable"]),
        ("int", &["long", "float", "double", "Integer", "Number", "Serializable", "Comparable"]),
        ("long", &["float", "double", "Long", "Number", "Serializable", "Comparable"]),
        ("float", &["double", "Float", "Number", "Serializable", "Comparable"]),
        ("double", &["Double", "Number", "Serializable", "Comparable"]),
        ("Boolean", &["boolean", "Serializable", "Comparable"]),
        ("Byte", &["byte", "short", "int", "long", "Number", "Serializable", "Comparable"]),
        ("Short", &["short", "int", "long", "Number", "Serializable", "Comparable"]),
        ("Character", &["char", "int", "long", "Serializable", "Comparable"]),
        ("Integer", &["int", "Number", "Comparable", "long", "float", "double", "Serializable"]),
        ("Long", &["long", "Number", "Comparable", "float", "double", "Serializable"]),
        ("Float", &["float", "Number", "Comparable", "double", "Serializable"]),
        ("Double", &["double", "Number", "Comparable", "Serializable"]),
    ],
};

fn literal(text: &str) -> &'static str {
    match text.as_bytes() {
        b"null" => "null",
        b"true" | b"false" | b"boolean" => "boolean",
        b"byte" => "byte",
        b"short" => "short",
        b"char" => "char",
        b"int" => "int",
        b"long" => "long",
        b"float" => "float",
        b"double" => "double",
        [b'\'', ..] => "char",
        [b'0', b'x' | b'X' | b'b' | b'B', .., b'l' | b'L'] => "long",
        [b'0', b'x' | b'X' | b'b' | b'B', ..] => "int",
        [b'0'..=b'9', .., b'l' | b'L'] => "long",
        [b'0'..=b'9' | b'.', .., b'f' | b'F'] => "float",
        [b'0'..=b'9' | b'.', ..] if text.contains(['.', 'e', 'E', 'd', 'D']) => "double",
        [b'0'..=b'9', ..] => "int",
        _ => "",
    }
}
