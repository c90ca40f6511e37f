//! Resolves, once the file is walked, to which declaration an assignment or an added element belongs.

use rustc_hash::{FxHashMap, FxHashSet};

use crate::extract::binding::binder::Binder;
use crate::extract::build::FactBuilder;
use crate::facts::{Binding, Bound, ScopeId, ScopeKind, Symbol};

/// The most additions kept of one container: every use of the container evaluates all of them.
const MOST_ADDED: u32 = 8;

impl Binder {
    /// Moves assignments to the enclosing scope that declares the name, if one does.
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

    /// Moves additions to the scope that declares the container.
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
                build.facts.bindings[index].name = Symbol::EMPTY; // one too many, or the container is declared in another file
            }
        }
        build.facts.bindings.retain(|b| !b.name.is_empty());
    }
}

/// A narrowing belongs to the scope that declares the name, not only to the block of the check.
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
