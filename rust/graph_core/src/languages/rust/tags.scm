; Rust

; names
[(identifier) (type_identifier) (field_identifier) (shorthand_field_identifier) (super) (crate)] @name
[(line_comment) (block_comment)] @comment
["," ";" "(" ")"] @unhashed
(empty_statement) @unhashed
[(macro_definition) (inner_attribute_item)] @plain @leaf
(macro_invocation macro: (_) @of.name (token_tree) @of.token_tree) @plain

; imports
(use_declaration argument: (_) @of.value) @import
(extern_crate_declaration name: (_) @of.path alias: (_) @of.alias) @import
(use_as_clause path: (_) @of.name alias: (_) @of.alias) @import.name
(use_list (_) @of.value) @sequence
(scoped_use_list path: (_) @of.receiver list: (_) @of.arguments) @index
(use_wildcard (_) @of.value) @spread

; definitions
(function_item name: (_) @of.name return_type: (_) @of.returns body: (_) @of.body) @definition.function
(function_signature_item name: (_) @of.name return_type: (_) @of.returns) @definition.function
(struct_item name: (_) @of.name body: (_) @of.body) @definition.class
(union_item name: (_) @of.name body: (_) @of.body) @definition.class
(enum_item name: (_) @of.name body: (_) @of.body) @definition.enum
(trait_item name: (_) @of.name bounds: (_) @of.extends body: (_) @of.body) @definition.interface
(type_item name: (_) @of.name type: (_) @of.value) @definition.type
(mod_item name: (_) @of.name body: (_) @of.body) @definition.module @file_module
(impl_item trait: (_) @of.implements type: (_) @of.receiver body: (_) @of.body) @definition.extension
(closure_expression return_type: (_) @of.returns body: (_) @of.body) @definition.closure
(visibility_modifier [(crate) (super) (self) (scoped_identifier)] @of.visible_in) @modifiers
(function_modifiers) @modifiers
(attribute [(identifier) (scoped_identifier)] @of.marker arguments: (_) @of.arguments) @decorator

; parameters
(parameters) @parameters
(closure_parameters (identifier) @of.name) @parameters
(parameter pattern: (_) @of.name type: (_) @of.type) @parameter
(type_parameter name: (_) @of.name bounds: (_) @of.value) @binding
(where_predicate left: (type_identifier) @of.name bounds: (_) @of.value) @binding
(associated_type name: (_) @of.name bounds: (_) @of.value) @binding
(trait_bounds (_) @of.value) @expression_list

; bindings
(field_declaration name: (_) @of.name type: (_) @of.type) @binding.field
(enum_variant name: (_) @of.name) @binding.member
(ordered_field_declaration_list type: (_) @of.type) @binding.positional_fields
[(const_item) (static_item)] @binding
(const_item name: (_) @of.name type: (_) @of.type value: (_) @of.value) @binding
(static_item name: (_) @of.name type: (_) @of.type value: (_) @of.value) @binding
(let_declaration pattern: (_) @of.name type: (_) @of.type value: (_) @of.value) @binding
(let_condition pattern: (_) @of.name value: (_) @of.value) @binding
(assignment_expression left: (_) @of.name right: (_) @of.value) @binding.assign
(for_expression pattern: (_) @of.name value: (_) @of.value) @binding.loop @block @branch
(match_expression value: (_) @of.subject body: (_) @of.value) @wrapper
(match_block (match_arm) @of.value) @either @block
(match_arm pattern: (_) @of.name value: (_) @of.value) @match.arm @block @branch
(match_pattern [(identifier) (tuple_struct_pattern) (struct_pattern) (tuple_pattern) (slice_pattern) (ref_pattern) (mut_pattern) (reference_pattern) (captured_pattern) (or_pattern)] @of.value) @wrapper

; patterns
(mut_pattern [(identifier) (tuple_struct_pattern) (struct_pattern) (tuple_pattern) (ref_pattern) (captured_pattern)] @of.value) @wrapper
(ref_pattern [(identifier) (mut_pattern) (captured_pattern)] @of.value) @wrapper
(reference_pattern [(identifier) (tuple_struct_pattern) (struct_pattern) (tuple_pattern) (mut_pattern) (captured_pattern)] @of.value) @wrapper
(captured_pattern (identifier) @of.value) @wrapper
(or_pattern [(identifier) (tuple_struct_pattern) (struct_pattern) (tuple_pattern) (captured_pattern) (or_pattern)] @of.value) @either
(tuple_pattern (_) @of.value) @sequence
(slice_pattern (_) @of.value) @sequence
(tuple_struct_pattern type: (_) @of.pattern_type [(identifier) (tuple_struct_pattern) (struct_pattern) (tuple_pattern) (slice_pattern) (ref_pattern) (mut_pattern) (reference_pattern) (captured_pattern) (or_pattern)] @of.value) @pattern.constructor
(struct_pattern (field_pattern) @of.value) @object
(field_pattern name: (_) @of.key pattern: (_) @of.value) @entry

; expressions
(self) @this
(call_expression function: (_) @of.callee arguments: (_) @of.arguments) @reference.call
(arguments (_) @of.value) @sequence
(struct_expression name: (_) @of.callee body: (_) @of.arguments) @reference.new
(field_initializer_list (_) @of.value) @sequence
(field_initializer field: (_) @of.key value: (_) @of.value) @entry
(shorthand_field_initializer (identifier) @of.key) @entry
(base_field_initializer (_) @of.value) @spread
(field_expression value: (_) @of.receiver field: (_) @of.name) @member
(scoped_identifier path: (self) @of.module_self) @member
(scoped_identifier path: (_) @of.receiver name: (_) @of.name) @member
(scoped_type_identifier path: (self) @of.module_self) @member
(scoped_type_identifier path: (_) @of.receiver name: (_) @of.name) @member
(generic_function function: (_) @of.value) @wrapper
(index_expression (_) @of.receiver) @index
(await_expression (_) @of.value) @await
(try_expression (_) @of.value) @unwrap
(reference_expression value: (_) @of.value) @wrapper
(unary_expression (_) @of.value) @wrapper
(parenthesized_expression (_) @of.value) @wrapper @unhashed
(type_cast_expression type: (_) @of.type) @typed
(array_expression (_) @of.value) @sequence
(tuple_expression (_) @of.value) @sequence
(if_expression consequence: (_) @of.value alternative: (_) @of.value) @either @block @branch
(else_clause (_) @of.value) @wrapper
(return_expression (_) @of.value) @return
(expression_statement [(if_expression) (match_expression) (unsafe_block) (block) (async_block)] @of.value) @wrapper
(block (_) @of.value) @last_value @block
(unsafe_block (block) @of.value) @wrapper
(async_block (block) @of.value) @wrapper
[(integer_literal) (float_literal) (boolean_literal) (char_literal) (unit_expression)] @literal
[(string_literal) (raw_string_literal)] @text @leaf

; types
(primitive_type) @literal
(generic_type type: (_) @of.receiver type_arguments: (_) @of.arguments) @index
(generic_type_with_turbofish type: (_) @of.receiver type_arguments: (_) @of.arguments) @index
(type_arguments [(type_identifier) (scoped_type_identifier) (generic_type) (reference_type) (tuple_type) (dynamic_type) (abstract_type) (array_type) (primitive_type) (pointer_type) (unit_type) (bounded_type) (function_type)] @of.value) @sequence
(reference_type type: (_) @of.value) @wrapper
(pointer_type type: (_) @of.value) @wrapper
(dynamic_type trait: (_) @of.value) @wrapper
(abstract_type trait: (_) @of.value) @wrapper
(bounded_type [(type_identifier) (scoped_type_identifier) (generic_type) (function_type)] @of.value) @either
(array_type element: (_) @of.value) @array
(tuple_type (_) @of.value) @sequence
(bracketed_type (_) @of.value) @wrapper
(qualified_type type: (_) @of.receiver alias: (_) @of.value) @wrapper
(function_type return_type: (_) @of.returns) @definition.closure

; scopes and branches
[(while_expression) (loop_expression)] @block @branch
(match_pattern condition: (_) @of.condition) @wrapper
["&&" "||"] @branch
