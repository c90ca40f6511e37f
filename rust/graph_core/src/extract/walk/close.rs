//! Closing a node: dispatches by its role to the concern that turns the captured children into facts.

use super::Walk;
use crate::extract::binding::{
    bindings, contexts, destructuring, enum_members, fields, matches as match_arms,
};
use crate::extract::build::nodes::{Captured, Frame};
use crate::extract::calls::{call, element, super_calls};
use crate::extract::definitions::{self, bases, close as definition, modifiers, returns};
use crate::extract::expressions::{members, values};
use crate::extract::imports::{self, clauses, exports, trees};
use crate::extract::narrowing::branches;
use crate::extract::parameters::lists;
use crate::facts::{Expression, ExpressionId, ReferenceKind};
use crate::languages::syntax::{Capture, Role, mark};

impl Walk<'_> {
    /// Leaves the node at `depth`.
    pub(super) fn leave(&mut self, depth: u32) {
        self.close_node(depth);
        self.documentation.forget(depth);
    }

    fn close_node(&mut self, depth: u32) {
        match self.build.nodes.frames.last() {
            Some(frame) if frame.depth == depth => {}
            _ => return self.build.hashes.close(),
        }
        let Some(frame) = self.build.nodes.frames.pop() else {
            return;
        };
        if !frame.unhashed && !frame.has(mark::UNHASHED) {
            self.build.hashes.close();
        }
        self.end_body(frame.capture);
        self.build.line = frame.line;
        // The text of a type annotation excludes its punctuation: `T` of `: T`.
        let inner = match (frame.role, frame.capture) {
            (Role::Wrapper, Some(Capture::Type | Capture::Returns)) => {
                self.build.nodes.values.get(frame.values)
            }
            _ => None,
        };
        let (start, end) = inner.map_or((frame.start, frame.end), |i| (i.start, i.end));
        let mut value = self.close(&frame);
        if value.is_known() && frame.has(mark::SCOPE) {
            value = self.build.add(Expression::Scoped { value, scope: self.build.scope });
        }
        let is_declarator = frame.role == Role::Declarator;
        let declared =
            is_declarator.then(|| self.build.all(&frame, Capture::Type).first().copied()).flatten();
        self.build.nodes.values.truncate(frame.values);
        self.build.scope = frame.scope;
        if let Some(capture) = frame.capture {
            self.deliver(Captured { capture, value, start, end, end_line: frame.end_line });
        }
        if let Some(declared) = declared {
            lists::declare_type(&mut self.build, declared);
        }
    }

    /// The expression that the node stands for; unknown where that does not matter.
    fn close(&mut self, frame: &Frame) -> ExpressionId {
        if definitions::kind_of(frame.role).is_some() {
            return definition::close_definition(
                &mut self.build,
                &mut self.binder,
                &mut self.decorators,
                &mut self.documentation,
                &mut self.overloads,
                frame,
            );
        }
        match frame.role {
            Role::Call
            | Role::New
            | Role::Element
            | Role::MethodReference
            | Role::Super
            | Role::This
            | Role::Member
            | Role::Index => self.close_use(frame),
            Role::BinaryOperator
            | Role::ExpressionList
            | Role::Either
            | Role::Conditional
            | Role::Negation
            | Role::Guard
            | Role::Assertion
            | Role::Literal
            | Role::TypeBranch => self.close_condition(frame),
            Role::TypeVariable
            | Role::Binding
            | Role::Assignment
            | Role::LoopVariable
            | Role::ContextVariable
            | Role::Field
            | Role::EnumMember
            | Role::Context
            | Role::Nonlocal
            | Role::Declarator
            | Role::PositionalFields
            | Role::MatchArm
            | Role::ConstructorPattern => self.close_declaration(frame),
            Role::Parameter
            | Role::OptionalParameter
            | Role::RestParameter
            | Role::Keyword
            | Role::KeywordRest
            | Role::KeywordMark
            | Role::PositionalMark
            | Role::DefaultPattern
            | Role::Parameters => self.close_parameter(frame),
            Role::Decorator
            | Role::Modifiers
            | Role::Extends
            | Role::Implements
            | Role::Mixin
            | Role::Throws
            | Role::Return
            | Role::Yield => self.close_part_of_definition(frame),
            Role::Imported
            | Role::ImportedNamespace
            | Role::ImportClause
            | Role::Import
            | Role::Export
            | Role::Package => self.close_import(frame),
            _ => self.close_value(frame),
        }
    }

    /// Calls, constructions, members and pseudo-variables.
    fn close_use(&mut self, frame: &Frame) -> ExpressionId {
        let (build, binder) = (&mut self.build, &mut self.binder);
        match frame.role {
            Role::Call | Role::New => {
                let kind = if frame.role == Role::New { ReferenceKind::New } else { ReferenceKind::Call };
                call::close_call(build, binder, &mut self.narrowing, &mut self.type_body, frame, kind)
            }
            Role::Element => element::close_element(build, frame),
            Role::MethodReference => members::close_method_reference(build, frame),
            Role::Super => super_calls::close_super(build, frame),
            Role::This => values::close_this(build, frame),
            Role::Index => values::close_index(build, frame),
            _ => members::close_member(build, frame),
        }
    }

    /// Conditions, and values that a condition chooses.
    fn close_condition(&mut self, frame: &Frame) -> ExpressionId {
        let (build, binder, narrowing) = (&mut self.build, &mut self.binder, &mut self.narrowing);
        match frame.role {
            Role::BinaryOperator => narrowing.close_choice(build, binder, frame),
            Role::Conditional => narrowing.close_conditional(build, binder, frame),
            Role::Negation => narrowing.close_negation(build, frame),
            Role::Guard => narrowing.narrow_around(build, binder, frame),
            Role::Assertion => narrowing.close_asserted(build, binder, frame),
            Role::Literal => narrowing.close_literal(build, frame),
            Role::TypeBranch => branches::close_narrow(build, binder, frame),
            _ => narrowing.close_either(build, binder, frame),
        }
    }

    /// Roles that bind names; in the code of a module or a type the names are values with nodes.
    fn close_declaration(&mut self, frame: &Frame) -> ExpressionId {
        let first = self.build.facts.bindings.len();
        let hashes = frame.is_declaration.then(|| self.build.hashes.pop());
        let value = self.close_binding(frame);
        if let Some(hashes) = hashes {
            self.values.define(&mut self.build, frame, first, hashes);
        } else if frame.role == Role::EnumMember {
            self.values.define_named_members(&mut self.build, frame);
        }
        value
    }

    fn close_binding(&mut self, frame: &Frame) -> ExpressionId {
        let (build, binder) = (&mut self.build, &mut self.binder);
        let (decorators, documentation) = (&mut self.decorators, &mut self.documentation);
        match frame.role {
            Role::EnumMember => {
                enum_members::close_enum_member(build, binder, decorators, documentation, frame)
            }
            Role::Context => contexts::close_entered(build, frame),
            Role::Nonlocal => binder.close_outer(build, frame),
            Role::Declarator => destructuring::close_declarator(build, binder, frame),
            Role::PositionalFields => fields::close_numbered(build, binder, frame),
            Role::MatchArm => match_arms::close_arm(build, binder, &mut self.narrowing, frame),
            Role::ConstructorPattern => match_arms::close_unpacked(build, frame),
            _ => bindings::close_binding(build, binder, decorators, documentation, frame),
        }
    }

    fn close_parameter(&mut self, frame: &Frame) -> ExpressionId {
        let (build, binder, decorators) = (&mut self.build, &mut self.binder, &mut self.decorators);
        match frame.role {
            Role::DefaultPattern => self.parameters.close_default_pattern(build, binder, decorators, frame),
            Role::KeywordMark | Role::PositionalMark => self.parameters.mark_parameters(build, frame.role),
            Role::Parameters => lists::close_parameters(build, frame),
            _ => self.parameters.close_single(build, binder, decorators, frame),
        }
    }

    /// Parts of the enclosing definition, or of the one that comes next.
    fn close_part_of_definition(&mut self, frame: &Frame) -> ExpressionId {
        let build = &mut self.build;
        match frame.role {
            Role::Decorator => self.decorators.close_decorator(build, frame),
            Role::Modifiers => modifiers::close_modifiers(build, &mut self.decorators, frame),
            Role::Extends | Role::Implements => bases::close_bases(build, frame),
            Role::Mixin => bases::close_mixin(build, frame),
            Role::Throws => returns::close_throws(build, frame),
            Role::Yield => returns::close_yield(build, frame),
            _ => returns::close_return(build, frame),
        }
    }

    fn close_import(&mut self, frame: &Frame) -> ExpressionId {
        let (build, binder) = (&mut self.build, &mut self.binder);
        match frame.role {
            Role::Imported | Role::ImportedNamespace => return clauses::close_imported(build, frame),
            Role::ImportClause => return clauses::close_clause(build, frame),
            Role::Import => {
                imports::close_import(build, binder, frame);
                trees::close_import_trees(build, binder, frame);
            }
            Role::Export => exports::close_export(build, frame),
            _ => self.imports.close_package(build, &mut self.decorators, frame),
        }
        ExpressionId::UNKNOWN
    }

    fn close_value(&mut self, frame: &Frame) -> ExpressionId {
        let build = &mut self.build;
        match frame.role {
            Role::Unwrap => build.wrap(frame, Expression::Each),
            Role::LastValue => build.last(frame, Capture::Value),
            Role::Await => values::close_await(build, &self.binder, frame),
            Role::Spread => build.wrap(frame, Expression::Spread),
            Role::Array => build.wrap(frame, Expression::Array),
            Role::TypeOf => build.wrap(frame, Expression::TypeOf),
            Role::Wrapper if build.has(frame, Capture::Key) || build.has(frame, Capture::NamedArgument) => {
                values::close_keyed(build, frame)
            }
            Role::Wrapper => self.documentation.close_cast(build, frame),
            Role::Checked => values::close_checked(build, frame),
            Role::Typed => values::close_typed(build, frame),
            Role::Text => values::close_text(build, frame),
            Role::Sequence => values::close_sequence(build, frame),
            Role::Object => values::close_object(build, frame),
            Role::Attribute if !build.has(frame, Capture::Value) => ExpressionId::UNKNOWN,
            Role::Entry | Role::Attribute => values::close_entry(build, frame),
            _ => ExpressionId::UNKNOWN,
        }
    }
}
