//! Facts: what one file says by itself, as plain data keyed by the content's hash. No other file is known here.

mod check;
mod strings;

use std::sync::OnceLock;

use serde::{Deserialize, Serialize};

pub use strings::Strings;

use crate::graph::{NodeKind, ParameterKind, Visibility};
use crate::rows::starts;

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
    /// A run of `Facts::lists`: index of its length, the items follow.
    ListId
}

impl Symbol {
    /// The empty string: there is no name.
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

/// An expression or a type, as far as it matters for finding out what it refers to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Expression {
    Unknown,
    Name(Symbol),
    /// The type around, by a word for it.
    Own,
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
    /// One element, by iteration.
    Each(ExpressionId),
    /// What entering a context gives.
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
    /// A container type whose element type is given.
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
    /// A function or class written in place.
    Definition(DefinitionId),
    /// A value whose type is written: a cast, a composite literal.
    Typed(ExpressionId),
    /// In the place of a type: what a value is.
    Valued(ExpressionId),
    /// A value with names of its own, that are seen in that scope.
    Within {
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
    /// The definition whose code this is.
    pub owner: DefinitionId,
}

/// What a name stands for where it is bound.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Bound {
    /// Declared or inferred: either expression may be unknown (0).
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
    /// Until that offset the name is known to be of a type.
    Narrowed {
        r#type: ExpressionId,
        until: u32,
    },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Binding {
    /// Where the name can be seen.
    pub scope: ScopeId,
    /// The innermost block in which it is written.
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
    /// What a statement calls on an object: a loop, or a context that is entered. Does it wait?
    Implied {
        waits: bool,
    },
    /// A name where a value is wanted: a mention if it is a function's or a class's.
    Mention,
    /// A type that is named.
    Type,
    /// Applied to a definition.
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
    /// Where from, as written.
    pub path: Symbol,
    /// What of it; empty: the module itself; `*`: all.
    pub name: Symbol,
    /// The local name, if it is another one; empty otherwise.
    pub alias: Symbol,
    /// Members of a type are meant (`import static`).
    pub of_type: bool,
    /// It counts in all files of the project.
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
    /// As written, cut.
    pub value: Symbol,
}

/// What a module offers under a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Export {
    /// `name` is the outer one, `local` the one in the file's scope.
    Local {
        name: Symbol,
        local: Symbol,
    },
    Value {
        name: Symbol,
        value: ExpressionId,
    },
    /// Through `imports[import]`; with an empty or `*` name all of its exports.
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
    /// Empty for a function without a name: its code belongs to the nearest named definition around it.
    pub name: Symbol,
    /// What stands before the name where it is not the container's: the object that a function is assigned into.
    pub qualifier: Symbol,
    pub parent: DefinitionId,
    /// The scope inside.
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
    /// The expressions that it returns, with the scope and offset of each.
    pub returned: Vec<(ExpressionId, ScopeId, u32)>,
    pub throws: Vec<Symbol>,
    pub decorators: Vec<(ExpressionId, Symbol)>,
    pub extends: Vec<ExpressionId>,
    pub implements: Vec<ExpressionId>,
    /// Bases whose members come before its own.
    pub prepends: Vec<ExpressionId>,
    pub bases: Vec<Symbol>,
    pub fields: Vec<(Symbol, Symbol, bool)>,
    /// The type that a method is written for, where it stands outside of the type.
    pub receiver: ExpressionId,
    /// How many type parameters it has.
    pub arity: u8,
    pub flags: u16,
    pub visibility: Visibility,
    pub complexity: u16,
    pub body_hash: u64,
    pub signature_hash: u64,
    /// It has a body, so it is more than a declaration.
    pub has_body: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Facts {
    pub language: String,
    /// The package or namespace that the file says it belongs to.
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
    /// Values with names that stand in a type or at the top of the file.
    pub values: Vec<NamedValue>,
    /// The names that a wildcard import of the file takes, if it says so.
    pub wildcards: Option<Vec<Symbol>>,
    pub expressions: Vec<Expression>,
    pub lists: Vec<u32>,
    /// Parts of the file could not be parsed.
    pub broken: bool,
    #[serde(skip)]
    pub(crate) places: Places,
}

/// Where the bindings of each name begin, found once. What facts are does not depend on it.
#[derive(Debug, Clone, Default)]
pub(crate) struct Places(OnceLock<Box<[u32]>>);

impl PartialEq for Places {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl Eq for Places {}

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

    /// Bindings of `name` that are seen in exactly `scope`, in source order.
    pub fn bindings_of(&self, scope: ScopeId, name: Symbol) -> &[Binding] {
        seen_in(self.bindings_named(name), scope)
    }

    /// Bindings of `name` in any scope, by scope. They must be complete.
    pub fn bindings_named(&self, name: Symbol) -> &[Binding] {
        let places = self
            .places
            .0
            .get_or_init(|| starts(self.strings.len(), self.bindings.iter().map(|b| b.name.0)).into());
        match places.get(name.0 as usize..name.0 as usize + 2) {
            Some(&[from, to]) => &self.bindings[from as usize..to as usize],
            _ => &[],
        }
    }

    /// The nearest definition with a name at or around `id`.
    pub fn named(&self, mut id: DefinitionId) -> DefinitionId {
        while !id.is_file() && self.definition(id).name.is_empty() {
            id = self.definition(id).parent;
        }
        id
    }
}

/// Of the bindings of one name, those that are seen in exactly `scope`.
pub fn seen_in(named: &[Binding], scope: ScopeId) -> &[Binding] {
    let from = named.partition_point(|b| b.scope < scope);
    let rest = &named[from..];
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

    /// Does it hold members?
    pub fn is_type(&self) -> bool {
        matches!(self.kind, NodeKind::Class | NodeKind::Interface | NodeKind::Enum | NodeKind::Type)
    }

    pub fn is_callable(&self) -> bool {
        matches!(self.kind, NodeKind::Function | NodeKind::Method | NodeKind::Constructor)
    }
}
