//! The walk over one syntax tree, without recursion. It composes the concerns and dispatches to them which nodes are
//! entered,
//! opened and closed; it writes no facts itself.

mod close;
mod deliver;
mod enter;
mod open;

use tree_sitter::{Node, Tree, TreeCursor};

use super::binding::binder::Binder;
use super::build::{FactBuilder, hashes};
use super::definitions::decorators::Decorators;
use super::definitions::overloads::Overloads;
use super::definitions::values::{self, ValueDefinitions};
use super::documentation::{Documentation, Embedded};
use super::expressions::names;
use super::imports::{Imports, exports};
use super::narrowing::Narrowing;
use super::parameters::Parameters;
use super::token_trees::{TokenTrees, hash_tokens};
use super::type_body::TypeBody;
use crate::extract::bounds::Bounds;
use crate::facts::Facts;
use crate::languages::Language;

pub struct Walk<'a> {
    build: FactBuilder<'a>,
    binder: Binder,
    decorators: Decorators,
    documentation: Documentation,
    imports: Imports,
    narrowing: Narrowing,
    overloads: Overloads,
    parameters: Parameters,
    type_body: TypeBody,
    values: ValueDefinitions,
    /// None in code that a comment embeds.
    token_trees: Option<TokenTrees<'a>>,
    /// How many nodes were walked.
    nodes: u64,
}

impl<'a> Walk<'a> {
    pub fn of_file(
        language: &'static Language,
        path: &str,
        source: &'a [u8],
        root: Node,
        token_trees: TokenTrees<'a>,
    ) -> Self {
        Walk::with(FactBuilder::for_file(language, path, source, root), Some(token_trees))
    }

    fn with(build: FactBuilder<'a>, token_trees: Option<TokenTrees<'a>>) -> Self {
        Walk {
            build,
            binder: Binder::default(),
            decorators: Decorators::default(),
            documentation: Documentation::new(walk_embedded),
            imports: Imports::default(),
            narrowing: Narrowing::default(),
            overloads: Overloads::default(),
            parameters: Parameters::default(),
            type_body: TypeBody::default(),
            values: ValueDefinitions::default(),
            token_trees,
            nodes: 0,
        }
    }

    /// Walks a tree whose root is at depth `root`. In a token tree nodes below the depth limit are left out, not an
    /// error.
    pub fn walk(&mut self, mut cursor: TreeCursor, root: u32, bounds: Bounds) -> Result<(), &'static str> {
        let mut depth = root;
        loop {
            self.nodes += 1;
            if self.nodes > bounds.nodes {
                return Err("too many nodes");
            }
            let descend = self.enter(&cursor, depth, bounds);
            let nested = self.token_trees.as_ref().is_some_and(|trees| trees.nested > 0);
            if descend && !(nested && depth >= bounds.depth) && cursor.goto_first_child() {
                depth += 1;
                if depth > bounds.depth {
                    return Err("too deep");
                }
                continue;
            }
            if descend {
                self.leave(depth);
            }
            while !cursor.goto_next_sibling() {
                if !cursor.goto_parent() {
                    return Ok(());
                }
                depth -= 1;
                self.leave(depth);
            }
        }
    }

    /// Walks the statements that a token tree is rewritten to; false if there are none.
    fn walk_token_tree(&mut self, node: Node, depth: u32, bounds: Bounds) -> bool {
        let Some(trees) = &mut self.token_trees else { return false };
        let Some(tree) = trees.parse(&self.build, node) else { return false };
        trees.nested += 1;
        self.build.hashes.open(node.kind_id());
        trees.hash_blanked(&mut self.build, node);
        self.walk_statements(&tree, depth + 1, bounds);
        self.build.hashes.close();
        if let Some(trees) = &mut self.token_trees {
            trees.nested -= 1;
        }
        crate::arena::discard(tree);
        true
    }

    fn walk_statements(&mut self, tree: &Tree, depth: u32, bounds: Bounds) {
        let mut cursor = tree.walk();
        let mut more = cursor.goto_first_child();
        while more {
            let statement = cursor.node();
            if statement.has_error() {
                hash_tokens(&mut self.build, statement);
            } else if self.walk(statement.walk(), depth, bounds).is_err() {
                return;
            }
            more = cursor.goto_next_sibling();
        }
    }

    /// The facts, once the tree is walked; resolves what depends on the whole file.
    pub fn finish(mut self) -> Facts {
        self.binder.resolve_assignments(&mut self.build);
        self.values.define_assigned_fields(&mut self.build);
        values::drop_shadowed(&mut self.build);
        exports::mark_exported(&mut self.build);
        exports::list_wildcards(&mut self.build);
        names::add_plain_uses(&mut self.build);
        let facts = &mut self.build.facts;
        facts.references.sort_by_key(|r| r.at);
        facts.bindings.sort_by_key(|b| (b.name, b.scope, b.at));
        facts.bindings.dedup_by(|b, a| (a.name, a.scope, a.bound) == (b.name, b.scope, b.bound));
        names::drop_reads_of_callees(&mut self.build);
        let (signature, body) = self.build.hashes.finish();
        let file = &mut self.build.facts.definitions[0];
        file.signature_hash = 0;
        file.body_hash = hashes::joined(signature, body);
        self.build.facts
    }
}

/// Walks a tree of another language as if it were written in the current scope.
fn walk_embedded(embedded: Embedded, build: &mut FactBuilder<'_>) {
    let facts = std::mem::take(&mut build.facts);
    let mut inner =
        Walk::with(FactBuilder::adding_to(facts, embedded.language, embedded.text.as_bytes()), None);
    inner.build.scope = build.scope;
    let _ = inner.walk(embedded.tree.walk(), 0, embedded.bounds);
    build.called.append(&mut inner.build.called);
    build.plain_uses.append(&mut inner.build.plain_uses);
    build.facts = inner.build.facts;
}
