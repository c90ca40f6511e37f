//! The languages: one struct value each, one line each in `ALL`. Their syntax is data (`tags.scm`); their only
//! code says where an import may lead, and reads comments and tokens that a grammar does not. Nothing outside this
//! folder asks which language it has.

mod csharp;
pub mod documented;
pub mod entries;
mod go;
mod java;
mod javascript;
mod kotlin;
mod php;
pub mod project;
mod python;
mod ruby;
pub mod runners;
mod rust;
pub mod syntax;
mod typescript;
pub mod unread;

use std::sync::OnceLock;

use crate::graph::Visibility;
use documented::Documented;
use project::{Located, Project};
use syntax::Syntax;
use unread::Unread;

/// Every language, in the order of the documentation.
pub static ALL: &[&Language] = &[
    &python::PYTHON,
    &typescript::TYPESCRIPT,
    &typescript::TSX,
    &javascript::JAVASCRIPT,
    &java::JAVA,
    &kotlin::KOTLIN,
    &go::GO,
    &rust::RUST,
    &php::PHP,
    &csharp::CSHARP,
    &ruby::RUBY,
];

pub struct Language {
    pub name: &'static str,
    /// Languages of one family bind to each other.
    pub family: &'static str,
    /// Endings of file names, without the dot.
    pub extensions: &'static [&'static str],
    pub grammar: fn() -> tree_sitter::Language,
    /// The grammar crate's version.
    pub grammar_version: &'static str,
    /// Queries of one level; see README.md beside this file.
    pub tags: &'static str,
    pub syntax: OnceLock<Syntax>,
    pub rules: Rules,
    /// Comments that give types.
    pub documented: Option<&'static Documented>,
    /// Code that the grammar leaves as tokens.
    pub unread: Option<Unread>,
    pub tests: TestRules,
    /// Names of project configuration files that `locate` reads.
    pub configurations: &'static [&'static str],
    /// The name of a project's file, with at most one `*`; files below its folder are the project's. Empty: none.
    pub project_file: &'static str,
    /// The project files that a project file refers to.
    pub references: fn(project: &Project, file: &str) -> Vec<String>,
    /// Files that the module `{}` of a folder may be, in order; empty where folders are no packages.
    pub module_files: &'static [&'static str],
    /// Where an import of `path`, written in the file `importer`, may lead.
    pub locate: fn(project: &Project, importer: &str, path: &str) -> Located,
}

/// What names mean, where languages differ.
pub struct Rules {
    /// Files that see each other's top-level names without an import.
    pub unit: Unit,
    /// A block limits what is declared in it.
    pub block_scoped: bool,
    /// Assigning to a name that is not bound yet declares it.
    pub assignment_declares: bool,
    /// A method sees the members of its class without a receiver.
    pub implicit_this: bool,
    /// The first parameter of a method is the object (or class).
    pub explicit_self: bool,
    /// Calling a class constructs; otherwise such a call is a conversion.
    pub call_constructs: bool,
    /// Methods that construct, in the order in which they are looked for; `{}`: the definitions of kind constructor,
    /// whatever their name, which are not inherited.
    pub constructors: &'static [&'static str],
    /// What a module import without an alias binds.
    pub import_binds: ImportBinds,
    /// Parts of a package's path that say only which language it is for.
    pub package_marks: &'static [&'static str],
    /// A call of one of these names stands for the superclass.
    pub super_calls: &'static [&'static str],
    /// Types satisfy interfaces by having their methods.
    pub structural: bool,
    /// A class has the members of the interfaces that it says it implements.
    pub interfaces_give: bool,
    /// Names of the object through which a module exports, the one that may be replaced as `holder.name`.
    pub export_objects: &'static [&'static str],
    /// Functions that give the module of the path in their first argument.
    pub import_calls: &'static [&'static str],
    /// Decorators that make a method readable as a member.
    pub property_decorators: &'static [&'static str],
    /// What the name of a decorator's class ends with where it may be left out; decorating constructs then.
    pub decorator_ending: &'static str,
    /// Decorators that make a method one of the class, without the object.
    pub static_decorators: &'static [&'static str],
    /// Decorators of what is one more signature of the next definition of its name.
    pub overload_decorators: &'static [&'static str],
    /// Generic types that stand for their argument itself.
    pub transparent_types: &'static [&'static str],
    /// Other generic types of the platform, and what their arguments say.
    pub generic_types: &'static [(&'static str, Generic)],
    /// What functions of the platform give that stands for what they are given.
    pub platform_calls: &'static [(&'static str, Gives)],
    /// What methods of the platform's containers give.
    pub container_calls: &'static [(&'static str, Gives)],
    /// Methods that a loop over an object calls, and those that entering and leaving it as a context does: without
    /// waiting, and with it.
    pub looping_calls: [&'static [&'static str]; 2],
    pub entering_calls: [&'static [&'static str]; 2],
    /// A loop over a table gives pairs of a key and a value.
    pub looping_pairs: bool,
    /// The entries of an object that is written out are its members.
    pub entry_members: bool,
    /// Methods that put their last argument into a container.
    pub adding_calls: &'static [&'static str],
    /// Functions that make a type variable, and the name of the argument that bounds it.
    pub type_variables: &'static [(&'static str, &'static str)],
    /// The type of a rest parameter is that of its elements.
    pub rest_elements: bool,
    /// Functions that say whether their first argument is of the type that is the second.
    pub type_checks: &'static [&'static str],
    /// A function may say in the place of its return type of which type an argument is if it gives true.
    pub type_guards: bool,
    /// Words of a type's code, alone or as calls, that say who sees the methods behind them, or those that they name.
    pub visibility_words: &'static [(&'static str, Visibility)],
    /// Code of the types below may call a private method on its own object.
    pub heirs_see_private: bool,
    /// Methods, by their names, that operators and statements call, whether a call is written anywhere or not.
    pub unwritten: fn(&str) -> bool,
    /// A text, byte for byte as long, with the separators that the grammar wants and the language does without; None:
    /// it has nothing of the kind. Asked only where the grammar does not understand the text as it is.
    pub parted: fn(&[u8]) -> Option<Vec<u8>>,
    /// Bases that make a class an enumeration, whose fields are its objects.
    pub enum_bases: &'static [&'static str],
    /// The variable that lists which names a wildcard import takes; without one those without an underscore.
    /// Empty: it takes all, and several wildcard imports are equals.
    pub wildcard_list: &'static str,
    pub exported: Exported,
    /// Of a definition without a word about it.
    pub default_visibility: Visibility,
    /// Names that stand for a type where it is to be inferred.
    pub inferred_types: &'static [&'static str],
    /// Functions whose result is of the type that is their first argument.
    pub typed_calls: &'static [&'static str],
    /// Several names on the left take the results of a call, the key and element of an iteration, or a value and
    /// whether there is one.
    pub multiple_results: bool,
    /// A function without a name goes by the one that it is given to, and is called by it.
    pub named_closures: bool,
    /// Members of one name in a type are all meant: they are told apart by arguments, or by being called at all.
    pub overloads: bool,
    /// A name has the type that it is declared with, whatever is assigned to it.
    pub declared_types: bool,
    /// How arguments choose among them by their types; none: by their number only.
    pub signatures: Option<&'static Signatures>,
    /// A name that is declared nowhere is the platform's, never one of some other module.
    pub strict_names: bool,
    /// Names that stand for the object or the type around.
    pub words: &'static [(&'static str, Word)],
    /// A mark before the names of variables, which members go without.
    pub sigil: &'static str,
    /// Between the parts of an import's path where its names are a tree.
    pub path_separator: &'static str,
    /// Types of one name in a unit are parts of one type.
    pub parts: Parts,
    /// Code of a package sees the names of the packages around it, `a` and `a.b` of `a.b.c`.
    pub packages_nest: bool,
    /// A name that nothing binds is a call.
    pub bare_calls: bool,
    /// Methods of a type itself and of its objects are apart; code of a type outside of its methods is the type's.
    pub class_methods_apart: bool,
    /// The word for the object as one of the type above calls the method of the same name there.
    pub super_repeats: bool,
    /// Methods of a type that construct an object of it.
    pub constructing_calls: &'static [&'static str],
    /// Methods that call the one that their first argument names.
    pub naming_calls: &'static [&'static str],
    /// Functions that make methods of the names that they are given, which read fields.
    pub accessor_calls: &'static [&'static str],
    /// Functions that give the type around the members of the types that they are given.
    pub mixing_calls: &'static [(&'static str, Mixes)],
    /// The mark before the names of the object's fields.
    pub field_mark: &'static str,
    /// A name alone may be a member of the object: a property that is read.
    pub bare_members: bool,
    /// A module within a file is a place of its own for the imports in it: their paths are written behind its name
    /// and `#`, and the last name of each is one of the module before it. Else what is located by a name is written
    /// behind the file's package.
    pub inline_modules: bool,
    /// A name that is bound nowhere may be a module by its path.
    pub located_names: bool,
    /// Patterns of these names take apart a container of at most one.
    pub unwrapping: &'static [&'static str],
    /// Methods of containers that give their elements to the function that they are given.
    pub giving_calls: &'static [&'static str],
    /// Methods of any object that hand it to the function that they are given.
    pub lending_calls: &'static [(&'static str, Lends)],
    /// Methods that any type may have from elsewhere, and that give an object of it.
    pub same_calls: &'static [&'static str],
    /// Members that every type has though none is written.
    pub universal_members: &'static [&'static str],
}

/// What the platform's types are to each other, for choosing among overloads.
#[derive(Debug)]
pub struct Signatures {
    /// The type of a literal by its text: `null` for none at all, empty for an unknown one.
    pub literal: fn(&str) -> &'static str,
    pub text: &'static str,
    /// The type of a class as a value.
    pub class: &'static str,
    /// The type of everything.
    pub top: &'static str,
    /// Types that are no objects.
    pub primitives: &'static [&'static str],
    /// All types of the platform that an object of one may be taken for, nearest first.
    pub wider: &'static [(&'static str, &'static [&'static str])],
}

/// Which types of one name are parts of one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Parts {
    None,
    /// Those that are marked as parts.
    Marked,
    All,
}

/// Where members that are mixed into a type are looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mixes {
    /// Behind the type's own, before those of its bases.
    Behind,
    /// Before the type's own.
    Before,
    /// Among the methods of the type itself.
    Class,
}

/// What the arguments of a generic type say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Generic {
    /// A container of the first.
    First,
    /// Keys and values.
    Table,
    /// Keys and values, where a loop gives both as one.
    Pairs,
    /// Parts, or a container of the first where the last is no type.
    Parts,
    /// It is the class itself.
    Class,
    /// An object of the class.
    Object,
    /// What the function gives.
    Result,
    /// A function, whatever it takes and gives.
    Function,
}

/// What a call stands for, by the container that it is a method of or by its arguments.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Gives {
    /// An element; a table's value; an argument that is given for want of one.
    Element,
    /// A container of the same elements.
    Elements,
    /// A container of the keys, of the values, of pairs of them.
    Keys,
    Values,
    Pairs,
    /// The same.
    Same,
    /// A container of numbers with elements.
    Numbered,
    /// A container of the argument itself.
    Wrapped,
    /// A container of the elements of all arguments side by side.
    Zipped,
    /// A container of the elements of the second argument.
    OfSecond,
    /// A container of what the first argument gives.
    Results,
}

/// What a name stands for that is a word of the language elsewhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Word {
    /// The type around.
    Own,
    /// The object.
    This,
    /// The object as one of the type above.
    Super,
    /// The only parameter of a function without a name that declares none.
    Given,
}

/// Whose an object is in the function that its method is given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lends {
    /// The first parameter's.
    Parameter,
    /// What is called without an object is called on it.
    This,
    /// The same of the first argument of a function.
    First,
}

/// Which files share their top-level names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    File,
    /// The files of a directory that name the same package.
    Directory,
    /// All files that name the same package.
    Package,
}

/// What a module import without an alias binds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ImportBinds {
    /// The first part of the path: `import a.b` binds `a`.
    First,
    /// The last part.
    Last,
    /// Nothing: the import is for its effects.
    Nothing,
    /// All names of the module.
    Everything,
    /// The last part without what marks a version or a language: `yaml` of `gopkg.in/yaml.v3`.
    Package,
}

/// When a definition counts as exported.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exported {
    /// Unless the name begins with an underscore.
    NoUnderscore,
    /// By an export statement.
    Explicit,
    /// When the name begins with an upper-case letter.
    Capital,
    /// By its visibility.
    Visibility,
}

/// What makes a definition a test.
pub struct TestRules {
    /// Names of test files with at most one `*`, or folders as `name/` or `outer/inner/`.
    pub files: &'static [&'static str],
    /// Beginnings of the names of functions and methods that are tests, in such a file.
    pub function_prefixes: &'static [&'static str],
    /// Decorators that make a test, in any file.
    pub decorators: &'static [&'static str],
    /// Calls with a title and a function: `test("adds", () => …)`.
    pub calls: &'static [&'static str],
    /// Calls that group such calls.
    pub groups: &'static [&'static str],
    /// Such a group is a type: tests run in objects of it, and a group inside is a type below it.
    pub group_types: bool,
    /// Calls in such a type that make a member of what their function gives, by their title or else their own name.
    pub members: &'static [&'static str],
    /// The member that gives what a group is about: the first argument of its call.
    pub subject: &'static str,
    /// Decorators of functions that make what tests take as a parameter of the function's name.
    pub providers: &'static [&'static str],
    /// Decorators whose first argument names parameters and whose second lists what they are given.
    pub parametrizers: &'static [&'static str],
    /// Files whose such functions are known in their folder and below.
    pub provider_files: &'static [&'static str],
}

impl Language {
    /// The language of a path, by its ending.
    pub fn of(path: &str) -> Option<&'static Language> {
        let extension = path.rsplit_once('.')?.1;
        ALL.iter().copied().find(|l| l.extensions.iter().any(|e| e.eq_ignore_ascii_case(extension)))
    }

    pub fn named(name: &str) -> Option<&'static Language> {
        ALL.iter().copied().find(|l| l.name == name)
    }

    /// The compiled table of `tags`; compiled once.
    pub fn syntax(&self) -> &Syntax {
        self.syntax.get_or_init(|| match Syntax::compile(&(self.grammar)(), self.tags) {
            Ok(syntax) => syntax,
            // tags.scm is part of this program: a test compiles every one.
            Err(reason) => panic!("tags.scm of {}: {reason}", self.name),
        })
    }

    /// Is a file of this path a test file?
    pub fn is_test_file(&self, path: &str) -> bool {
        let name = path.rsplit('/').next().unwrap_or(path);
        self.tests.files.iter().any(|pattern| match pattern.strip_suffix('/') {
            Some(folder) if folder.contains('/') => {
                path.match_indices(pattern).any(|(at, _)| at == 0 || path.as_bytes()[at - 1] == b'/')
            }
            Some(folder) => path.split('/').rev().skip(1).any(|part| part == folder),
            None => matches(pattern, name),
        })
    }
}

/// Is a file of this path read at all: source of a language, or a configuration that imports depend on?
pub fn is_wanted(path: &str) -> bool {
    Language::of(path).is_some() || is_configuration(path)
}

pub fn is_configuration(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    ALL.iter().any(|l| l.configurations.iter().any(|pattern| matches(pattern, name)))
}

/// Does the name fit a pattern with at most one `*`?
pub fn matches(pattern: &str, name: &str) -> bool {
    match pattern.split_once('*') {
        Some((head, tail)) => {
            name.len() >= head.len() + tail.len() && name.starts_with(head) && name.ends_with(tail)
        }
        None => name == pattern,
    }
}
