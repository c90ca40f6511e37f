//! What the platform files of the languages say, as it is read from them.

use tree_sitter::Parser;

use super::{BOUNDS, of};
use crate::extract::walk_file;
use crate::facts::hash;
use crate::languages::platform::{ContextObject, Generic, Platform, Returned};
use crate::languages::{ALL, Language};

fn platform(language: &str) -> &'static Platform {
    of(Language::named(language).expect("a language"))
}

#[test]
fn every_platform_file_parses() {
    for source in ALL.iter().filter_map(|language| language.platform_source) {
        let language = Language::named(source.language).expect("a language");
        for text in source.universal.iter().chain(source.library) {
            let mut parser = Parser::new();
            parser.set_language(&(language.grammar)()).expect("a grammar");
            let facts = walk_file(language, &mut parser, "platform", text.as_bytes(), BOUNDS).expect("facts");
            assert!(!facts.broken, "{}: {text}", language.name);
        }
    }
}

#[test]
fn a_method_returns_what_its_signature_says_of_the_container() {
    let python = platform("python");
    for (name, returned) in [
        ("get", Returned::Element),
        ("keys", Returned::Keys),
        ("values", Returned::Values),
        ("items", Returned::Pairs),
        ("union", Returned::Same),
    ] {
        assert_eq!(python.container_methods.get(name), Some(&returned), "{name}");
    }
    let kotlin = platform("kotlin");
    assert_eq!(kotlin.container_methods.get("firstOrNull"), Some(&Returned::Element));
    // Of the elements, but no container of them.
    for name in ["groupBy", "partition", "associateBy", "map", "any"] {
        assert_eq!(kotlin.container_methods.get(name), None, "{name}");
        assert!(kotlin.element_callbacks.contains(name), "{name}");
    }
}

#[test]
fn a_function_returns_what_its_signature_says_of_its_arguments() {
    let python = platform("python");
    for (name, returned) in [
        ("sorted", Returned::Elements),
        ("list", Returned::Elements),
        ("next", Returned::Element),
        ("enumerate", Returned::Numbered),
        ("zip", Returned::Zipped),
        ("filter", Returned::OfSecond),
        ("map", Returned::Results),
        ("dict", Returned::Same),
        ("create_task", Returned::Same),
    ] {
        assert_eq!(python.functions.get(name), Some(&returned), "{name}");
    }
    assert_eq!(platform("kotlin").functions.get("listOf"), Some(&Returned::Wrapped));
    assert_eq!(platform("rust").functions.get("Box::new"), Some(&Returned::Same));
}

#[test]
fn a_generic_type_is_what_its_members_and_bases_say() {
    for (language, name, kind) in [
        ("python", "defaultdict", Some(Generic::Map)),
        ("python", "tuple", Some(Generic::Tuple)),
        ("python", "type", Some(Generic::Class)),
        ("python", "Callable", Some(Generic::Function)),
        ("python", "Generator", Some(Generic::First)),
        ("python", "list", None),
        ("kotlin", "HashMap", Some(Generic::Map)),
        ("kotlin", "Triple", Some(Generic::Tuple)),
        ("csharp", "Dictionary", Some(Generic::Entries)),
        ("csharp", "KeyValuePair", Some(Generic::Tuple)),
        ("csharp", "Func", Some(Generic::Function)),
        ("typescript", "Map", Some(Generic::Map)),
        ("typescript", "ReturnType", Some(Generic::Result)),
        ("rust", "Result", Some(Generic::First)),
        ("java", "Map", None),
        ("java", "HashMap", None),
    ] {
        assert_eq!(platform(language).generic_types.get(name).copied(), kind, "{language}: {name}");
    }
}

#[test]
fn a_scope_function_hands_on_its_object_as_its_signature_says() {
    let kotlin = platform("kotlin");
    for (name, context) in [
        ("let", ContextObject::Parameter),
        ("apply", ContextObject::Receiver),
        ("with", ContextObject::FirstArgument),
    ] {
        assert_eq!(kotlin.scope_functions.get(name), Some(&context), "{name}");
    }
    assert!(!kotlin.functions.contains_key("let"));
    assert!(kotlin.returns_self.contains("apply") && !kotlin.returns_self.contains("run"));
    assert!(platform("ruby").returns_self.contains("freeze"));
}

#[test]
fn supertypes_are_nearest_first() {
    let named = |names: &[&str]| names.iter().map(|name| hash(name.as_bytes())).collect::<Vec<_>>();
    let java = &platform("java").supertypes;
    let above = java.get(&hash(b"TreeSet")).expect("declared");
    let order = ["AbstractSet", "NavigableSet", "Serializable", "AbstractCollection", "SortedSet", "Set"];
    assert_eq!(above[..6], named(&order));
    assert_eq!(java.get(&hash(b"Object")), Some(&Vec::new()));
    // A conversion that no declaration states.
    assert_eq!(java.get(&hash(b"int")).and_then(|all| all.first()), named(&["long"]).first());
}

#[test]
fn every_type_has_the_members_of_the_universal_file() {
    for (language, name) in [
        ("java", "hashCode"),
        ("kotlin", "javaClass"),
        ("python", "__class__"),
        ("ruby", "nil?"),
        ("csharp", "MemberwiseClone"),
        ("typescript", "valueOf"),
        ("rust", "to_string"),
    ] {
        assert!(platform(language).universal_members.contains(&hash(name.as_bytes())), "{language}: {name}");
    }
}
