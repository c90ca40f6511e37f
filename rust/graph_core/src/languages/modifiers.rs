//! Modifiers: what a word before or in a definition says about it.

use crate::graph::{NodeKind, Visibility};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Modifier {
    Async,
    Static,
    Abstract,
    /// It is read, or assigned to, as a field.
    Property,
    Generator,
    /// A part of a type of which other parts are written elsewhere.
    Partial,
    Visible(Visibility),
    /// What is exported is the module's default export.
    DefaultExport,
    Readonly,
    /// An import counts in all files of the project.
    GlobalImport,
    /// The parameter is the receiver of a method that is written outside of its type.
    Receiver,
    /// The parameter takes all remaining arguments.
    Rest,
    /// What is written as a class is another kind of type.
    Kind(NodeKind),
}
