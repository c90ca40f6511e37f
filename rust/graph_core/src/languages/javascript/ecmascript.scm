; What JavaScript and TypeScript share

; names
[(identifier) (property_identifier) (private_property_identifier) (import)] @name
[(shorthand_property_identifier) (shorthand_property_identifier_pattern)] @name
[(comment) (html_comment) (hash_bang_line)] @comment
["," ";" "(" ")" "export"] @unhashed
(empty_statement) @unhashed

; definitions
(function_declaration name: (_) @of.name body: (_) @of.body) @definition.function
(generator_function_declaration name: (_) @of.name body: (_) @of.body) @definition.function
(function_expression name: (_) @of.name body: (_) @of.body) @definition.closure @local_name
(generator_function name: (_) @of.name body: (_) @of.body) @definition.closure @local_name
(arrow_function parameter: (_) @of.parameter body: (_) @of.body) @definition.closure
(class_declaration name: (_) @of.name body: (_) @of.body) @definition.class
(class name: (_) @of.name body: (_) @of.body) @definition.class @local_name
(method_definition name: (_) @of.name body: (_) @of.body) @definition.method
(class_static_block) @scope
(decorator (_) @of.value) @decorator

; parameters
(formal_parameters) @parameters @unhashed

; imports and exports
(import_statement source: (_) @of.path) @import
(import_statement (import_clause) @of.name) @import
(import_clause (identifier) @of.default_import) @import.clause
(import_clause (named_imports) @of.name) @import.clause
(import_clause (namespace_import) @of.name) @import.clause
(named_imports (import_specifier) @of.value) @sequence
(import_specifier name: (_) @of.name alias: (_) @of.alias) @import.name
(namespace_import (identifier) @of.alias) @import.namespace
(export_statement source: (_) @of.path) @export @unhashed
(export_statement value: (_) @of.value) @export
(export_statement (export_clause) @of.name) @export
(export_statement (namespace_export) @of.name) @export
(export_clause (export_specifier) @of.value) @sequence
(export_specifier name: (_) @of.name alias: (_) @of.alias) @import.name
(namespace_export (_) @of.alias) @import.namespace

; bindings
(variable_declarator name: (_) @of.name value: (_) @of.value) @binding
(variable_declaration) @hoisted
(assignment_expression left: (_) @of.name right: (_) @of.value) @binding.assign
(for_in_statement left: (_) @of.name operator: "in" @of.loops_over_keys right: (_) @of.value) @binding.loop @block @branch
(catch_clause parameter: (_) @of.name) @binding @block @branch
(object_pattern (_) @of.value) @object
(array_pattern (_) @of.value) @sequence
(array_pattern "," @of.separator) @sequence
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
(ternary_expression condition: (_) @of.condition consequence: (_) @of.value alternative: (_) @of.value) @either @branch
(binary_expression left: (_) @of.value operator: "instanceof" @of.type_check right: (_) @of.value) @operator.binary
(binary_expression operator: "&&" @of.conjunction) @operator.binary
["&&" "||" "??"] @branch
(sequence_expression (_) @of.value) @either
(await_expression (_) @of.value) @await
(parenthesized_expression (_) @of.value) @wrapper @unhashed
(yield_expression (_) @of.value) @yield
(return_statement (_) @of.value) @return
(string) @text @leaf
(template_string) @text
[(number) (true) (false) (null) (undefined) (regex) (meta_property) (update_expression)] @literal
(unary_expression operator: "!" @of.negates argument: (_) @of.value) @literal
(array (_) @of.value) @sequence
(object (_) @of.value) @object
(pair key: (_) @of.key value: (_) @of.value) @entry
(spread_element (_) @of.value) @spread

; scopes and branches
[(statement_block) (switch_body)] @block
(for_statement) @block @branch
(if_statement condition: (_) @of.condition consequence: (_) @of.value alternative: (_) @of.value) @either @branch
(while_statement condition: (_) @of.condition) @branch
[(do_statement) (switch_case)] @branch
[(return_statement) (throw_statement) (continue_statement) (break_statement)] @jump
