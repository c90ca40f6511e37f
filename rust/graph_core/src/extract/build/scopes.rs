//! Scopes: where in the code the walk is, and what is around.

use crate::extract::build::FactBuilder;
use crate::extract::build::nodes::Frame;
use crate::facts::{Definition, DefinitionId, ExpressionId, Scope, ScopeId, ScopeKind};
use crate::graph::flag;
use crate::languages::syntax::{Capture, Role, mark};

impl FactBuilder<'_> {
    /// A scope inside of the one that is walked, of the same definition.
    pub fn add_scope(&mut self, kind: ScopeKind) -> ScopeId {
        let owner = self.facts.scope(self.scope).owner;
        let id = ScopeId(self.facts.scopes.len() as u32);
        self.facts.scopes.push(Scope { kind, parent: self.scope, owner });
        id
    }

    /// The nearest scope that is no block.
    pub fn function_scope(&self, mut scope: ScopeId) -> ScopeId {
        while self.facts.scope(scope).kind == ScopeKind::Block {
            scope = self.facts.scope(scope).parent;
        }
        scope
    }

    /// Where a declaration here is seen.
    pub fn declaring_scope(&self, hoisted: bool) -> ScopeId {
        if self.language.rules.block_scoped && !hoisted {
            self.scope
        } else {
            self.function_scope(self.scope)
        }
    }

    /// The definition whose code is walked.
    pub fn owner(&self) -> &Definition {
        self.facts.definition(self.facts.scope(self.scope).owner)
    }

    /// The name of the type around, as an expression.
    pub fn owner_name(&mut self) -> Option<ExpressionId> {
        let owner = self.facts.scope(self.scope).owner;
        let frame = self.nodes.frames.iter().rposition(|f| f.definition == Some(owner))?;
        self.captured(frame, Capture::Name)
    }

    /// Is this code of a type, outside of its methods?
    pub fn in_type(&self) -> bool {
        self.facts.scope(self.scope).kind == ScopeKind::Class
    }

    /// Is this straight in an object that is written out?
    pub fn in_object(&self) -> bool {
        self.nodes.frames.last().is_some_and(|f| f.role == Role::Object)
    }

    /// Is it a group of tests that counts as a type?
    pub fn is_test_group(&self, definition: DefinitionId) -> bool {
        self.facts.definition(definition).flags & flag::GROUP != 0
    }

    /// Is what stands straight in here a member of the type itself, not of its objects?
    pub fn in_static_code(&self) -> bool {
        let is_body = |f: &Frame| f.capture == Some(Capture::Body) && f.definition.is_none();
        let around = self.nodes.frames.iter().rev().find(|f| f.role != Role::LastValue && !is_body(f));
        around.is_some_and(|f| f.has(mark::STATIC))
    }

    /// The scope around a definition; types that its name states, as in `a::b`, are among those around.
    pub fn scope_of_parent(&self, id: DefinitionId) -> ScopeId {
        self.facts.scope(self.facts.definition(id).scope).parent
    }

    /// One more way through the code of the definition around.
    pub fn count_branch(&mut self) {
        // The definition around that will have a name: it is not known before its end.
        let named = self.nodes.frames.iter().rev().find(|f| f.hashed);
        let owner = named.and_then(|f| f.definition).unwrap_or_default();
        let complexity = &mut self.facts.definitions[owner.at()].complexity;
        *complexity = complexity.saturating_add(1);
        if let Some(frame) = self.nodes.frames.last_mut() {
            frame.branched = true;
        }
    }
}
