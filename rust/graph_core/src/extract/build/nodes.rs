//! The open nodes of the walk, and the values that closed children left for them. Knows nothing of what a role means.

use tree_sitter::Node;

use crate::facts::{DefinitionId, ExpressionId, ScopeId};
use crate::languages::syntax::{Capture, Role, Rule};

pub struct Frame {
    pub rule: Option<&'static Rule>,
    pub role: Role,
    /// The parent's capture of the node.
    pub capture: Option<Capture>,
    pub depth: u32,
    /// Where the values of its children begin.
    pub values: usize,
    /// The enclosing scope.
    pub scope: ScopeId,
    pub start: u32,
    pub end: u32,
    pub line: u32,
    pub end_line: u32,
    /// The definition that it opened.
    pub definition: Option<DefinitionId>,
    /// That definition has hashes of its own.
    pub hashed: bool,
    /// It is the body of the enclosing type definition.
    pub is_type_body: bool,
    /// It is an anonymous class, whose whole node is its body.
    pub is_body: bool,
    /// It declares values that may be definitions: its tokens have hashes of their own.
    pub is_declaration: bool,
    /// A closure in it took its name.
    pub has_named: bool,
    /// Counts when it was opened.
    pub bindings: usize,
    pub parameters: usize,
    /// What its modifiers say.
    pub modifiers: Modifiers,
    /// A branch was counted in it.
    pub branched: bool,
    /// Its own tokens and structure are not hashed.
    pub unhashed: bool,
    /// The state of the hashes before a decorator.
    pub outer_hashes: (u64, u64),
    /// The number of the comment that declares its types; 0: none.
    pub comment: u32,
}

#[derive(Debug, Clone, Copy, Default)]
pub struct Modifiers {
    pub flags: u16,
    pub visibility: Option<crate::graph::Visibility>,
    pub default_export: bool,
    pub readonly: bool,
    /// The import is effective in all files of the project.
    pub global_import: bool,
    /// The parameter is the receiver of an extension method.
    pub receiver: bool,
    /// It is a rest parameter.
    pub rest: bool,
    /// The kind of type, if it is written as a class.
    pub kind: Option<crate::graph::NodeKind>,
}

impl Frame {
    pub fn new(
        rule: Option<&'static Rule>,
        role: Role,
        capture: Option<Capture>,
        node: Node,
        depth: u32,
        values: usize,
        scope: ScopeId,
    ) -> Self {
        Frame {
            rule,
            role,
            capture,
            depth,
            values,
            scope,
            start: node.start_byte() as u32,
            end: node.end_byte() as u32,
            line: node.start_position().row as u32 + 1,
            end_line: node.end_position().row as u32 + 1,
            definition: None,
            hashed: false,
            is_type_body: false,
            is_body: false,
            is_declaration: false,
            has_named: false,
            bindings: 0,
            parameters: 0,
            modifiers: Modifiers::default(),
            branched: false,
            unhashed: false,
            outer_hashes: (0, 0),
            comment: 0,
        }
    }

    pub fn has(&self, mark: u16) -> bool {
        self.rule.is_some_and(|rule| rule.has(mark))
    }
}

/// A closed child, as its parent captures it.
#[derive(Debug, Clone, Copy)]
pub struct Captured {
    pub capture: Capture,
    pub value: ExpressionId,
    pub start: u32,
    pub end: u32,
    pub end_line: u32,
}

impl Captured {
    pub fn new(capture: Capture, value: ExpressionId, node: Node) -> Self {
        Captured {
            capture,
            value,
            start: node.start_byte() as u32,
            end: node.end_byte() as u32,
            end_line: node.end_position().row as u32 + 1,
        }
    }
}

/// The open nodes that have a rule or are captured, outermost first.
#[derive(Default)]
pub struct OpenNodes {
    pub frames: Vec<Frame>,
    /// The values of closed children of all open nodes; each frame stores where its own begin.
    pub values: Vec<Captured>,
}

impl OpenNodes {
    /// Is the node at that depth a direct child of a node whose tokens are not hashed?
    pub fn is_unhashed(&self, depth: u32) -> bool {
        self.frames.last().is_some_and(|f| f.unhashed && f.depth + 1 == depth)
    }
}
