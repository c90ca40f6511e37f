//! Code of a type outside of its methods, where calls declare visibilities, mixins and accessors, and where bare names
//! are calls.

use rustc_hash::FxHashMap;
use tree_sitter::Node;

use crate::extract::binding::binder::Binder;
use crate::extract::build::FactBuilder;
use crate::extract::build::nodes::Frame;
use crate::extract::definitions::accessors;
use crate::extract::expressions::names;
use crate::facts::{
    DefinitionId, Expression, ExpressionId, Facts, ListId, MemberBinding, ReferenceKind, ScopeId, Symbol,
};
use crate::graph::{Visibility, flag};
use crate::languages::Mixin;
use crate::languages::syntax::Capture;

/// The hidden field whose value are the types that are mixed into the class itself.
pub const MIXED_INTO_CLASS: &str = "\0";

/// What a call in a language of bare calls means.
pub enum CallMeaning {
    Plain,
    /// It constructs an instance of that type.
    Constructs(ExpressionId),
    /// It calls something else, with these arguments.
    Calls(ExpressionId, ListId),
    /// It is no call; its value is known.
    Value(ExpressionId),
}

/// The last callable of each name in each type, updated on demand.
#[derive(Default)]
struct Callables {
    last: FxHashMap<(DefinitionId, Symbol), DefinitionId>,
    seen: usize,
}

impl Callables {
    fn last(&mut self, facts: &Facts, owner: DefinitionId, name: Symbol) -> Option<DefinitionId> {
        for (at, of) in facts.definitions.iter().enumerate().skip(self.seen) {
            if of.is_callable() {
                self.last.insert((of.parent, of.name), DefinitionId(at as u32));
            }
        }
        self.seen = facts.definitions.len();
        self.last.get(&(owner, name)).copied()
    }
}

#[derive(Default)]
pub struct TypeBody {
    /// The visibility of the next methods, by scope of a type.
    visibilities: FxHashMap<ScopeId, Visibility>,
    callables: Callables,
}

impl TypeBody {
    /// The visibility that a call set for the methods of a scope.
    pub fn visibility(&self, scope: ScopeId) -> Option<Visibility> {
        self.visibilities.get(&scope).copied()
    }

    /// The call or declaration that an unbound name is. None: the name binds or names something.
    pub fn bare_call(
        &mut self,
        build: &mut FactBuilder<'_>,
        binder: &Binder,
        node: Node,
        capture: Option<Capture>,
    ) -> Option<ExpressionId> {
        let names = matches!(
            capture,
            Some(
                Capture::Name
                    | Capture::Callee
                    | Capture::Key
                    | Capture::Alias
                    | Capture::Parameter
                    | Capture::Path
            )
        );
        if names {
            return None;
        }
        let callee = names::read_name(build, node);
        let Expression::Name(name) = build.facts.expression(callee) else { return Some(callee) };
        if binder.is_local(build, name) {
            return Some(callee);
        }
        let (at, line) = (node.end_byte() as u32, node.end_position().row as u32 + 1);
        if let Some(visibility) = visibility_of_word(build, name) {
            self.visibilities.insert(build.scope, visibility);
            return Some(ExpressionId::UNKNOWN);
        }
        if let Some(Mixin::Extend) = mixin_kind(build, name) {
            let own = build.add(Expression::This);
            mix_in_members(build, own, Mixin::Extend, at);
            return Some(ExpressionId::UNKNOWN);
        }
        let constructing =
            build.language.rules.members.instantiating_methods.contains(&build.facts.text(name));
        let arguments = ListId::EMPTY;
        let (kind, call) = match constructing {
            true => {
                let class = build.add(Expression::SelfType);
                (ReferenceKind::New, Expression::New { class, arguments })
            }
            false => (ReferenceKind::Call, Expression::Call { callee, arguments }),
        };
        let call = build.add(call);
        build.add_reference(kind, call, at, line);
        Some(call)
    }

    /// What a call means besides a call: a construction, a reflective call, or a declaration in the code of a type.
    pub fn meaning_of_call(
        &mut self,
        build: &mut FactBuilder<'_>,
        binder: &mut Binder,
        callee: ExpressionId,
        arguments: ListId,
        frame: &Frame,
    ) -> CallMeaning {
        let rules = &build.language.rules;
        match build.facts.expression(callee) {
            Expression::Member { object, name } => {
                let text = build.facts.text(name);
                if rules.members.instantiating_methods.contains(&text) {
                    return CallMeaning::Constructs(object);
                }
                let values: Vec<_> = build.facts.list(arguments).collect();
                if rules.calls.reflective_methods.contains(&text)
                    && let [first, rest @ ..] = &values[..]
                    && let Expression::Text(named) = build.facts.expression(*first)
                {
                    let rest = build.add_list(rest);
                    return CallMeaning::Calls(build.add(Expression::Member { object, name: named }), rest);
                }
                if !text.is_empty()
                    && text == rules.members.type_member
                    && build.facts.expression(object) == Expression::This
                {
                    return CallMeaning::Value(build.add(Expression::SelfType));
                }
                CallMeaning::Plain
            }
            Expression::Name(name) => {
                let text = build.facts.text(name);
                if rules.members.instantiating_methods.contains(&text) {
                    return CallMeaning::Constructs(build.add(Expression::SelfType));
                }
                if rules.members.accessor_calls.contains(&text) && build.in_type() {
                    accessors::add_readers(build, binder, arguments, frame);
                } else if let Some(visibility) = visibility_of_word(build, name) {
                    self.set_visibility(build, arguments, visibility);
                } else if let Some(mixin) = mixin_kind(build, name).filter(|_| build.in_type()) {
                    for value in build.facts.list(arguments).collect::<Vec<_>>() {
                        mix_in_members(build, value, mixin, frame.start);
                    }
                }
                CallMeaning::Plain
            }
            _ => CallMeaning::Plain,
        }
    }
}

/// The visibility that a word sets in the code of a type.
fn visibility_of_word(build: &FactBuilder<'_>, word: Symbol) -> Option<Visibility> {
    let words = build.language.rules.members.visibility_calls;
    if words.is_empty() || !build.in_type() {
        return None;
    }
    let text = build.facts.text(word);
    words.iter().find(|(known, _)| *known == text).map(|(_, visibility)| *visibility)
}

impl TypeBody {
    /// Sets the visibility of the methods that the arguments name or define.
    fn set_visibility(&mut self, build: &mut FactBuilder<'_>, arguments: ListId, visibility: Visibility) {
        let owner = build.facts.scope(build.scope).owner;
        for argument in build.facts.list(arguments).collect::<Vec<_>>() {
            let found = match build.facts.expression(argument) {
                Expression::Definition(id) => Some(id),
                Expression::Text(name) => self.callables.last(&build.facts, owner, name),
                _ => None,
            };
            if let Some(id) = found {
                let definition = &mut build.facts.definitions[id.at()];
                definition.visibility = visibility;
                if visibility == Visibility::Public {
                    definition.flags |= flag::EXPORTED;
                } else {
                    definition.flags &= !flag::EXPORTED;
                }
            }
        }
    }
}

fn mixin_kind(build: &FactBuilder<'_>, name: Symbol) -> Option<Mixin> {
    let text = build.facts.text(name);
    build.language.rules.members.mixin_calls.iter().find(|(call, _)| *call == text).map(|(_, mixin)| *mixin)
}

/// Mixin the members of a type into the enclosing one.
fn mix_in_members(build: &mut FactBuilder<'_>, value: ExpressionId, mixin: Mixin, at: u32) {
    let owner = build.facts.scope(build.scope).owner;
    let mixin = if build.in_static_code() { Mixin::Extend } else { mixin };
    let definition = &mut build.facts.definitions[owner.at()];
    match mixin {
        Mixin::Prepend => definition.prepends.push(value),
        Mixin::Include => definition.extends.insert(0, value),
        Mixin::Extend => {
            let name = build.facts.strings.intern(MIXED_INTO_CLASS);
            let object = build.add(Expression::SelfType);
            let (scope, r#type) = (build.scope, ExpressionId::UNKNOWN);
            build.facts.members.push(MemberBinding { object, name, value, r#type, scope, at });
        }
    }
}
