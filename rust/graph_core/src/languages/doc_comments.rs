//! Documentation comments that declare types, for languages without type annotations: the types are translated to
//! another language, which declares them.

use super::Language;

pub struct DocComments {
    /// What such a comment begins with.
    pub begins: &'static str,
    /// What a tag begins with, without which a comment declares nothing.
    pub tag: u8,
    /// The language of the types.
    pub types: &'static Language,
    pub read: fn(comment: &str) -> Documentation,
    /// In the language of the types: the declaration of one name whose type is the list of these types.
    pub listed: fn(types: &[&str]) -> String,
}

/// What one comment says.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Documentation {
    /// Declarations in the language of the types, each with its line in the comment.
    pub declarations: Vec<(u32, String)>,
    /// Types of what the comment stands before.
    pub types: Vec<(Of, String)>,
}

/// What a type is the type of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Of {
    Value,
    Parameter {
        name: String,
        index: usize,
    },
    Returns,
    /// A type variable, by its bound; the type may be empty.
    Variable(String),
}
