//! Callbacks: what a function that is written in a call is given, by the type of the parameter that it is for.

use super::eval::Evaluator;
use super::tables::Entries;
use super::value::{Def, Items, Value};
use crate::facts::DefinitionId;

impl Evaluator<'_> {
    /// The types of parameters that are functions, and of the parameters of those.
    pub(super) fn typed_parameters(&self, def: Def, entries: &mut Entries) {
        let definition = self.facts.definition(def.id);
        let of_type = !definition.has_body && definition.name.is_empty();
        for (index, parameter) in definition.parameters.iter().enumerate() {
            if !parameter.r#type.is_known() {
                continue;
            }
            let mut items = self.eval_type(parameter.r#type, definition.scope, definition.start);
            items.retain(|i| match i.value {
                Value::Function(_) => true,
                Value::External(_) | Value::Unknown => false,
                _ => of_type,
            });
            if !items.is_empty() {
                entries.table.typed.insert((def.id, index as u32), items);
            }
        }
    }

    /// A function that is written in a call is given what the parameter that it is for says of its own.
    pub(super) fn given_by_type(
        &self,
        closure: DefinitionId,
        target: Def,
        index: u32,
        entries: &mut Entries,
    ) {
        let untyped = |i: &usize| !self.facts.definition(closure).parameters[*i].r#type.is_known();
        for item in self.typed(target, index).into_iter().flatten() {
            let Value::Function(of) = item.value else { continue };
            for i in (0..self.facts.definition(closure).parameters.len()).filter(untyped) {
                if let Some(items) = self.typed(of, i as u32) {
                    let own = Def { file: self.file, id: closure };
                    entries.passed.push(((own, i as u32), items.clone()));
                }
            }
        }
    }

    fn typed(&self, def: Def, index: u32) -> Option<&Items> {
        self.consult(def.file, self.world.name_hash(def));
        self.tables.typed(def, index)
    }
}
