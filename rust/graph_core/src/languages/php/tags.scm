; PHP

; names
[(name) (variable_name) (relative_scope)] @name
[(qualified_name) (relative_name) (namespace_name)] @path
(comment) @comment
["," ";" "(" ")"] @unhashed
(empty_statement) @unhashed

; the file
(namespace_definition name: (_) @of.name body: (_) @of.body) @package
(namespace_use_declaration (namespace_name) @of.receiver body: (_) @of.arguments) @import
(namespace_use_declaration (namespace_use_clause) @of.value) @import
(namespace_use_group (namespace_use_clause) @of.value) @sequence
(namespace_use_clause alias: (_) @of.alias) @import.name
(namespace_use_clause [(name) (qualified_name)] @of.name) @import.name

; definitions
(function_definition name: (_) @of.name return_type: (_) @of.returns body: (_) @of.body) @definition.function
(class_declaration name: (_) @of.name body: (_) @of.body) @definition.class
(interface_declaration name: (_) @of.name body: (_) @of.body) @definition.interface
(trait_declaration name: (_) @of.name body: (_) @of.body) @definition.interface
(enum_declaration name: (_) @of.name body: (_) @of.body) @definition.enum
(method_declaration name: (_) @of.name return_type: (_) @of.returns body: (_) @of.body) @definition.method
(anonymous_class body: (_) @of.body) @definition.class
(anonymous_function return_type: (_) @of.returns body: (_) @of.body) @definition.closure
(arrow_function return_type: (_) @of.returns body: (_) @of.body) @definition.closure
(base_clause (_) @of.value) @reference.extends
(class_interface_clause (_) @of.value) @reference.implements
(use_declaration [(name) (qualified_name) (relative_name)] @of.value) @reference.mixin
(attribute [(name) (qualified_name)] @of.value parameters: (_) @of.arguments) @decorator

; parameters
(formal_parameters) @parameters
(simple_parameter type: (_) @of.type name: (_) @of.name default_value: (_) @of.default) @parameter
(variadic_parameter type: (_) @of.type name: (_) @of.name) @parameter.rest
(property_promotion_parameter visibility: (_) @of.field_mark readonly: (_) @of.field_mark type: (_) @of.type name: (_) @of.name default_value: (_) @of.default) @parameter

; bindings
(property_declaration type: (_) @of.type (property_element) @of.name) @binding.field
(property_element name: (_) @of.key default_value: (_) @of.value) @declarator
(const_declaration (const_element) @of.name) @binding.field
(const_element (name) @of.key) @declarator
(enum_case name: (_) @of.name) @binding.member
(assignment_expression left: (_) @of.name right: (_) @of.value) @binding.assign
(reference_assignment_expression left: (_) @of.name right: (_) @of.value) @binding.assign
(static_variable_declaration name: (_) @of.name value: (_) @of.value) @binding
(foreach_statement [(variable_name) (member_access_expression) (nullsafe_member_access_expression) (member_call_expression) (nullsafe_member_call_expression) (function_call_expression) (scoped_call_expression) (scoped_property_access_expression) (class_constant_access_expression) (array_creation_expression) (subscript_expression) (pair) (list_literal) (by_ref) (parenthesized_expression) (conditional_expression) (binary_expression)] @of.value) @binding.loop @branch
(pair (_) @of.value) @last_value
(by_ref (_) @of.value) @wrapper
(list_literal (_) @of.value) @sequence
(catch_clause type: (_) @of.type name: (_) @of.name) @binding @branch
(type_list (_) @of.value) @either

; expressions
(function_call_expression function: (_) @of.callee arguments: (_) @of.arguments) @reference.call
(member_call_expression object: (_) @of.receiver name: (_) @of.name arguments: (_) @of.arguments) @reference.call
(nullsafe_member_call_expression object: (_) @of.receiver name: (_) @of.name arguments: (_) @of.arguments) @reference.call
(scoped_call_expression scope: (_) @of.receiver name: (_) @of.name arguments: (_) @of.arguments) @reference.call
(object_creation_expression (arguments) @of.arguments) @reference.new
(object_creation_expression (anonymous_class) @of.initializer) @reference.new
(object_creation_expression (_) @of.callee) @reference.new
(arguments (_) @of.value) @sequence
(argument name: (_) @of.key) @wrapper
(argument (_) @of.value) @wrapper
(variadic_unpacking (_) @of.value) @spread
(member_access_expression object: (_) @of.receiver name: (_) @of.name) @member
(nullsafe_member_access_expression object: (_) @of.receiver name: (_) @of.name) @member
(scoped_property_access_expression scope: (_) @of.receiver name: (_) @of.static_property) @member
(class_constant_access_expression (_) @of.receiver) @member
(subscript_expression (_) @of.receiver) @index
(clone_expression (_) @of.value) @wrapper
(parenthesized_expression (_) @of.value) @wrapper @unhashed
(conditional_expression body: (_) @of.value alternative: (_) @of.value) @either @branch
(binary_expression left: (_) @of.value operator: "instanceof" @of.type_check right: (_) @of.value) @operator.binary
["&&" "||" "??" "and" "or" "xor"] @branch
(unary_op_expression argument: (_) @of.value) @negation
(match_expression body: (_) @of.value) @wrapper
(match_block [(match_conditional_expression) (match_default_expression)] @of.value) @either
(match_conditional_expression return_expression: (_) @of.value) @wrapper @branch
(match_default_expression return_expression: (_) @of.value) @wrapper
(array_creation_expression (array_element_initializer) @of.value) @sequence
(array_element_initializer (_) @of.value) @last_value
(return_statement (_) @of.value) @return
(yield_expression (_) @of.value) @yield @generator
[(string) (nowdoc)] @text @leaf
[(encapsed_string) (heredoc)] @text
[(integer) (float) (boolean) (null)] @literal

; types
(named_type (_) @of.value) @wrapper
(optional_type (_) @of.value) @wrapper
(union_type (_) @of.value) @either
(intersection_type (_) @of.value) @either
[(primitive_type) (bottom_type)] @literal

; scopes and branches
(compound_statement) @block
(if_statement condition: (_) @of.condition) @branch
(else_if_clause condition: (_) @of.condition) @branch
[(while_statement) (do_statement) (for_statement) (case_statement)] @branch
[(return_statement) (continue_statement) (break_statement)] @jump
