//! Scopes: the current scope and what encloses it.

use crate::extract::build::FactBuilder;
use crate::extract::build::nodes::Frame;
use crate::facts::{Definition, DefinitionId, ExpressionId, Scope, ScopeId, ScopeKind};
use crate::graph::flag;
use crate::languages::syntax::{Capture, Role, mark};

impl FactBuilder<'_> {
    /// Adds a scope within the current one, of the same definition.
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

    /// The scope that a declaration here belongs to.
    pub fn declaring_scope(&self, hoisted: bool) -> ScopeId {
        if self.language.rules.block_scoped && !hoisted {
            self.scope
        } else {
            self.function_scope(self.scope)
        }
    }

    /// The definition whose code the current scope is.
    pub fn owner(&self) -> &Definition {
        self.facts.definition(self.facts.scope(self.scope).owner)
    }

    /// The name of the enclosing type, as an expression.
    pub fn owner_name(&mut self) -> Option<ExpressionId> {
        let owner = self.facts.scope(self.scope).owner;
        let frame = self.nodes.frames.iter().rposition(|f| f.definition == Some(owner))?;
        self.captured(frame, Capture::Name)
    }

    /// Is this directly in the code of a type?
    pub fn in_type(&self) -> bool {
        self.facts.scope(self.scope).kind == ScopeKind::Class
    }

    /// Is this directly in an object literal?
    pub fn in_object(&self) -> bool {
        self.nodes.frames.last().is_some_and(|f| f.role == Role::Object)
    }

    /// Is it a group of tests that counts as a type?
    pub fn is_test_group(&self, definition: DefinitionId) -> bool {
        self.facts.definition(definition).flags & flag::GROUP != 0
    }

    /// Are definitions here members of the type itself, not of its instances?
    pub fn in_static_code(&self) -> bool {
        let is_body = |f: &Frame| f.capture == Some(Capture::Body) && f.definition.is_none();
        let around = self.nodes.frames.iter().rev().find(|f| f.role != Role::LastValue && !is_body(f));
        around.is_some_and(|f| f.has(mark::STATIC))
    }

    /// The scope around a definition, within the types that a qualified name like `a::b` opened.
    pub fn scope_of_parent(&self, id: DefinitionId) -> ScopeId {
        self.facts.scope(self.facts.definition(id).scope).parent
    }

    /// Counts one more path through the enclosing definition.
    pub fn count_branch(&mut self) {
        // Closures without a name count for the definition around them.
        let named = self.nodes.frames.iter().rev().find(|f| f.hashed);
        let owner = named.and_then(|f| f.definition).unwrap_or_default();
        let complexity = &mut self.facts.definitions[owner.at()].complexity;
        *complexity = complexity.saturating_add(1);
        if let Some(frame) = self.nodes.frames.last_mut() {
            frame.branched = true;
        }
    }
}
