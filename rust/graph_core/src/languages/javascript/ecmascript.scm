; What JavaScript and TypeScript share

; names
[(identifier) (property_identifier) (private_property_identifier) (import)] @name
[(shorthand_property_identifier) (shorthand_property_identifier_pattern)] @name
[(comment) (html_comment) (hash_bang_line)] @comment
["," ";" "(" ")" "export"] @silent
(empty_statement) @silent

; definitions
(function_declaration name: (_) @of.name body: (_) @of.body) @definition.function
(generator_function_declaration name: (_) @of.name body: (_) @of.body) @definition.function
(function_expression name: (_) @of.name body: (_) @of.body) @definition.closure @inside
(generator_function name: (_) @of.name body: (_) @of.body) @definition.closure @inside
(arrow_function parameter: (_) @of.parameter body: (_) @of.body) @definition.closure
(class_declaration name: (_) @of.name body: (_) @of.body) @definition.class
(class name: (_) @of.name body: (_) @of.body) @definition.class @inside
(method_definition name: (_) @of.name body: (_) @of.body) @definition.method
(class_static_block) @scope
(decorator (_) @of.value) @decorator

; parameters
(formal_parameters) @parameters @silent

; imports and exports
(import_statement source: (_) @of.path) @import
(import_statement (import_clause) @of.name) @import
(import_clause (identifier) @of.default) @import.clause
(import_clause (named_imports) @of.name) @import.clause
(import_clause (namespace_import) @of.name) @import.clause
(named_imports (import_specifier) @of.value) @sequence
(import_specifier name: (_) @of.name alias: (_) @of.alias) @import.name
(namespace_import (identifier) @of.alias) @import.all
(export_statement source: (_) @of.path) @export @silent
(export_statement value: (_) @of.value) @export
(export_statement (export_clause) @of.name) @export
(export_statement (namespace_export) @of.name) @export
(export_clause (export_specifier) @of.value) @sequence
(export_specifier name: (_) @of.name alias: (_) @of.alias) @import.name
(namespace_export (_) @of.alias) @import.all

; bindings
(variable_declarator name: (_) @of.name value: (_) @of.value) @binding
(variable_declaration) @hoisted
(assignment_expression left: (_) @of.name right: (_) @of.value) @binding.assign
(for_in_statement left: (_) @of.name operator: "in" @of.key right: (_) @of.value) @binding.each @block @branch
(catch_clause parameter: (_) @of.name) @binding @block @branch
(object_pattern (_) @of.value) @object
(array_pattern (_) @of.value) @sequence
(array_pattern "," @of.gap) @sequence
(pair_pattern key: (_) @of.key value: (_) @of.value) @entry
(assignment_pattern left: (_) @of.name right: (_) @of.default) @pattern.default
(object_assignment_pattern left: (_) @of.name right: (_) @of.default) @pattern.default
(rest_pattern (_) @of.value) @spread

; expressions
(this) @this
(super) @super
(call_expression function: (_) @of.callee arguments: (_) @of.arguments) @reference.call
(new_expression constructor: (_) @of.callee arguments: (_) @of.arguments) @reference.new
(arguments (_) @of.value) @sequence
(member_expression object: (_) @of.receiver property: (_) @of.name) @member
(subscript_expression object: (_) @of.receiver index: (_) @of.arguments) @index
(ternary_expression condition: (_) @of.check consequence: (_) @of.value alternative: (_) @of.value) @either @branch
(binary_expression left: (_) @of.value operator: "instanceof" @of.check right: (_) @of.value) @choice
(binary_expression operator: "&&" @of.both) @choice
["&&" "||" "??"] @branch
(sequence_expression (_) @of.value) @either
(await_expression (_) @of.value) @await
(parenthesized_expression (_) @of.value) @same @silent
(yield_expression (_) @of.value) @yield
(return_statement (_) @of.value) @return
(string) @text @leaf
(template_string) @text
[(number) (true) (false) (null) (undefined) (regex) (meta_property) (update_expression)] @literal
(unary_expression operator: "!" @of.check argument: (_) @of.value) @literal
(array (_) @of.value) @sequence
(object (_) @of.value) @object
(pair key: (_) @of.key value: (_) @of.value) @entry
(spread_element (_) @of.value) @spread

; scopes and branches
[(statement_block) (switch_body)] @block
(for_statement) @block @branch
(if_statement condition: (_) @of.check consequence: (_) @of.value alternative: (_) @of.value) @either @branch
(while_statement condition: (_) @of.check) @branch
[(do_statement) (switch_case)] @branch
[(return_statement) (throw_statement) (continue_statement) (break_statement)] @leaving
