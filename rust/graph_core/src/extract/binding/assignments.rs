//! Once the file is walked: to which declaration an assignment, or an element added to a container, belongs.

use rustc_hash::{FxHashMap, FxHashSet};

use crate::extract::binding::binder::Binder;
use crate::extract::build::FactBuilder;
use crate::facts::{Binding, Bound, ScopeId, ScopeKind, Symbol};

/// As many additions are kept of one container: every use of it looks through them.
const MOST_ADDED: u32 = 8;

impl Binder {
    /// Assignments go to where their name is declared further out, if it is.
    pub fn resolve_assignments(&mut self, build: &mut FactBuilder<'_>) {
        let mut declared: FxHashSet<(ScopeId, Symbol)> = Default::default();
        let assigned: FxHashSet<usize> = self.assigned.iter().copied().collect();
        let mut added = self.added.iter().copied().peekable(); // in order
        let declares = build.language.rules.assignment_declares;
        for (i, binding) in build.facts.bindings.iter().enumerate() {
            let narrows = matches!(binding.bound, Bound::Narrowed { .. });
            let is_added = added.next_if_eq(&i).is_some();
            if !narrows && !is_added && (declares || !assigned.contains(&i)) {
                declared.insert((binding.scope, binding.name));
            }
        }
        for index in std::mem::take(&mut self.assigned) {
            let binding = build.facts.bindings[index];
            let mut scope = build.function_scope(binding.scope);
            let outer = self.outer.contains(&(scope, binding.name));
            if declares && !outer {
                continue;
            }
            scope = if outer { build.facts.scope(scope).parent } else { binding.block };
            while !scope.is_file()
                && (!declared.contains(&(scope, binding.name))
                    || outer && build.facts.scope(scope).kind == ScopeKind::Class)
            {
                scope = build.facts.scope(scope).parent;
            }
            build.facts.bindings[index].scope = scope;
        }
        if build.language.rules.block_scoped {
            widen_narrowed(build, &declared);
        }
        self.resolve_additions(build, &declared);
    }

    /// What is put into a container is seen where the container's name is declared.
    fn resolve_additions(&mut self, build: &mut FactBuilder<'_>, declared: &FxHashSet<(ScopeId, Symbol)>) {
        if self.added.is_empty() {
            return;
        }
        let mut kept: FxHashMap<(ScopeId, Symbol), u32> = FxHashMap::default();
        for index in std::mem::take(&mut self.added) {
            let binding = build.facts.bindings[index];
            let mut scope = binding.scope;
            while !scope.is_file()
                && (!declared.contains(&(scope, binding.name))
                    || scope != binding.scope && build.facts.scope(scope).kind == ScopeKind::Class)
            {
                scope = build.facts.scope(scope).parent;
            }
            let count = kept.entry((scope, binding.name)).or_default();
            *count += 1;
            if declared.contains(&(scope, binding.name)) && *count <= MOST_ADDED {
                build.facts.bindings[index].scope = scope;
            } else {
                build.facts.bindings[index].name = Symbol::EMPTY; // one too many, or of another file
            }
        }
        build.facts.bindings.retain(|b| !b.name.is_empty());
    }
}

/// A narrowed name is seen where its declaration is, not only in the block of the check.
fn widen_narrowed(build: &mut FactBuilder<'_>, declared: &FxHashSet<(ScopeId, Symbol)>) {
    for index in 0..build.facts.bindings.len() {
        let Binding { scope, block, name, bound: Bound::Narrowed { .. }, .. } = build.facts.bindings[index]
        else {
            continue;
        };
        let mut around = block;
        while around.0 > scope.0 && !declared.contains(&(around, name)) {
            around = build.facts.scope(around).parent;
        }
        build.facts.bindings[index].scope = around;
    }
}
