//! Facts: everything that one file says on its own, as plain data that is stored by the file's path and content: its
//! definitions, scopes, bindings, references, imports, exports and expressions. Knows no other file.

mod check;
mod position;
mod strings;

use std::sync::OnceLock;

use serde::{Deserialize, Serialize};

pub use position::Position;
pub use strings::Strings;

use crate::graph::{NodeKind, ParameterKind, Visibility};
use crate::sparse_rows::row_starts;

/// In the place of an imported or exported name: all names.
pub const WILDCARD: &str = "*";

macro_rules! index {
    ($($(#[$doc:meta])* $name:ident),*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default, Serialize, Deserialize)]
        pub struct $name(pub u32);
        impl $name {
            pub fn at(self) -> usize {
                self.0 as usize
            }
        }
    )*};
}

index! {
    /// Index into `Facts::strings`.
    Symbol,
    /// Index into `Facts::definitions`.
    DefinitionId,
    /// Index into `Facts::scopes`.
    ScopeId,
    /// Index into `Facts::expressions`.
    ExpressionId,
    /// A list in `Facts::lists`: the index of its length, which the items follow.
    ListId
}

impl Symbol {
    /// The empty string: no name is written.
    pub const EMPTY: Symbol = Symbol(0);

    pub fn is_empty(self) -> bool {
        self == Self::EMPTY
    }
}

impl DefinitionId {
    /// The definition that stands for the file and its module-level code.
    pub const FILE: DefinitionId = DefinitionId(0);

    pub fn is_file(self) -> bool {
        self == Self::FILE
    }
}

impl ScopeId {
    /// The scope of the file.
    pub const FILE: ScopeId = ScopeId(0);

    pub fn is_file(self) -> bool {
        self == Self::FILE
    }
}

impl ExpressionId {
    /// `Expression::Unknown`: nothing is written, or nothing that is understood.
    pub const UNKNOWN: ExpressionId = ExpressionId(0);

    pub fn is_known(self) -> bool {
        self != Self::UNKNOWN
    }
}

impl ListId {
    /// A list without items.
    pub const EMPTY: ListId = ListId(0);

    pub fn is_empty(self) -> bool {
        self == Self::EMPTY
    }
}

/// An expression or a type, reduced to what decides which definition it refers to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Expression {
    Unknown,
    Name(Symbol),
    /// The enclosing type, by a keyword for it.
    SelfType,
    This,
    Super,
    Member {
        object: ExpressionId,
        name: Symbol,
    },
    Call {
        callee: ExpressionId,
        arguments: ListId,
    },
    New {
        class: ExpressionId,
        arguments: ListId,
    },
    /// `a[b]`, and a generic type with its arguments.
    Index {
        object: ExpressionId,
        arguments: ListId,
    },
    Await(ExpressionId),
    /// An element of the value, by iteration.
    Each(ExpressionId),
    /// The value that entering a context manager gives.
    Enter(ExpressionId),
    /// The n-th part of a destructured value.
    Item {
        value: ExpressionId,
        index: u32,
    },
    /// A value of a built-in type of that name.
    Literal(Symbol),
    /// A string literal with its content.
    Text(Symbol),
    /// An array or list type with that element type.
    Array(ExpressionId),
    Sequence(ListId),
    /// `Entry` items.
    Object(ListId),
    Entry {
        key: Symbol,
        value: ExpressionId,
    },
    Spread(ExpressionId),
    Either(ListId),
    /// An anonymous function or class that is the value.
    Definition(DefinitionId),
    /// A value of that type: a cast, a composite literal.
    Typed(ExpressionId),
    /// As a type: the type of that value (`typeof x`).
    TypeOf(ExpressionId),
    /// A value that introduces names, which are visible in that scope.
    Scoped {
        value: ExpressionId,
        scope: ScopeId,
    },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum ScopeKind {
    File,
    Class,
    Function,
    Block,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Scope {
    pub kind: ScopeKind,
    pub parent: ScopeId,
    /// The definition that the code of the scope belongs to.
    pub owner: DefinitionId,
}

/// What a name stands for where it is bound.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Bound {
    /// A variable, with its initial value and its declared type; either may be unknown.
    Value {
        value: ExpressionId,
        r#type: ExpressionId,
    },
    Parameter {
        definition: DefinitionId,
        index: u32,
    },
    Definition(DefinitionId),
    Import(u32),
    /// Up to the byte offset `until` the name is known to have that type.
    Narrowed {
        r#type: ExpressionId,
        until: u32,
    },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Binding {
    /// Where the name is visible.
    pub scope: ScopeId,
    /// The innermost block that contains the binding.
    pub block: ScopeId,
    pub name: Symbol,
    pub bound: Bound,
    /// Byte offset.
    pub at: u32,
}

/// An assignment to a member: `object.name = value`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct MemberBinding {
    pub object: ExpressionId,
    pub name: Symbol,
    pub value: ExpressionId,
    pub r#type: ExpressionId,
    pub scope: ScopeId,
    pub at: u32,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum ReferenceKind {
    Call,
    New,
    /// A member that is read: a call if the member is a property.
    Read,
    /// A member that is assigned to: a call if the member is a property that takes a value.
    Write,
    /// A method that a statement calls without naming it: a loop its iterator, a `with` statement its context manager.
    ImplicitCall {
        /// The statement awaits the result.
        awaited: bool,
    },
    /// A name used as a value, without being called.
    Value,
    /// A name used as a type.
    Type,
    /// A decorator of a definition.
    Decorator,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reference {
    pub kind: ReferenceKind,
    pub expression: ExpressionId,
    pub scope: ScopeId,
    pub at: u32,
    pub line: u32,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Import {
    /// The module, as written.
    pub path: Symbol,
    /// The imported name; empty: the module itself; `*`: all its names.
    pub name: Symbol,
    /// The local name if it differs from `name`; empty otherwise.
    pub alias: Symbol,
    /// Imports members of a type (`import static`).
    pub of_type: bool,
    /// The import holds in all files of the project (`global using`).
    pub shared: bool,
    pub scope: ScopeId,
    pub line: u32,
}

/// A constant, a class attribute, a variable of a module.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct NamedValue {
    pub owner: DefinitionId,
    pub name: Symbol,
    pub r#type: Symbol,
    /// The source text of the value, truncated.
    pub value: Symbol,
}

/// A name that a module exports.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Export {
    /// `name` is the exported name, `local` the name in the file's scope.
    Local {
        name: Symbol,
        local: Symbol,
    },
    Value {
        name: Symbol,
        value: ExpressionId,
    },
    /// Re-exported from `imports[import]`; an empty or `*` name stands for all its exports.
    From {
        name: Symbol,
        import: u32,
    },
}

#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct ParameterFact {
    pub name: Symbol,
    pub r#type: ExpressionId,
    pub type_text: Symbol,
    pub default_text: Symbol,
    pub default: ExpressionId,
    pub optional: bool,
    pub kind: ParameterKind,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Definition {
    pub kind: NodeKind,
    /// Empty for an anonymous function: its code belongs to the nearest enclosing definition with a name.
    pub name: Symbol,
    /// The prefix of the qualified name where that is not the container's name: the object to which a function is
    /// assigned as a member.
    pub qualifier: Symbol,
    pub parent: DefinitionId,
    /// The scope of its body.
    pub scope: ScopeId,
    pub start: u32,
    pub end: u32,
    pub start_line: u32,
    pub end_line: u32,
    pub text: Symbol,
    pub parameters: Vec<ParameterFact>,
    /// Declared return type.
    pub returns: ExpressionId,
    pub returns_text: Symbol,
    /// The returned expressions, each with its scope and byte offset.
    pub returned: Vec<(ExpressionId, ScopeId, u32)>,
    pub throws: Vec<Symbol>,
    pub decorators: Vec<(ExpressionId, Symbol)>,
    pub extends: Vec<ExpressionId>,
    pub implements: Vec<ExpressionId>,
    /// Bases that precede the type itself in the method-resolution order.
    pub prepends: Vec<ExpressionId>,
    pub bases: Vec<Symbol>,
    pub fields: Vec<(Symbol, Symbol, bool)>,
    /// The type of the receiver, for a method that is declared outside of its type.
    pub receiver: ExpressionId,
    /// The number of type parameters.
    pub arity: u8,
    pub flags: u16,
    pub visibility: Visibility,
    pub complexity: u16,
    pub body_hash: u64,
    pub signature_hash: u64,
    /// It has a body; false for a mere declaration.
    pub has_body: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Facts {
    pub language: String,
    /// The package or namespace that the file declares.
    pub package: Symbol,
    pub strings: Strings,
    pub definitions: Vec<Definition>,
    pub scopes: Vec<Scope>,
    /// Sorted by (name, scope, at).
    pub bindings: Vec<Binding>,
    pub members: Vec<MemberBinding>,
    pub references: Vec<Reference>,
    pub imports: Vec<Import>,
    pub exports: Vec<Export>,
    /// Named values of types and of the file's top level.
    pub values: Vec<NamedValue>,
    /// The names that a wildcard import of the file gets, if the file lists them.
    pub wildcards: Option<Vec<Symbol>>,
    pub expressions: Vec<Expression>,
    pub lists: Vec<u32>,
    /// Parts of the file could not be parsed.
    pub broken: bool,
    #[serde(skip)]
    pub(crate) binding_starts: BindingStarts,
}

/// The index of the first binding of each name, computed once. Facts are equal whether they have it or not.
#[derive(Debug, Clone, Default)]
pub(crate) struct BindingStarts(OnceLock<Box<[u32]>>);

impl PartialEq for BindingStarts {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl Eq for BindingStarts {}

impl Facts {
    pub fn text(&self, symbol: Symbol) -> &str {
        self.strings.text(symbol)
    }

    pub fn definition(&self, id: DefinitionId) -> &Definition {
        &self.definitions[id.at()]
    }

    pub fn scope(&self, id: ScopeId) -> &Scope {
        &self.scopes[id.at()]
    }

    pub fn expression(&self, id: ExpressionId) -> Expression {
        self.expressions[id.at()]
    }

    pub fn list(&self, id: ListId) -> impl ExactSizeIterator<Item = ExpressionId> + '_ {
        let length = self.lists[id.at()] as usize;
        self.lists[id.at() + 1..id.at() + 1 + length].iter().map(|e| ExpressionId(*e))
    }

    /// The bindings of `name` that are visible in `scope` itself, in source order.
    pub fn bindings_of(&self, scope: ScopeId, name: Symbol) -> &[Binding] {
        visible_in(self.bindings_named(name), scope)
    }

    /// The bindings of `name` in all scopes, sorted by scope. `bindings` must not change after the first call.
    pub fn bindings_named(&self, name: Symbol) -> &[Binding] {
        let starts = self
            .binding_starts
            .0
            .get_or_init(|| row_starts(self.strings.len(), self.bindings.iter().map(|b| b.name.0)).into());
        match starts.get(name.0 as usize..name.0 as usize + 2) {
            Some(&[from, to]) => &self.bindings[from as usize..to as usize],
            _ => &[],
        }
    }

    /// `id`, or the nearest definition around it that has a name.
    pub fn nearest_named(&self, mut id: DefinitionId) -> DefinitionId {
        while !id.is_file() && self.definition(id).name.is_empty() {
            id = self.definition(id).parent;
        }
        id
    }
}

/// Of the bindings of one name, sorted by scope, those that are visible in `scope` itself.
pub fn visible_in(bindings: &[Binding], scope: ScopeId) -> &[Binding] {
    let from = bindings.partition_point(|b| b.scope < scope);
    let rest = &bindings[from..];
    &rest[..rest.partition_point(|b| b.scope == scope)]
}

impl Definition {
    /// The definition that stands for the file and its module-level code.
    pub fn file(name: Symbol, end: u32, end_line: u32) -> Self {
        Definition { name, end, end_line, has_body: true, ..Definition::new(NodeKind::File) }
    }

    pub fn new(kind: NodeKind) -> Self {
        Definition {
            kind,
            name: Symbol::EMPTY,
            qualifier: Symbol::EMPTY,
            parent: DefinitionId::FILE,
            scope: ScopeId::FILE,
            start: 0,
            end: 0,
            start_line: 1,
            end_line: 1,
            text: Symbol::EMPTY,
            parameters: Vec::new(),
            returns: ExpressionId::UNKNOWN,
            returns_text: Symbol::EMPTY,
            returned: Vec::new(),
            throws: Vec::new(),
            decorators: Vec::new(),
            extends: Vec::new(),
            implements: Vec::new(),
            prepends: Vec::new(),
            bases: Vec::new(),
            fields: Vec::new(),
            receiver: ExpressionId::UNKNOWN,
            arity: 0,
            flags: 0,
            visibility: Visibility::Public,
            complexity: 1,
            body_hash: 0,
            signature_hash: 0,
            has_body: false,
        }
    }

    /// It can have members.
    pub fn is_type(&self) -> bool {
        matches!(self.kind, NodeKind::Class | NodeKind::Interface | NodeKind::Enum | NodeKind::Type)
    }

    pub fn is_callable(&self) -> bool {
        matches!(self.kind, NodeKind::Function | NodeKind::Method | NodeKind::Constructor)
    }
}
