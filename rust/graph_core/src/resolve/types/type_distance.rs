//! Type distance: how far the type of a parameter is from that of an argument, by the written types and the hierarchy.
//! Nothing is evaluated here.

use crate::graph::ParameterKind;
use crate::hashing::NameHash;
use crate::platform;
use crate::resolve::index::definitions::Def;
use crate::resolve::index::type_names::{is_type_variable, text_name};
use crate::resolve::types::evaluator::Evaluator;

/// The distance to a base that is not of the repository. (That to a base of the repository is its position in the
/// method-resolution order; that to the same type is 0.)
const OUTSIDE_BASE: u32 = 20;

/// The distance to a type that may be a base: not all bases are known.
const POSSIBLE_BASE: u32 = 40;

/// The distance to the top type, such as `Object`.
const TOP: u32 = 50;

/// Added for each argument that a variadic parameter takes, and once if it takes none.
const VARIADIC: u32 = 1000;

/// The type of an argument or a parameter, as far as it is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ArgumentType {
    /// Not known.
    Open,
    /// The type of the null literal.
    Null,
    /// A function without a named type.
    Function,
    /// An array whose element type is not known.
    Array,
    /// The type of that name, or an array of it with `arrays` dimensions.
    Of { name: NameHash, class: Option<Def>, arrays: u8 },
}

impl Evaluator<'_> {
    /// Has a method the same parameter types as another one, so that it overrides it? A top type of the other method,
    /// such as that of a type variable, equals any type.
    pub(super) fn overrides(&self, method: Def, other: Def) -> bool {
        let (a, b) = (&self.index.definition(method).parameters, &self.index.definition(other).parameters);
        let is_same = |i: usize| {
            let (a, b) = (self.parameter_type(method, i), self.parameter_type(other, i));
            a == b || self.is_top(b)
        };
        a.len() == b.len() && (0..a.len()).all(is_same)
    }

    /// The type of the parameter that takes the argument at a position.
    pub(super) fn parameter_type_at(&self, def: Def, index: usize) -> ArgumentType {
        let last = self.index.definition(def).parameters.len().saturating_sub(1);
        self.parameter_type(def, index.min(last))
    }

    /// The sum of the distances of the parameters from the arguments; None if a parameter cannot take its argument.
    pub(super) fn cost(&self, def: Def, arguments: &[ArgumentType]) -> Option<u32> {
        let parameters = &self.index.definition(def).parameters;
        let is_variadic = parameters.last().is_some_and(|p| p.kind == ParameterKind::Rest);
        let mut sum = 0;
        for (i, argument) in arguments.iter().enumerate() {
            if is_variadic && i + 1 >= parameters.len() {
                let element = self.parameter_type(def, parameters.len() - 1);
                let as_array = match element {
                    ArgumentType::Of { name, class, arrays } => {
                        ArgumentType::Of { name, class, arrays: arrays + 1 }
                    }
                    other => other,
                };
                let may_be_array =
                    i + 1 == parameters.len() && !matches!(argument, ArgumentType::Of { arrays: 0, .. });
                let array_distance = may_be_array.then(|| self.distance(as_array, *argument)).flatten();
                sum += match array_distance {
                    Some(distance) if *argument != ArgumentType::Open => distance,
                    _ => VARIADIC + self.distance(element, *argument)?,
                };
                continue;
            }
            sum += self.distance(self.parameter_type(def, i), *argument)?;
        }
        Some(if is_variadic && arguments.len() < parameters.len() { sum + VARIADIC } else { sum })
    }

    /// The distance of a parameter's type from an argument's; None if the parameter cannot take the argument.
    fn distance(&self, parameter: ArgumentType, argument: ArgumentType) -> Option<u32> {
        let signatures = self.language.rules.types.builtin?;
        let ArgumentType::Of { name, arrays, .. } = parameter else { return Some(0) };
        let listed = |name: NameHash| platform::of(self.language).supertypes.get(&name);
        let is_top = self.is_top(ArgumentType::Of { name, class: None, arrays: 0 });
        match argument {
            ArgumentType::Open => Some(0),
            ArgumentType::Null if arrays == 0 && is_one_of(signatures.primitives, name) => None,
            ArgumentType::Null if arrays == 0 && is_top => Some(TOP),
            ArgumentType::Null => Some(1),
            ArgumentType::Function if arrays > 0 || listed(name).is_some() => None,
            ArgumentType::Function => Some(1),
            ArgumentType::Array if arrays > 0 => Some(0),
            ArgumentType::Array => is_top.then_some(TOP),
            ArgumentType::Of { arrays: more, .. } if is_top && more >= arrays => Some(TOP),
            ArgumentType::Of { arrays: other, .. } if other != arrays => None,
            ArgumentType::Of { name: other, .. } if other == name => Some(0),
            ArgumentType::Of { name: other, .. } if arrays > 0 && is_one_of(signatures.primitives, other) => {
                None
            }
            ArgumentType::Of { class: Some(class), .. } => self.supertype_distance(class, name),
            ArgumentType::Of { name: other, .. } => match listed(other) {
                Some(wider) => wider_by(wider, name),
                // The listed types of the platform have no subtypes that are not listed.
                None => listed(name).is_none().then_some(POSSIBLE_BASE),
            },
        }
    }

    /// The distance to a supertype of that name.
    fn supertype_distance(&self, class: Def, name: NameHash) -> Option<u32> {
        let position = self.hierarchy.order(class, 0).position(|above| self.index.name_hash(above) == name);
        if let Some(position) = position {
            return Some(position as u32);
        }
        let mut possible = None;
        for above in self.hierarchy.order(class, 0) {
            self.consult(above.file, self.index.name_hash(above));
            let facts = self.index.facts(above.file);
            for base in &facts.definition(above.id).bases {
                let (base, _) = text_name(facts.text(*base));
                if NameHash::of(base) == name {
                    return Some(OUTSIDE_BASE);
                }
                match platform::of(self.language).supertypes.get(&NameHash::of(base)) {
                    Some(wider) => {
                        if let Some(distance) = wider_by(wider, name) {
                            return Some(OUTSIDE_BASE + distance);
                        }
                    }
                    None if !self.hierarchy.is_closed(above) => possible = Some(POSSIBLE_BASE),
                    None => {}
                }
            }
        }
        possible
    }

    /// Is it the type that takes anything?
    fn is_top(&self, written: ArgumentType) -> bool {
        let top = self.language.rules.types.builtin.map(|s| NameHash::of(s.top));
        matches!(written, ArgumentType::Of { name, arrays: 0, .. } if Some(name) == top)
    }

    /// The written type of a parameter.
    fn parameter_type(&self, def: Def, index: usize) -> ArgumentType {
        let facts = self.index.facts(def.file);
        match facts.definition(def.id).parameters.get(index) {
            Some(parameter) => self.type_from_text(def, facts.text(parameter.type_text)),
            None => ArgumentType::Open,
        }
    }

    /// The type that a text names; for a type variable of the definition the top type.
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

fn is_one_of(names: &[&str], name: NameHash) -> bool {
    names.iter().any(|n| NameHash::of(n) == name)
}

/// The distance to a type among the wider types of another, which are sorted by distance.
fn wider_by(wider: &[NameHash], name: NameHash) -> Option<u32> {
    wider.iter().position(|n| *n == name).map(|i| i as u32 + 1)
}
