; Go

; names
[(identifier) (type_identifier) (field_identifier) (package_identifier) (blank_identifier)] @name
(comment) @comment
["," ";" "(" ")"] @unhashed

; the file
(package_clause (package_identifier) @of.name) @package
(import_spec name: (dot) @of.wildcard) @import
(import_spec name: [(package_identifier) (blank_identifier)] @of.alias path: (_) @of.path) @import

; definitions
(function_declaration name: (_) @of.name result: (_) @of.returns body: (_) @of.body) @definition.function
(method_declaration receiver: (_) @of.receiver name: (_) @of.name result: (_) @of.returns body: (_) @of.body) @definition.method
(method_elem name: (_) @of.name result: (_) @of.returns) @definition.method
(func_literal result: (_) @of.returns body: (_) @of.body) @definition.closure
(type_spec name: (_) @of.name type: (_) @of.value) @definition.type
(type_alias name: (_) @of.name type: (_) @of.value) @definition.type
(struct_type (field_declaration_list) @of.body) @definition.class
(interface_type "{" @of.body (type_elem) @of.extends) @definition.interface

; parameters
(parameter_list) @parameters
(parameter_declaration name: (_) @of.name type: (_) @of.type) @parameter
(variadic_parameter_declaration name: (_) @of.name type: (_) @of.type) @parameter.rest
(type_parameter_declaration name: (_) @of.name type: (_) @of.value) @binding
(type_constraint (_) @of.value) @expression_list

; bindings
(field_declaration name: (_) @of.name type: (_) @of.type) @binding.field
(var_spec name: (identifier) @of.name type: (_) @of.type value: (_) @of.value) @binding
(const_spec name: (identifier) @of.name type: (_) @of.type value: (_) @of.value) @binding
(short_var_declaration left: (_) @of.name right: (_) @of.value) @binding
(assignment_statement left: (_) @of.name right: (_) @of.value) @binding.assign
(range_clause left: (_) @of.name right: (_) @of.value) @binding.loop
(receive_statement left: (_) @of.name right: (_) @of.value) @binding
(type_switch_statement alias: (_) @of.name value: (_) @of.value) @binding @block
(type_case type: [(type_identifier) (qualified_type) (pointer_type) (generic_type) (slice_type) (array_type) (map_type) (channel_type) (function_type) (interface_type) (struct_type) (parenthesized_type)] @of.type) @branch.type @block @branch

; expressions
(call_expression function: (_) @of.callee arguments: (_) @of.arguments) @reference.call
(argument_list (_) @of.value) @sequence
(variadic_argument (_) @of.value) @spread
(selector_expression operand: (_) @of.receiver field: (_) @of.name) @member
(index_expression operand: (_) @of.receiver index: (_) @of.arguments) @index
(type_instantiation_expression type: (_) @of.receiver (_) @of.arguments) @index
(slice_expression operand: (_) @of.value) @wrapper
(parenthesized_expression (_) @of.value) @wrapper @unhashed
(unary_expression operand: (_) @of.value) @wrapper
(expression_list (_) @of.value) @expression_list
(composite_literal type: (_) @of.type) @typed
(literal_value) @sequence
(type_assertion_expression type: (_) @of.type) @typed
(type_conversion_expression type: (_) @of.callee) @reference.call
(return_statement (_) @of.value) @return
[(interpreted_string_literal) (raw_string_literal)] @text

; types
(qualified_type package: (_) @of.receiver name: (_) @of.name) @member
(generic_type type: (_) @of.receiver type_arguments: (_) @of.arguments) @index
(type_arguments (_) @of.value) @sequence
(type_elem (_) @of.value) @either
(pointer_type (_) @of.value) @wrapper
(parenthesized_type (_) @of.value) @wrapper @unhashed
(negated_type (_) @of.value) @wrapper
(channel_type value: (_) @of.value) @wrapper
(slice_type element: (_) @of.value) @array
(array_type element: (_) @of.value) @array
(implicit_length_array_type element: (_) @of.value) @array
(map_type value: (_) @of.value) @array

; scopes and branches
(block) @block
[(if_statement) (for_statement) (expression_switch_statement) (select_statement)] @block
[(if_statement) (for_statement)] @branch
[(expression_case) (communication_case)] @block @branch
(default_case) @block
["&&" "||"] @branch
