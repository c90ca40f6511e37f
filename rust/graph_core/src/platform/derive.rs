//! What declarations say: of a generic type what its arguments are, of a function or method what it returns of what
//! it is given, by its signature alone.

use std::collections::VecDeque;

use super::declarations::{Declarations, DeclaredType, Function, SELF};
use super::written::{TUPLE, Type};
use crate::hashing::NameHash;
use crate::languages::Language;
use crate::languages::platform::{ContextObject, Generic, Platform, Returned};

/// What a language's platform declares.
pub fn platform(language: &Language, declarations: &Declarations) -> Platform {
    let rules = Deriving { language, declarations };
    let mut platform = Platform::NONE;
    let stated = language.rules.types.generic.iter();
    platform.generic_types.extend(stated.map(|(name, kind)| ((*name).to_owned(), *kind)));
    let universal = declarations.universal.iter().map(|name| NameHash::of(name));
    platform.universal_members.extend(universal);
    for declared in &declarations.types {
        platform.generic_types.extend(rules.generic(declared).map(|kind| (declared.name.clone(), kind)));
        let supertypes = rules.supertypes(declared).iter().map(|name| NameHash::of(name)).collect();
        platform.supertypes.insert(NameHash::of(&declared.name), supertypes);
    }
    for (name, wider) in language.rules.types.builtin.iter().flat_map(|builtin| builtin.conversions) {
        let wider = wider.iter().map(|name| NameHash::of(name)).collect();
        platform.supertypes.insert(NameHash::of(name), wider);
    }
    for function in &declarations.functions {
        rules.function(function, &mut platform);
    }
    platform
}

struct Deriving<'a> {
    language: &'a Language,
    declarations: &'a Declarations,
}

impl Deriving<'_> {
    fn function(&self, function: &Function, platform: &mut Platform) {
        let name = function.name.clone();
        if let Some(context) = self.context(function) {
            platform.scope_functions.insert(name.clone(), context);
        }
        if self.returns_self(function) {
            platform.returns_self.insert(name);
            return;
        }
        if let Some(container) = self.container(function) {
            if self.is_element_callback(function, &container) {
                platform.element_callbacks.insert(name.clone());
            }
            if let Some(returned) = self.of_container(&function.returns, &container) {
                platform.container_methods.insert(name, returned);
            }
        } else if function.takes_block && !function.universal {
            platform.element_callbacks.insert(name);
        }
        platform.functions.extend(self.of_arguments(function));
    }

    /// The names of all supertypes, each after all that are below it.
    fn supertypes(&self, declared: &DeclaredType) -> Vec<String> {
        let mut found: Vec<(usize, String)> = Vec::new();
        let mut next: VecDeque<(usize, &Type)> = declared.bases.iter().map(|base| (1, base)).collect();
        while let Some((distance, base)) = next.pop_front() {
            let Some(name) = base.name() else { continue };
            match found.iter_mut().find(|(_, other)| other == name) {
                // Counted by the longest way, which is no longer than there are types.
                Some((most, _)) if *most < distance => *most = distance,
                Some(_) => continue,
                None => found.push((distance, name.to_owned())),
            }
            if distance <= self.declarations.types.len() {
                let above = self.declarations.named(name).into_iter().flat_map(|above| &above.bases);
                next.extend(above.map(|base| (distance + 1, base)));
            }
        }
        found.sort_by_key(|(distance, _)| *distance);
        found.into_iter().map(|(_, name)| name).collect()
    }

    fn members<'a>(&'a self, declared: &'a DeclaredType) -> impl Iterator<Item = &'a Function> {
        let of = |f: &&Function| f.owner.as_ref() == Some(&declared.name);
        self.declarations.functions.iter().filter(of)
    }

    /// What the arguments of a generic type say; None: it is a container of the last, or not generic.
    fn generic(&self, declared: &DeclaredType) -> Option<Generic> {
        let variables = &declared.variables;
        let calls = self.language.rules.implied.call_method;
        if declared.variadic {
            return Some(Generic::Tuple);
        }
        let first = *variables.first()?;
        let is_called = self.members(declared).any(|f| !calls.is_empty() && f.name == calls);
        match variables[..] {
            _ if declared.function.is_some() => Some(Generic::Function),
            [_] if is_called => Some(Generic::Class),
            [_] => None,
            _ if is_called => Some(Generic::Function),
            _ if self.is_map(declared) && self.iterates_entries(declared) => Some(Generic::Entries),
            _ if self.is_map(declared) => Some(Generic::Map),
            _ if variables.iter().all(|v| declared.fields.contains(&Type::Variable(*v))) => {
                Some(Generic::Tuple)
            }
            _ => (self.element(declared) == Some(first)).then_some(Generic::First),
        }
    }

    /// Does a method take what the first variable stands for, a key, or is a base a map?
    fn is_map(&self, declared: &DeclaredType) -> bool {
        let [first, _] = declared.variables[..] else { return false };
        let key = Type::Variable(first);
        let by_key = |f: &Function| f.parameters.first() == Some(&key) && f.returns != key && !f.constructs;
        self.members(declared).any(by_key)
            || declared.bases.iter().any(|base| {
                base.name().and_then(|n| self.declarations.named(n)).is_some_and(|b| self.is_map(b))
            })
    }

    /// Is a base an iterable of tuples?
    fn iterates_entries(&self, declared: &DeclaredType) -> bool {
        declared.bases.iter().any(|base| {
            let Type::Named(name, arguments) = base else { return false };
            matches!(&arguments[..], [only] if self.is_tuple(only))
                || self.declarations.named(name).is_some_and(|above| self.iterates_entries(above))
        })
    }

    fn is_tuple(&self, written: &Type) -> bool {
        let Some(name) = written.name() else { return false };
        let is_one = |t: &DeclaredType| self.generic(t) == Some(Generic::Tuple);
        name == TUPLE || self.declarations.named(name).is_some_and(is_one)
    }

    /// The variable of a type's elements: the first that a base of one argument or a method's result names.
    fn element(&self, declared: &DeclaredType) -> Option<char> {
        let results = self.members(declared).map(|f| &f.returns);
        let bases = declared.bases.iter().filter(|base| base.variables().len() == 1);
        let mut named = bases.chain(results);
        named.find_map(|of| declared.variables.iter().copied().find(|v| of.mentions(*v)))
    }

    /// The container that a method is called on.
    fn container(&self, function: &Function) -> Option<Container> {
        let name = function.owner.as_ref().filter(|name| !self.is_transparent(name))?;
        let declared = self.declarations.named(name);
        let variables = match &function.receiver {
            Some(receiver) => receiver.variables(),
            None => declared?.variables.clone(),
        };
        let kind = declared.and_then(|d| self.generic(d));
        let (first, last) = (*variables.first()?, *variables.last()?);
        Some(match kind {
            Some(Generic::Map | Generic::Entries) => Container { key: Some(first), element: last },
            Some(Generic::First) => Container { key: None, element: first },
            Some(Generic::Class | Generic::Function | Generic::Tuple) => return None,
            _ => Container { key: None, element: last },
        })
    }

    /// What a method returns of the container.
    fn of_container(&self, returns: &Type, container: &Container) -> Option<Returned> {
        let Container { key, element } = *container;
        let returns = self.stripped(returns);
        if *returns == Type::Variable(element) {
            return Some(Returned::Element);
        }
        let Type::Named(name, arguments) = returns else { return None };
        if let (Some(key), [only]) = (key, &arguments[..])
            && only.variables() == [key, element]
        {
            return Some(Returned::Pairs);
        }
        let direct: Vec<char> = arguments.iter().filter_map(|a| self.stripped(a).variable()).collect();
        let is_map = self.declarations.named(name).is_some_and(|t| self.is_map(t));
        match (direct.contains(&element), key.is_some_and(|key| direct.contains(&key))) {
            (true, true) => Some(Returned::Same),
            (true, false) if key.is_some() => Some(Returned::Values),
            (true, false) => (!is_map && !self.is_tuple(returns)).then_some(Returned::Same),
            (false, true) => Some(Returned::Keys),
            (false, false) => None,
        }
    }

    /// Does a method call a function with elements of the container?
    fn is_element_callback(&self, function: &Function, container: &Container) -> bool {
        let takes = |t: &Type| {
            self.parameters_of(t).is_some_and(|all| all.iter().any(|p| p.mentions(container.element)))
        };
        function.parameters.iter().any(takes)
    }

    /// What a function that is a parameter takes itself; None: it is no function.
    fn parameters_of(&self, written: &Type) -> Option<Vec<Type>> {
        match written {
            Type::Function { parameters, .. } => Some(parameters.clone()),
            Type::Named(name, arguments) => {
                let declared = self.declarations.named(name)?;
                let of = declared.function.as_ref();
                if of.is_none() && self.generic(declared) != Some(Generic::Function) {
                    return None;
                }
                // The last argument is what it returns, if its type returns what a variable stands for.
                let returns = of.is_none_or(|returns| returns.variable().is_some());
                Some(arguments[..arguments.len() - usize::from(returns && !arguments.is_empty())].to_vec())
            }
            Type::Variable(_) => None,
        }
    }

    fn result_of(&self, written: &Type) -> Option<Type> {
        match written {
            Type::Function { result, .. } => Some((**result).clone()),
            Type::Named(_, arguments) if self.parameters_of(written).is_some() => arguments.last().cloned(),
            _ => None,
        }
    }

    fn returns_self(&self, function: &Function) -> bool {
        let returns_own = match (&function.returns, &function.owner) {
            (Type::Named(name, arguments), owner) if arguments.is_empty() => {
                name == SELF || !function.universal && !function.constructs && owner.as_ref() == Some(name)
            }
            _ => false,
        };
        match &function.receiver {
            Some(Type::Variable(of)) => function.returns == Type::Variable(*of),
            _ => returns_own,
        }
    }

    /// How a function hands an object to the function that it is given.
    fn context(&self, function: &Function) -> Option<ContextObject> {
        let called_on = function.receiver.as_ref().and_then(Type::variable);
        let (object, given) = match (called_on, &function.parameters[..]) {
            (Some(object), [given]) => (object, given),
            (None, [Type::Variable(object), given]) if function.receiver.is_none() => (*object, given),
            _ => return None,
        };
        let Type::Function { receiver, parameters, .. } = given else { return None };
        let on_object = receiver.as_deref() == Some(&Type::Variable(object));
        match called_on {
            Some(_) if on_object => Some(ContextObject::Receiver),
            Some(_) => parameters.contains(&Type::Variable(object)).then_some(ContextObject::Parameter),
            None => on_object.then_some(ContextObject::FirstArgument),
        }
    }

    /// What a function returns of its arguments, under the name that it is called by.
    fn of_arguments(&self, function: &Function) -> Option<(String, Returned)> {
        let owner = function.owner.as_ref();
        let name = match owner {
            Some(owner) if function.constructs => owner.clone(),
            // Of a type that stands for its argument the members are functions, called by their path.
            Some(owner) if self.is_transparent(owner) => {
                format!("{owner}{}{}", self.language.rules.path_separator, function.name)
            }
            None if function.receiver.is_none() => function.name.clone(),
            _ => return None,
        };
        let made = || {
            let of = self.declarations.named(owner?)?;
            Some(Type::Named(of.name.clone(), of.variables.iter().map(|v| Type::Variable(*v)).collect()))
        };
        let returns = if function.constructs { made()? } else { function.returns.clone() };
        let first = function.parameters.first()?;
        self.of_first(self.stripped(&returns), self.stripped(first), function)
            .map(|returned| (name, returned))
    }

    fn of_first(&self, returns: &Type, first: &Type, function: &Function) -> Option<Returned> {
        if let Type::Variable(variable) = returns {
            let same = *first == Type::Variable(*variable);
            return match same {
                true => Some(Returned::Same),
                false => first.mentions(*variable).then_some(Returned::Element),
            };
        }
        let Type::Named(_, arguments) = returns else { return None };
        if let [only] = &arguments[..]
            && self.is_tuple(only)
            && let Type::Named(_, parts) = only
        {
            let numbered = parts.first().is_some_and(|part| part.variable().is_none());
            return Some(if numbered { Returned::Numbered } else { Returned::Zipped });
        }
        let variables = returns.variables();
        let mentions = |of: &Type| variables.iter().any(|v| of.mentions(*v));
        if let Some(result) = self.result_of(first) {
            return match mentions(&result) {
                true => Some(Returned::Results),
                false => mentions(function.parameters.get(1)?).then_some(Returned::OfSecond),
            };
        }
        match first {
            Type::Variable(own) => {
                (variables.contains(own) && !self.is_tuple(returns)).then_some(Returned::Wrapped)
            }
            Type::Named(_, given) if given == arguments && given.len() > 1 => Some(Returned::Same),
            _ => mentions(first).then_some(Returned::Elements),
        }
    }

    fn is_transparent(&self, name: &str) -> bool {
        self.language.rules.types.transparent.contains(&name)
    }

    /// A type without the generic types around it that stand for their argument.
    fn stripped<'a>(&self, mut written: &'a Type) -> &'a Type {
        while let Type::Named(name, arguments) = written
            && self.is_transparent(name)
            && let Some(inner) = arguments.last()
        {
            written = inner;
        }
        written
    }
}

/// The variables of a container.
struct Container {
    key: Option<char>,
    element: char,
}
