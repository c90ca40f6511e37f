//! What the platform of a language provides: the files that declare it, and what they say of its calls and types once
//! `crate::platform` has read them. A platform file is code of the language itself without bodies: one declaration
//! is one line. Type variables in it are named by one capital letter.

use std::collections::{HashMap, HashSet};
use std::sync::OnceLock;

use rustc_hash::FxBuildHasher;

use crate::hashing::NameHash;

/// The files that declare a platform.
#[derive(Debug)]
pub struct PlatformSource {
    /// The language that they are written in.
    pub language: &'static str,
    /// Members that every type has.
    pub universal: &'static [&'static str],
    /// Types and functions of the platform's library.
    pub library: &'static [&'static str],
    platform: OnceLock<Platform>,
}

impl PlatformSource {
    pub const fn new(
        language: &'static str,
        universal: &'static [&'static str],
        library: &'static [&'static str],
    ) -> Self {
        PlatformSource { language, universal, library, platform: OnceLock::new() }
    }

    /// What the files declare; nothing before they are read.
    pub fn declared(&self) -> &Platform {
        self.platform.get().unwrap_or(&NOTHING)
    }

    /// The same, read first if need be.
    pub fn declared_by(&self, declare: impl FnOnce(&PlatformSource) -> Platform) -> &Platform {
        self.platform.get_or_init(|| declare(self))
    }
}

/// What is known by name.
pub type Names<T> = HashMap<String, T, FxBuildHasher>;

/// What the declarations of a platform say of calls and types.
#[derive(Debug)]
pub struct Platform {
    /// Generic types that are more than a container of their last argument.
    pub generic_types: Names<Generic>,
    /// What functions return of their arguments.
    pub functions: Names<Returned>,
    /// What methods of containers return.
    pub container_methods: Names<Returned>,
    /// Methods of containers that call the given function with their elements.
    pub element_callbacks: HashSet<String, FxBuildHasher>,
    /// Functions that call the given function with an object as its context.
    pub scope_functions: Names<ContextObject>,
    /// Methods that return an object of the type that they are called on.
    pub returns_self: HashSet<String, FxBuildHasher>,
    /// Members that every type has: hashes of their names.
    pub universal_members: HashSet<NameHash, FxBuildHasher>,
    /// The types that a value of each type converts to, nearest first: hashes of their names.
    pub supertypes: HashMap<NameHash, Vec<NameHash>, FxBuildHasher>,
}

/// The platform of a language that declares none.
pub static NOTHING: Platform = Platform::NONE;

impl Platform {
    pub const NONE: Platform = Platform {
        generic_types: HashMap::with_hasher(FxBuildHasher),
        functions: HashMap::with_hasher(FxBuildHasher),
        container_methods: HashMap::with_hasher(FxBuildHasher),
        element_callbacks: HashSet::with_hasher(FxBuildHasher),
        scope_functions: HashMap::with_hasher(FxBuildHasher),
        returns_self: HashSet::with_hasher(FxBuildHasher),
        universal_members: HashSet::with_hasher(FxBuildHasher),
        supertypes: HashMap::with_hasher(FxBuildHasher),
    };
}

/// What the arguments of a generic type say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Generic {
    /// A container of the first.
    First,
    /// A map of keys to values.
    Map,
    /// The same, where iterating yields one object for key and value.
    Entries,
    /// A tuple of them, or a container of the first where the last is no type.
    Tuple,
    /// The class itself.
    Class,
    /// An instance of the class.
    Instance,
    /// The result of the function.
    Result,
    /// A function of any parameters and result.
    Function,
}

/// What a call returns, by the container that it is a method of or by its arguments.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Returned {
    /// An element; a map's value; the argument that is the default.
    Element,
    /// A container of the same elements.
    Elements,
    /// A container of a map's keys, of its values, of pairs of them.
    Keys,
    Values,
    Pairs,
    /// The same object.
    Same,
    /// A container of pairs of a number and an element.
    Numbered,
    /// A container of the arguments.
    Wrapped,
    /// A container of tuples with an element of each argument.
    Zipped,
    /// A container of the elements of the second argument.
    OfSecond,
    /// A container of the results of the function that is the first argument.
    Results,
}

/// How a scope function hands its context object to the function that it is given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ContextObject {
    /// As the first parameter.
    Parameter,
    /// As the implicit receiver.
    Receiver,
    /// As the implicit receiver, where the object is the first argument of a function.
    FirstArgument,
}
