//! The rules of a language: what its names mean. What every language must answer is a field of `Rules` itself, and a
//! missing answer does not compile. The rest is grouped; each group has a `NONE`, in which the language has nothing
//! of the kind, and a language names only what it has: `members: MemberRules { explicit_self: true,
//! ..MemberRules::NONE }`.

use super::modifiers::Modifier;
use super::platform::Generic;
use crate::graph::Visibility;

/// The type of the null literal, as `BuiltinTypes::literal` names it.
pub const NULL: &str = "null";

#[derive(Debug)]
pub struct Rules {
    /// Files that see each other's top-level names without an import.
    pub unit: Unit,
    /// A block limits the scope of what is declared in it.
    pub block_scoped: bool,
    /// Assigning to an undeclared name declares it.
    pub assignment_declares: bool,
    /// Constants, variables of modules, fields and members of enumerations are definitions of their own.
    pub values: bool,
    /// A method sees the members of its class without a receiver.
    pub implicit_this: bool,
    /// Calling a class constructs an instance of it; otherwise such a call is a conversion.
    pub call_constructs: bool,
    /// Names of constructors, in the order of lookup; `{}`: definitions of kind constructor whatever their name,
    /// which are not inherited.
    pub constructors: &'static [&'static str],
    /// Members of one name in a type are overloads: the arguments of a call choose among them.
    pub overloads: bool,
    /// What a module import without an alias binds.
    pub import_binds: ImportBinds,
    /// The separator between the parts of a qualified name.
    pub path_separator: &'static str,
    /// When a definition counts as exported.
    pub exported: Exported,
    /// The visibility of a definition without a modifier.
    pub default_visibility: Visibility,
    /// Words before or in a definition that say something about it.
    pub modifiers: &'static [(&'static str, Modifier)],
    pub names: NameRules,
    pub imports: ImportRules,
    pub types: TypeRules,
    pub members: MemberRules,
    pub calls: CallRules,
    pub implied: ImpliedRules,
}

/// What an unqualified name may refer to.
#[derive(Debug)]
pub struct NameRules {
    /// Names that stand for the receiver, its type, its supertype or an undeclared parameter.
    pub pseudo_variables: &'static [(&'static str, PseudoVariable)],
    /// The prefix of every variable's name, which members are written without.
    pub sigil: &'static str,
    /// The prefix of the names of the receiver's fields.
    pub field_sigil: &'static str,
    /// Code of the package `a.b.c` sees the names of `a` and `a.b`.
    pub nested_packages: bool,
    /// An unbound name is a method call without arguments.
    pub unbound_is_call: bool,
    /// An unbound name may be a module by its qualified name, without an import.
    pub unbound_is_path: bool,
    /// An unqualified name may be a property of the implicit receiver.
    pub unqualified_properties: bool,
    /// Functions have names of their own: a name that is not called stands for none.
    pub separate_functions: bool,
    /// An anonymous function takes the name that it is assigned to, and is called by it.
    pub named_closures: bool,
    /// The suffix that a decorator may leave out of the name of its class; decorating constructs an instance then.
    pub decorator_suffix: &'static str,
    /// The quotation mark around a name that is no plain identifier.
    pub quote: &'static str,
    /// The prefix of a symbol literal, which has no closing quotation mark.
    pub symbol_prefix: &'static str,
}

impl NameRules {
    pub const NONE: NameRules = NameRules {
        pseudo_variables: &[],
        sigil: "",
        field_sigil: "",
        nested_packages: false,
        unbound_is_call: false,
        unbound_is_path: false,
        unqualified_properties: false,
        separate_functions: false,
        named_closures: false,
        decorator_suffix: "",
        quote: "",
        symbol_prefix: "",
    };
}

/// How code of one file gets at definitions of another, beyond import statements.
#[derive(Debug)]
pub struct ImportRules {
    /// Affixes of a package's name that only name the language, such as `go-`.
    pub ignored_affixes: &'static [&'static str],
    /// Objects whose members are a module's exports.
    pub export_objects: &'static [&'static str],
    /// Functions that return the module whose path is their first argument.
    pub import_functions: &'static [&'static str],
    /// The variable that lists which names a wildcard import takes; without it, those without an underscore.
    /// Empty: a wildcard import takes all names, and several wildcard imports have the same priority.
    pub wildcard_list: &'static str,
    /// Imports within an inline module are relative to it: their paths are written behind its name and `#`, and the
    /// last name of each belongs to the module before it. Otherwise a path that is located by name is written behind
    /// the file's package.
    pub inline_modules: bool,
    /// The name of a module's default export.
    pub default_export: &'static str,
    /// The export object that is assigned as a whole, as `holder.name`: its value is the module.
    pub whole_export: &'static str,
    /// The module that an import stands in, as the first or last part of its path.
    pub self_module: &'static str,
    /// The alias of an import that binds no name.
    pub unbound_alias: &'static str,
    /// The beginning of an interpolation in a string: such a string is no path of an import.
    pub interpolation: &'static str,
}

impl ImportRules {
    pub const NONE: ImportRules = ImportRules {
        ignored_affixes: &[],
        export_objects: &[],
        import_functions: &[],
        wildcard_list: "",
        inline_modules: false,
        default_export: "",
        whole_export: "",
        self_module: "",
        unbound_alias: "",
        interpolation: "",
    };
}

/// What types mean, and how code states the type of a value.
#[derive(Debug)]
pub struct TypeRules {
    /// A type implements every interface whose methods it has.
    pub structural: bool,
    /// A variable has its declared type, whatever is assigned to it.
    pub declared_types: bool,
    /// Names written in place of a type that is to be inferred.
    pub inferred: &'static [&'static str],
    /// Which types of one name in a unit are parts of one type.
    pub partial: Partial,
    /// Generic types that stand for their type argument.
    pub transparent: &'static [&'static str],
    /// The declared type of a rest parameter is the type of one element.
    pub rest_declares_element: bool,
    /// Iterating over a map yields pairs of a key and a value.
    pub map_iterates_entries: bool,
    /// Functions that create a type variable, and the name of the argument that is its bound.
    pub variable_functions: &'static [(&'static str, &'static str)],
    /// Functions that test whether their first argument has the type that is the second.
    pub check_functions: &'static [&'static str],
    /// A function may declare, as its return type, which type an argument has if it returns true.
    pub predicates: bool,
    /// Functions whose result has the type that is their first argument.
    pub typed_functions: &'static [&'static str],
    /// Patterns that match the content of a container of at most one element.
    pub unwrapping_patterns: &'static [&'static str],
    /// Bases that make a class an enumeration; its fields are the enumeration's members.
    pub enum_bases: &'static [&'static str],
    /// Types of literals and conversions between the built-in types, for overload resolution; None: overloads are
    /// resolved by the number of arguments only.
    pub builtin: Option<&'static BuiltinTypes>,
    /// Generic types of the platform whose meaning no declaration states.
    pub generic: &'static [(&'static str, Generic)],
}

impl TypeRules {
    pub const NONE: TypeRules = TypeRules {
        structural: false,
        declared_types: false,
        inferred: &[],
        partial: Partial::None,
        transparent: &[],
        rest_declares_element: false,
        map_iterates_entries: false,
        variable_functions: &[],
        check_functions: &[],
        predicates: false,
        typed_functions: &[],
        unwrapping_patterns: &[],
        enum_bases: &[],
        builtin: None,
        generic: &[],
    };
}

/// What the members of a type are.
#[derive(Debug)]
pub struct MemberRules {
    /// The first parameter of a method is the receiver (or the class).
    pub explicit_self: bool,
    /// A class inherits the members of the interfaces that it declares to implement.
    pub inherited_from_interfaces: bool,
    /// The keys of an object literal are its members.
    pub literal_keys: bool,
    /// Class methods and instance methods do not see each other; code of a class body runs with the class as receiver.
    pub separate_class_methods: bool,
    /// Subtypes may call a private method on their own receiver.
    pub private_in_subtypes: bool,
    /// Decorators that make a method readable as a field.
    pub property_decorators: &'static [&'static str],
    /// Decorators that make a method static.
    pub static_decorators: &'static [&'static str],
    /// Decorators of one signature of an overloaded definition.
    pub overload_decorators: &'static [&'static str],
    /// Calls in a class body that set the visibility of the methods after them, or of those that they name.
    pub visibility_calls: &'static [(&'static str, Visibility)],
    /// Calls in a class body that define methods of the given names, which read fields.
    pub accessor_calls: &'static [&'static str],
    /// Calls in a class body that mix the members of the given types into the class.
    pub mixin_calls: &'static [(&'static str, Mixin)],
    /// Methods of a class that return a new instance of it.
    pub instantiating_methods: &'static [&'static str],
    /// The member of a class that holds the members of its instances.
    pub prototype: &'static str,
    /// The prefix of the names of private members.
    pub private_prefix: &'static str,
    /// The member of an object that is its class.
    pub type_member: &'static str,
    /// Decorators of methods whose first parameter is the class.
    pub class_method_decorators: &'static [&'static str],
    /// Methods whose first parameter is the class without a decorator.
    pub class_methods: &'static [&'static str],
}

impl MemberRules {
    pub const NONE: MemberRules = MemberRules {
        explicit_self: false,
        inherited_from_interfaces: false,
        literal_keys: false,
        separate_class_methods: false,
        private_in_subtypes: false,
        property_decorators: &[],
        static_decorators: &[],
        overload_decorators: &[],
        visibility_calls: &[],
        accessor_calls: &[],
        mixin_calls: &[],
        instantiating_methods: &[],
        prototype: "",
        private_prefix: "",
        type_member: "",
        class_method_decorators: &[],
        class_methods: &[],
    };
}

/// What a call calls.
#[derive(Debug)]
pub struct CallRules {
    /// Functions that return the receiver as an instance of its supertype.
    pub super_functions: &'static [&'static str],
    /// The word for the supertype calls, on its own, the supertype's method of the same name.
    pub super_is_method: bool,
    /// Methods that call the method named by their first argument.
    pub reflective_methods: &'static [&'static str],
    /// A call returns several values, an iteration yields a key and an element, a lookup a value and whether there is
    /// one: as many as there are names on the left.
    pub multiple_results: bool,
    /// Methods of a pending result that register what continues with it: a call of one handles the result.
    pub continuation_methods: &'static [&'static str],
    /// Methods that add their last argument to a container: a signature does not tell them from those that remove it.
    pub adding_methods: &'static [&'static str],
}

impl CallRules {
    pub const NONE: CallRules = CallRules {
        super_functions: &[],
        super_is_method: false,
        reflective_methods: &[],
        multiple_results: false,
        continuation_methods: &[],
        adding_methods: &[],
    };
}

/// Methods that operators and statements call.
#[derive(Debug)]
pub struct ImpliedRules {
    /// Methods that a loop calls on what it iterates over: of a synchronous loop, of an asynchronous one.
    pub iteration_methods: [&'static [&'static str]; 2],
    /// Methods that a statement calls on entering and leaving a context manager: synchronous, asynchronous.
    pub context_methods: [&'static [&'static str]; 2],
    /// Is a method of this name called by the language itself, so that it needs no call in the code?
    pub is_called_implicitly: fn(&str) -> bool,
    /// The method that calling an object calls.
    pub call_method: &'static str,
    /// The method that indexing an object calls.
    pub index_method: &'static str,
    /// The method of an iterator that returns the next element.
    pub next_method: &'static str,
}

impl ImpliedRules {
    pub const NONE: ImpliedRules = ImpliedRules {
        iteration_methods: [&[], &[]],
        context_methods: [&[], &[]],
        is_called_implicitly: |_| false,
        call_method: "",
        index_method: "",
        next_method: "",
    };
}

/// The built-in types, for overload resolution; the supertypes of other types are declared by the platform.
#[derive(Debug)]
pub struct BuiltinTypes {
    /// The type of a literal by its text: `null` for the null literal, empty for an unknown one.
    pub literal: fn(&str) -> &'static str,
    /// The type of a string literal.
    pub text: &'static str,
    /// The type of a class as a value.
    pub class: &'static str,
    /// The supertype of all types.
    pub top: &'static str,
    /// Types whose values are no objects.
    pub primitives: &'static [&'static str],
    /// The types that a value of a built-in type converts to, nearest first, by conversions that no declaration states.
    pub conversions: &'static [(&'static str, &'static [&'static str])],
}

/// Which types of one name are parts of one type.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Partial {
    None,
    /// Those with the modifier.
    Marked,
    All,
}

/// Where the members of a mixin are in the order of lookup.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mixin {
    /// After the type's own members, before those of its bases.
    Include,
    /// Before the type's own members.
    Prepend,
    /// Among the class methods.
    Extend,
}

/// What a pseudo-variable stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PseudoVariable {
    /// The enclosing type.
    SelfType,
    /// The receiver.
    This,
    /// The receiver as an instance of its supertype.
    Super,
    /// The only parameter of an anonymous function that declares none.
    ImplicitParameter,
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
