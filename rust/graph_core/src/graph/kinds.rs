//! The kinds of nodes, edges and parameters, the rules that find edges, and visibilities.

use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum NodeKind {
    File,
    Module,
    Class,
    Interface,
    Enum,
    Type,
    Function,
    Method,
    Constructor,
    /// A constant or variable of a module.
    Value,
    /// A field of a class, an interface, a struct or an object type.
    Field,
    /// A member of an enumeration.
    #[serde(rename = "enum_member")]
    EnumMember,
}

impl NodeKind {
    /// Is it code that is called?
    pub fn is_callable(self) -> bool {
        matches!(self, NodeKind::Function | NodeKind::Method | NodeKind::Constructor)
    }

    /// Does it hold a value that code reads and writes?
    pub fn is_value(self) -> bool {
        matches!(self, NodeKind::Value | NodeKind::Field | NodeKind::EnumMember)
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum EdgeKind {
    Contains,
    Imports,
    Calls,
    Extends,
    Implements,
    Overrides,
    UsesType,
    Tests,
    /// Reads a value, a field or a member of an enumeration.
    Reads,
    /// Assigns to one.
    Writes,
    /// Uses a function, a method or a class as a value: passes it on or stores it.
    References,
}

/// The rule of resolution that found an edge. An edge has the confidence of its rule, see `Via::confidence`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Via {
    /// Stated by the syntax, such as containment.
    Syntax,
    /// A name bound in an enclosing scope of the same file.
    Scope,
    /// The receiver is the object or class itself: the method-resolution order.
    Receiver,
    /// The receiver's type is known from a declaration.
    Type,
    /// The receiver's or callee's value is inferred: a constructor call, a returned value, an assignment.
    Flow,
    /// The name is imported.
    Import,
    /// The name is of the same package or namespace.
    Package,
    /// An override or implementation of the declared target, which a virtual call may reach.
    Dispatch,
    /// The only definition of that name in the repository.
    UniqueName,
}

impl Via {
    /// The confidence of the rule in hundredths: 100 is a fact of the syntax, less than 50 is a guess.
    pub fn confidence(self) -> u8 {
        match self {
            Via::Syntax => 100,
            Via::Scope => 97,
            Via::Receiver => 95,
            Via::Import => 95,
            Via::Type => 90,
            Via::Package => 90,
            Via::Flow => 80,
            Via::Dispatch => 60,
            Via::UniqueName => 40,
        }
    }

    pub fn name(self) -> &'static str {
        match self {
            Via::Syntax => "syntax",
            Via::Scope => "scope",
            Via::Receiver => "receiver",
            Via::Import => "import",
            Via::Type => "type",
            Via::Package => "package",
            Via::Flow => "flow",
            Via::Dispatch => "dispatch",
            Via::UniqueName => "unique_name",
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Visibility {
    #[default]
    Public,
    Protected,
    Package,
    Private,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ParameterKind {
    #[default]
    Plain,
    /// Only by keyword.
    Keyword,
    /// Only by position.
    Positional,
    /// `*args`, `...rest`, variadic.
    Rest,
    /// `**kwargs`.
    KeywordRest,
}
