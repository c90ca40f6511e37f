//! Type distance: how far the type of a parameter is from that of an argument, by how both are written and by the
//! hierarchy. Nothing is evaluated here.

use crate::graph::ParameterKind;
use crate::hashing::NameHash;
use crate::platform;
use crate::resolve::index::definitions::Def;
use crate::resolve::index::written::{is_type_variable, text_name};
use crate::resolve::types::evaluator::Evaluator;

/// How far a parameter's type is from an argument's: the same, of a base, of the platform, perhaps, anything.
const OF_OUTSIDE: u32 = 20;

const PERHAPS: u32 = 40;

const ANYTHING: u32 = 50;

/// For one of any number of arguments.
const GATHERED: u32 = 1000;

/// What is known of the type of an argument or a parameter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ArgumentType {
    Open,
    Nothing,
    Function,
    Array,
    Of { name: NameHash, class: Option<Def>, arrays: u8 },
}

impl Evaluator<'_> {
    pub fn overrides(&self, own: Def, other: Def) -> bool {
        let (a, b) = (&self.index.definition(own).parameters, &self.index.definition(other).parameters);
        let same = |i: usize| {
            let (a, b) = (self.parameter_type(own, i), self.parameter_type(other, i));
            a == b || self.is_top(b)
        };
        a.len() == b.len() && (0..a.len()).all(same)
    }

    /// The type of the parameter that takes the argument at a place.
    pub(super) fn parameter_type_at(&self, def: Def, index: usize) -> ArgumentType {
        let last = self.index.definition(def).parameters.len().saturating_sub(1);
        self.parameter_type(def, index.min(last))
    }

    /// How far the parameters are from what is given; None: they cannot take it.
    pub(super) fn cost(&self, def: Def, given: &[ArgumentType]) -> Option<u32> {
        let parameters = &self.index.definition(def).parameters;
        let rest = parameters.last().is_some_and(|p| p.kind == ParameterKind::Rest);
        let mut whole = 0;
        for (i, given) in given.iter().enumerate() {
            if rest && i + 1 >= parameters.len() {
                let element = self.parameter_type(def, parameters.len() - 1);
                let as_array = match element {
                    ArgumentType::Of { name, class, arrays } => {
                        ArgumentType::Of { name, class, arrays: arrays + 1 }
                    }
                    other => other,
                };
                let last = given_alone(i, parameters.len(), given);
                let handed = last.then(|| self.distance(as_array, *given)).flatten();
                whole += match handed {
                    Some(distance) if *given != ArgumentType::Open => distance,
                    _ => GATHERED + self.distance(element, *given)?,
                };
                continue;
            }
            whole += self.distance(self.parameter_type(def, i), *given)?;
        }
        Some(if rest && given.len() < parameters.len() { whole + GATHERED } else { whole })
    }

    fn distance(&self, parameter: ArgumentType, given: ArgumentType) -> Option<u32> {
        let signatures = self.language.rules.types.builtin?;
        let ArgumentType::Of { name, arrays, .. } = parameter else { return Some(0) };
        let known = |name: NameHash| platform::of(self.language).supertypes.get(&name);
        let top = self.is_top(ArgumentType::Of { name, class: None, arrays: 0 });
        match given {
            ArgumentType::Open => Some(0),
            ArgumentType::Nothing if arrays == 0 && is_one_of(signatures.primitives, name) => None,
            ArgumentType::Nothing if arrays == 0 && top => Some(ANYTHING),
            ArgumentType::Nothing => Some(1),
            ArgumentType::Function if arrays > 0 || known(name).is_some() => None,
            ArgumentType::Function => Some(1),
            ArgumentType::Array if arrays > 0 => Some(0),
            ArgumentType::Array => top.then_some(ANYTHING),
            ArgumentType::Of { arrays: more, .. } if top && more >= arrays => Some(ANYTHING),
            ArgumentType::Of { arrays: other, .. } if other != arrays => None,
            ArgumentType::Of { name: other, .. } if other == name => Some(0),
            ArgumentType::Of { name: other, .. } if arrays > 0 && is_one_of(signatures.primitives, other) => {
                None
            }
            ArgumentType::Of { class: Some(class), .. } => self.supertype_distance(class, name),
            ArgumentType::Of { name: other, .. } => match known(other) {
                Some(wider) => wider_by(wider, name),
                // Of the platform's types those that are listed have no types below that are not.
                None => known(name).is_none().then_some(PERHAPS),
            },
        }
    }

    /// How far above the type one of that name is.
    fn supertype_distance(&self, class: Def, name: NameHash) -> Option<u32> {
        let at = self.hierarchy.order(class, 0).position(|above| self.index.name_hash(above) == name);
        if let Some(at) = at {
            return Some(at as u32);
        }
        let mut perhaps = None;
        for above in self.hierarchy.order(class, 0) {
            self.consult(above.file, self.index.name_hash(above));
            let facts = self.index.facts(above.file);
            for base in &facts.definition(above.id).bases {
                let (base, _) = text_name(facts.text(*base));
                if NameHash::of(base) == name {
                    return Some(OF_OUTSIDE);
                }
                match platform::of(self.language).supertypes.get(&NameHash::of(base)) {
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

    fn is_top(&self, sort: ArgumentType) -> bool {
        let top = self.language.rules.types.builtin.map(|s| NameHash::of(s.top));
        matches!(sort, ArgumentType::Of { name, arrays: 0, .. } if Some(name) == top)
    }

    /// The type that a parameter is written with; of a type variable the one that takes anything.
    fn parameter_type(&self, def: Def, index: usize) -> ArgumentType {
        let facts = self.index.facts(def.file);
        match facts.definition(def.id).parameters.get(index) {
            Some(parameter) => self.type_from_text(def, facts.text(parameter.type_text)),
            None => ArgumentType::Open,
        }
    }

    pub(super) fn type_from_text(&self, def: Def, text: &str) -> ArgumentType {
        let (name, arrays) = text_name(text);
        let Some(signatures) = self.language.rules.types.builtin.filter(|_| !name.is_empty()) else {
            return ArgumentType::Open;
        };
        let name =
            if is_type_variable(self.index.facts(def.file), def.id, name) { signatures.top } else { name };
        ArgumentType::Of { name: NameHash::of(name), class: None, arrays }
    }
}

fn given_alone(index: usize, parameters: usize, given: &ArgumentType) -> bool {
    index + 1 == parameters && !matches!(given, ArgumentType::Of { arrays: 0, .. })
}

fn is_one_of(names: &[&str], name: NameHash) -> bool {
    names.iter().any(|n| NameHash::of(n) == name)
}

fn wider_by(wider: &[NameHash], name: NameHash) -> Option<u32> {
    wider.iter().position(|n| *n == name).map(|i| i as u32 + 1)
}
