
; What TypeScript adds to ecmascript.scm

; names
(type_identifier) @name
(this_type) @this
(nested_identifier object: (_) @of.receiver property: (_) @of.name) @member
(nested_type_identifier module: (_) @of.receiver name: (_) @of.name) @member

; definitions
(function_declaration return_type: (_) @of.returns) @definition.function
(generator_function_declaration return_type: (_) @of.returns) @definition.function
(function_signature name: (_) @of.name return_type: (_) @of.returns) @definition.function @overload
(function_expression return_type: (_) @of.returns) @definition.closure
(generator_function return_type: (_) @of.returns) @definition.closure
(arrow_function return_type: (_) @of.returns) @definition.closure
(method_definition return_type: (_) @of.returns) @definition.method
(method_signature name: (_) @of.name return_type: (_) @of.returns) @definition.method @overload
(abstract_method_signature name: (_) @of.name return_type: (_) @of.returns) @definition.method @overload
(abstract_class_declaration name: (_) @of.name body: (_) @of.body) @definition.class
(interface_declaration name: (_) @of.name body: (_) @of.body) @definition.interface
(enum_declaration name: (_) @of.name body: (_) @of.body) @definition.enum
(type_alias_declaration name: (_) @of.name value: (_) @of.value) @definition.type
(internal_module name: (_) @of.name body: (_) @of.body) @definition.module
(module name: (_) @of.name body: (_) @of.body) @definition.module
(object_type) @definition.interface
[(function_type) (constructor_type) (call_signature) (construct_signature)] @definition.closure
(function_type return_type: (_) @of.returns) @definition.closure
(call_signature return_type: (_) @of.returns) @definition.closure
(constructor_type type: (_) @of.returns) @definition.closure
(construct_signature type: (_) @of.returns) @definition.closure
[(accessibility_modifier) (override_modifier)] @modifiers

; bases
(extends_clause value: (_) @of.value type_arguments: (_) @of.arguments) @reference.extends
(extends_type_clause type: (_) @of.value) @reference.extends
(implements_clause (_) @of.value) @reference.implements

; parameters
(required_parameter pattern: (_) @of.name type: (_) @of.type value: (_) @of.default) @parameter @unhashed
(optional_parameter pattern: (_) @of.name type: (_) @of.type value: (_) @of.default) @parameter.optional
(type_parameter name: (_) @of.name constraint: (_) @of.value) @binding.type_variable

; imports and exports
(import_require_clause (identifier) @of.alias source: (_) @of.path) @import
(import_alias (identifier) @of.name (nested_identifier) @of.value) @binding
(export_statement [(identifier) (member_expression) (call_expression) (new_expression)] @of.module_value) @export
(export_statement [(function_expression) (arrow_function) (class) (object)] @of.module_value) @export

; bindings
(variable_declarator type: (_) @of.type) @binding
(catch_clause type: (_) @of.type) @binding
(public_field_definition name: (_) @of.name "?" @of.optional type: (_) @of.type value: (_) @of.value) @binding.field
(property_signature name: (_) @of.name "?" @of.optional type: (_) @of.type) @binding.field
(enum_body name: (_) @of.name) @binding.member
(enum_assignment name: (_) @of.name value: (_) @of.value) @binding.member

; types
(type_annotation (_) @of.value) @wrapper
(opting_type_annotation (_) @of.value) @wrapper
(omitting_type_annotation (_) @of.value) @wrapper
(type_predicate_annotation (_) @of.value) @wrapper
(type_predicate name: (_) @of.key type: (_) @of.value) @entry
(asserts_annotation (_) @of.value) @wrapper
(constraint (_) @of.value) @wrapper
(generic_type name: (_) @of.receiver type_arguments: (_) @of.arguments) @index
(instantiation_expression [(identifier) (member_expression)] @of.receiver type_arguments: (_) @of.arguments) @index
(type_arguments (_) @of.value) @sequence
(union_type (_) @of.value) @either
(intersection_type (_) @of.value) @either
(conditional_type consequence: (_) @of.value alternative: (_) @of.value) @either
(array_type (_) @of.value) @array
(readonly_type (_) @of.value) @wrapper
(tuple_type (_) @of.value) @sequence
(optional_type (_) @of.value) @wrapper
(rest_type (_) @of.value) @spread
(parenthesized_type (_) @of.value) @wrapper @unhashed
(type_query (_) @of.value) @type_of
[(predefined_type) (literal_type) (template_literal_type) (index_type_query) (asserts)] @literal

; expressions
(call_expression type_arguments: (_) @of.type_arguments) @reference.call
(new_expression type_arguments: (_) @of.type_arguments) @reference.new
(as_expression (_) @of.value) @typed
(satisfies_expression (_) @of.value) @checked
(non_null_expression (_) @of.value) @wrapper
