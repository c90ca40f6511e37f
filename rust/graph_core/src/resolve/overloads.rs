//! Overloads: of the definitions of one name those that a call's arguments choose, by their number and by what is
//! known of their types. The rules are those of a compiler, simplified: exact types before wider ones, wider ones
//! before those that take anything, a fixed number of parameters before any number.

use smallvec::SmallVec;

use super::eval::Evaluator;
use super::sorts::{Sort, written};
use super::value::{Def, Item, Items, Value, push};
use crate::facts::{ListId, ScopeId, hash};
use crate::graph::ParameterKind;
use crate::platform;

/// How far a parameter's type is from an argument's: the same, of a base, of the platform, perhaps, anything.
const OF_OUTSIDE: u32 = 20;
const PERHAPS: u32 = 40;
const ANYTHING: u32 = 50;
/// Between more of one name nothing is chosen: each call would look at all of them.
const MOST_OVERLOADS: usize = 256;
/// For one of any number of arguments.
const GATHERED: u32 = 1000;

/// What a call means of what its callee may be.
pub(super) struct Meant {
    pub items: Items,
    /// Overloads between which the arguments do not choose.
    pub tied: SmallVec<[Def; 4]>,
}

impl Evaluator<'_> {
    /// Chooses among the overloads of each method that a callee may be.
    pub(super) fn meant(&self, items: Items, arguments: ListId, scope: ScopeId, at: u32) -> Meant {
        let mut meant = Meant { items: Items::new(), tied: SmallVec::new() };
        if self.language.rules.types.builtin.is_none() {
            meant.items = items;
            return meant;
        }
        let mut done: SmallVec<[Def; 4]> = SmallVec::new();
        let loose: SmallVec<[Def; 4]> = items.iter().filter_map(|item| self.loose(item)).collect();
        for item in items {
            let Value::Function(def) = item.value else {
                push(&mut meant.items, item);
                continue;
            };
            if done.contains(&def) {
                continue;
            }
            let all = if loose.contains(&def) { loose.clone() } else { self.overloads(def) };
            let chosen = self.chosen(&all, arguments, scope, at);
            done.extend(all);
            match chosen[..] {
                [only] => push(&mut meant.items, Item { value: Value::Function(only), via: item.via }),
                [] => push(&mut meant.items, Item { value: Value::External(hash(b"")), via: item.via }),
                _ => meant.tied.extend(chosen),
            }
        }
        meant
    }

    /// A function outside of any type: all of the name that a call may mean are its overloads.
    fn loose(&self, item: &Item) -> Option<Def> {
        let Value::Function(def) = item.value else { return None };
        let parent = self.world.definition(def).parent;
        let owner = Def { file: def.file, id: parent };
        (parent.is_file() || !self.world.definition(owner).is_type()).then_some(def)
    }

    /// The methods of that name in the type and above it, without those that are overridden.
    fn overloads(&self, def: Def) -> SmallVec<[Def; 4]> {
        let mut all: SmallVec<[Def; 4]> = SmallVec::new();
        let owner = Def { file: def.file, id: self.world.definition(def).parent };
        let name = self.world.name_hash(def);
        if self.world.members(owner, name).contains(&def) {
            for class in self.hierarchy.order(owner, 0) {
                self.consult(class.file, name);
                let inherited = self.world.members(class, name).iter().copied();
                for method in inherited.filter(|m| self.world.definition(*m).is_callable()) {
                    if all.len() > MOST_OVERLOADS {
                        return all;
                    }
                    if class == owner || !all.iter().any(|own| self.overrides(*own, method)) {
                        all.push(method);
                    }
                }
            }
        }
        if all.is_empty() {
            all.push(def);
        }
        all
    }

    fn overrides(&self, own: Def, other: Def) -> bool {
        let (a, b) = (&self.world.definition(own).parameters, &self.world.definition(other).parameters);
        let same = |i: usize| {
            let (a, b) = (self.sort_of_parameter(own, i), self.sort_of_parameter(other, i));
            a == b || self.is_top(b)
        };
        a.len() == b.len() && (0..a.len()).all(same)
    }

    /// Of these the ones that fit the arguments best: one, or several between which nothing chooses.
    pub(super) fn chosen(
        &self,
        all: &[Def],
        arguments: ListId,
        scope: ScopeId,
        at: u32,
    ) -> SmallVec<[Def; 4]> {
        if all.len() < 2 || all.len() > MOST_OVERLOADS {
            return SmallVec::from_slice(all);
        }
        for def in all {
            self.consult(def.file, self.world.name_hash(*def));
        }
        let by_count: SmallVec<[Def; 4]> = match self.count(arguments) {
            None => SmallVec::from_slice(all),
            count => all.iter().copied().filter(|d| self.fits(*d, count)).collect(),
        };
        if by_count.len() < 2 {
            return by_count; // none: one of a base that is not of the repository is meant
        }
        let given: SmallVec<[Sort; 8]> =
            self.facts.list(arguments).map(|argument| self.sort_of(argument, scope, at)).collect();
        let among = &by_count[..];
        let costs: SmallVec<[(u32, Def); 4]> =
            among.iter().filter_map(|def| Some((self.cost(*def, &given)?, *def))).collect();
        let Some((least, best)) = costs.iter().copied().min_by_key(|(cost, _)| *cost) else {
            return SmallVec::from_slice(among);
        };
        // An argument of which nothing is known may be what makes the difference.
        let differs = |other: Def| {
            let open = (0..given.len()).filter(|i| given[*i] == Sort::Open);
            open.into_iter().any(|i| self.sort_at(best, i) != self.sort_at(other, i))
        };
        costs.iter().filter(|(cost, def)| *cost == least || differs(*def)).map(|(_, def)| *def).collect()
    }

    /// The type of the parameter that takes the argument at a place.
    fn sort_at(&self, def: Def, index: usize) -> Sort {
        let last = self.world.definition(def).parameters.len().saturating_sub(1);
        self.sort_of_parameter(def, index.min(last))
    }

    /// How far the parameters are from what is given; None: they cannot take it.
    fn cost(&self, def: Def, given: &[Sort]) -> Option<u32> {
        let parameters = &self.world.definition(def).parameters;
        let rest = parameters.last().is_some_and(|p| p.kind == ParameterKind::Rest);
        let mut whole = 0;
        for (i, given) in given.iter().enumerate() {
            if rest && i + 1 >= parameters.len() {
                let element = self.sort_of_parameter(def, parameters.len() - 1);
                let as_array = match element {
                    Sort::Of { name, class, arrays } => Sort::Of { name, class, arrays: arrays + 1 },
                    other => other,
                };
                let last = given_alone(i, parameters.len(), given);
                let handed = last.then(|| self.distance(as_array, *given)).flatten();
                whole += match handed {
                    Some(distance) if *given != Sort::Open => distance,
                    _ => GATHERED + self.distance(element, *given)?,
                };
                continue;
            }
            whole += self.distance(self.sort_of_parameter(def, i), *given)?;
        }
        Some(if rest && given.len() < parameters.len() { whole + GATHERED } else { whole })
    }

    fn distance(&self, parameter: Sort, given: Sort) -> Option<u32> {
        let signatures = self.language.rules.types.builtin?;
        let Sort::Of { name, arrays, .. } = parameter else { return Some(0) };
        let known = |name: u64| platform::of(self.language).supertypes.get(&name);
        let top = self.is_top(Sort::Of { name, class: None, arrays: 0 });
        match given {
            Sort::Open => Some(0),
            Sort::Nothing if arrays == 0 && is_one_of(signatures.primitives, name) => None,
            Sort::Nothing if arrays == 0 && top => Some(ANYTHING),
            Sort::Nothing => Some(1),
            Sort::Function if arrays > 0 || known(name).is_some() => None,
            Sort::Function => Some(1),
            Sort::Array if arrays > 0 => Some(0),
            Sort::Array => top.then_some(ANYTHING),
            Sort::Of { arrays: more, .. } if top && more >= arrays => Some(ANYTHING),
            Sort::Of { arrays: other, .. } if other != arrays => None,
            Sort::Of { name: other, .. } if other == name => Some(0),
            Sort::Of { name: other, .. } if arrays > 0 && is_one_of(signatures.primitives, other) => None,
            Sort::Of { class: Some(class), .. } => self.above(class, name),
            Sort::Of { name: other, .. } => match known(other) {
                Some(wider) => wider_by(wider, name),
                // Of the platform's types those that are listed have no types below that are not.
                None => known(name).is_none().then_some(PERHAPS),
            },
        }
    }

    /// How far above the type one of that name is.
    fn above(&self, class: Def, name: u64) -> Option<u32> {
        let at = self.hierarchy.order(class, 0).position(|above| self.world.name_hash(above) == name);
        if let Some(at) = at {
            return Some(at as u32);
        }
        let mut perhaps = None;
        for above in self.hierarchy.order(class, 0) {
            self.consult(above.file, self.world.name_hash(above));
            let facts = self.world.facts(above.file);
            for base in &facts.definition(above.id).bases {
                let (base, _) = written(facts.text(*base));
                if hash(base.as_bytes()) == name {
                    return Some(OF_OUTSIDE);
                }
                match platform::of(self.language).supertypes.get(&hash(base.as_bytes())) {
                    Some(wider) => {
                        if let Some(far) = wider_by(wider, name) {
                            return Some(OF_OUTSIDE + far);
                        }
                    }
                    None if !self.hierarchy.is_closed(above) => perhaps = Some(PERHAPS),
                    None => {}
                }
            }
        }
        perhaps
    }

    fn is_top(&self, sort: Sort) -> bool {
        let top = self.language.rules.types.builtin.map(|s| hash(s.top.as_bytes()));
        matches!(sort, Sort::Of { name, arrays: 0, .. } if Some(name) == top)
    }
}

fn given_alone(index: usize, parameters: usize, given: &Sort) -> bool {
    index + 1 == parameters && !matches!(given, Sort::Of { arrays: 0, .. })
}

fn is_one_of(names: &[&str], name: u64) -> bool {
    names.iter().any(|n| hash(n.as_bytes()) == name)
}

fn wider_by(wider: &[u64], name: u64) -> Option<u32> {
    wider.iter().position(|n| *n == name).map(|i| i as u32 + 1)
}
