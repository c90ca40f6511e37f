; C#

; names
[(identifier) (implicit_type) (implicit_parameter)] @name
(comment) @comment
["," ";" "(" ")"] @unhashed

; the file
(namespace_declaration name: (_) @of.name body: (_) @of.body) @package
(file_scoped_namespace_declaration name: (_) @of.name) @package
(using_directive name: (_) @of.alias [(identifier) (qualified_name) (generic_name) (alias_qualified_name)] @of.path) @import

; definitions
(class_declaration name: (_) @of.name (type_parameter_list) @of.type_parameters body: (_) @of.body) @definition.class
(struct_declaration name: (_) @of.name (type_parameter_list) @of.type_parameters body: (_) @of.body) @definition.class
(record_declaration name: (_) @of.name (type_parameter_list) @of.type_parameters body: (_) @of.body) @definition.class
(interface_declaration name: (_) @of.name (type_parameter_list) @of.type_parameters body: (_) @of.body) @definition.interface
(enum_declaration name: (_) @of.name body: (_) @of.body) @definition.enum
(delegate_declaration type: (_) @of.returns name: (_) @of.name) @definition.type
(method_declaration returns: (_) @of.returns name: (_) @of.name body: (_) @of.body) @definition.method
(local_function_statement type: (_) @of.returns name: (_) @of.name body: (_) @of.body) @definition.function
(constructor_declaration name: (_) @of.name body: (_) @of.body) @definition.constructor
(destructor_declaration "~" @of.name body: (_) @of.body) @definition.method
(operator_declaration type: (_) @of.returns "operator" @of.name body: (_) @of.body) @definition.method
(conversion_operator_declaration "operator" @of.name type: (_) @of.returns body: (_) @of.body) @definition.method
(indexer_declaration type: (_) @of.returns "this" @of.name accessors: (_) @of.body value: (_) @of.body) @definition.method
(property_declaration type: (_) @of.returns name: (_) @of.name accessors: (_) @of.body value: (_) @of.body) @definition.method @property
(event_declaration type: (_) @of.returns name: (_) @of.name accessors: (_) @of.body) @definition.method @property
(accessor_declaration body: (_) @of.value) @plain @block
(lambda_expression body: (_) @of.body) @definition.closure
(lambda_expression parameters: (implicit_parameter) @of.parameter) @definition.closure
(anonymous_method_expression (block) @of.body) @definition.closure
(base_list [(identifier) (qualified_name) (generic_name) (alias_qualified_name)] @of.value) @reference.extends
(constructor_initializer ["this" "base"] @of.callee (argument_list) @of.arguments) @reference.call
(modifier) @modifiers
(attribute name: (_) @of.value (attribute_argument_list) @of.arguments) @decorator
(attribute_argument (_) @of.value) @wrapper
(attribute_argument_list (_) @of.value) @sequence

; parameters
(parameter_list type: (_) @of.type name: (_) @of.name) @parameters
(bracketed_parameter_list) @parameters
(parameter type: (_) @of.type name: (_) @of.name (modifier) @of.ignored (_) @of.default) @parameter
(type_parameter name: (_) @of.name) @binding
(type_parameter_list (type_parameter) @of.value) @sequence
(type_parameter_constraints_clause [(identifier) (type_parameter_constraint)] @of.value) @binding.type_variable
(type_parameter_constraint type: (_) @of.value) @wrapper

; bindings
(field_declaration (variable_declaration) @of.name) @binding.field
(event_field_declaration (variable_declaration) @of.name) @binding.field
(enum_member_declaration name: (_) @of.name) @binding.member
(variable_declaration type: (_) @of.type (variable_declarator) @of.name) @binding
(variable_declarator name: (_) @of.key) @declarator
(variable_declarator (bracketed_argument_list) @of.arguments) @declarator
(variable_declarator (tuple_pattern) @of.name) @declarator
(variable_declarator (_) @of.value) @declarator
(tuple_pattern name: (_) @of.value (tuple_pattern) @of.value) @sequence
(assignment_expression left: (_) @of.name right: (_) @of.value) @binding.assign
(foreach_statement type: (_) @of.type left: (_) @of.name right: (_) @of.value) @binding.loop @block @branch
(declaration_expression type: (_) @of.type name: (_) @of.name) @binding
(declaration_pattern type: (_) @of.type name: (_) @of.name) @binding
(recursive_pattern type: (_) @of.type name: (_) @of.name) @binding
(var_pattern name: (_) @of.name) @binding
(catch_declaration type: (_) @of.type name: (_) @of.name) @binding
(from_clause type: (_) @of.type name: (_) @of.name (_) @of.value) @binding.loop
(subpattern (identifier) @of.ignored (_) @of.value) @plain

; expressions
(invocation_expression function: [(_) "this" "base"] @of.callee arguments: (_) @of.arguments) @reference.call
(object_creation_expression type: (_) @of.callee arguments: (_) @of.arguments initializer: (_) @of.initializer) @reference.new
(implicit_object_creation_expression (argument_list) @of.arguments (initializer_expression) @of.initializer) @reference.new
(initializer_expression (_) @of.value) @object
(argument_list (_) @of.value) @sequence
(argument name: (_) @of.key (_) @of.value) @wrapper
(argument (_) @of.value) @wrapper
(member_access_expression expression: [(_) "this" "base"] @of.receiver name: (_) @of.name) @member
(conditional_access_expression condition: [(_) "this" "base"] @of.receiver (member_binding_expression) @of.name) @member
(member_binding_expression name: (_) @of.value) @wrapper
(element_access_expression expression: [(_) "this" "base"] @of.receiver subscript: (_) @of.arguments) @index
(bracketed_argument_list (_) @of.value) @sequence
(element_binding_expression (_) @of.value) @sequence
(array_creation_expression type: (_) @of.type) @typed
(implicit_array_creation_expression (_) @of.value) @wrapper
(collection_expression (collection_element) @of.value) @sequence
(collection_element (_) @of.value) @wrapper
(expression_element (_) @of.value) @wrapper
(spread_element (_) @of.value) @spread
(tuple_expression (_) @of.value) @sequence
(conditional_expression consequence: (_) @of.value alternative: (_) @of.value) @either @branch
(binary_expression left: (_) @of.value right: (_) @of.value) @operator.binary
["&&" "||" "??"] @branch
(parenthesized_expression (_) @of.value) @wrapper @unhashed
(parenthesized_expression ["this" "base"] @of.value) @wrapper
(cast_expression type: (_) @of.type) @typed
(as_expression right: (_) @of.type) @typed
(is_expression left: (_) @of.value operator: "is" @of.type_check right: (_) @of.value) @operator.binary
(prefix_unary_expression (_) @of.value) @negation
(postfix_unary_expression (_) @of.value) @wrapper
(await_expression (_) @of.value) @await
(switch_expression (switch_expression_arm) @of.value) @either
(switch_expression_arm (_) @of.value) @last_value @block @branch
(with_expression (_) @of.value) @wrapper
(ref_expression (_) @of.value) @wrapper
(checked_expression (_) @of.value) @wrapper
(return_statement (_) @of.value) @return
(return_statement "this" @of.value) @return
(yield_statement (_) @of.value) @yield @generator
(arrow_expression_clause [(_) "this"] @of.value) @wrapper
[(string_literal) (verbatim_string_literal) (raw_string_literal)] @text @leaf
(interpolated_string_expression) @text
[(integer_literal) (real_literal) (boolean_literal) (character_literal) (null_literal)] @literal
"this" @this
"base" @super

; types
(predefined_type) @literal
(qualified_name qualifier: (_) @of.receiver name: (_) @of.name) @member
(alias_qualified_name name: (_) @of.value) @wrapper
(generic_name (identifier) @of.receiver (type_argument_list) @of.arguments) @index
(type_argument_list (_) @of.value) @sequence
(nullable_type type: (_) @of.value) @wrapper
(ref_type type: (_) @of.value) @wrapper
(scoped_type type: (_) @of.value) @wrapper
(array_type type: (_) @of.value) @array
(tuple_type (tuple_element) @of.value) @sequence
(tuple_element type: (_) @of.value) @wrapper
(typeof_expression type: (_) @of.value) @wrapper
(type_pattern type: (_) @of.value) @wrapper

; scopes and branches
[(block) (for_statement) (using_statement) (switch_section)] @block
[(if_statement) (while_statement) (do_statement) (for_statement) (switch_section)] @branch
(if_statement condition: (_) @of.condition) @branch
(while_statement condition: (_) @of.condition) @branch
(catch_clause) @block @branch
[(return_statement) (throw_statement) (continue_statement) (break_statement)] @jump
