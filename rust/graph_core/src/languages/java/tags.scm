; Java

; names
[(identifier) (type_identifier)] @name
(scoped_identifier) @path
[(line_comment) (block_comment)] @comment
["," ";" "(" ")"] @unhashed
(enum_body_declarations) @unhashed

; the file
(package_declaration [(scoped_identifier) (identifier)] @of.name) @package
(import_declaration [(scoped_identifier) (identifier)] @of.path (asterisk) @of.wildcard) @import

; definitions
(class_declaration name: (_) @of.name body: (_) @of.body) @definition.class
(record_declaration name: (_) @of.name parameters: (_) @of.components body: (_) @of.body) @definition.class
(enum_declaration name: (_) @of.name body: (_) @of.body) @definition.enum
(interface_declaration name: (_) @of.name body: (_) @of.body) @definition.interface
(annotation_type_declaration name: (_) @of.name body: (_) @of.body) @definition.interface
(method_declaration type: (_) @of.returns name: (_) @of.name body: (_) @of.body) @definition.method
(annotation_type_element_declaration type: (_) @of.returns name: (_) @of.name) @definition.method
(constructor_declaration name: (_) @of.name body: (_) @of.body) @definition.constructor
(compact_constructor_declaration name: (_) @of.name body: (_) @of.body) @definition.constructor
(class_body) @definition.class
(lambda_expression parameters: (identifier) @of.parameter body: (_) @of.body) @definition.closure
(superclass (_) @of.value) @reference.extends
(super_interfaces (type_list) @of.value) @reference.implements
(extends_interfaces (type_list) @of.value) @reference.extends
(throws (_) @of.value) @throws
(modifiers) @modifiers
(marker_annotation name: (_) @of.value) @decorator
(annotation name: (_) @of.value arguments: (_) @of.arguments) @decorator

; parameters
(formal_parameters) @parameters
(inferred_parameters (identifier) @of.name) @parameters
(formal_parameter type: (_) @of.type name: (_) @of.name) @parameter
(spread_parameter [(type_identifier) (scoped_type_identifier) (generic_type) (array_type) (integral_type) (floating_point_type) (boolean_type)] @of.type (variable_declarator) @of.name) @parameter.rest
(type_parameter (type_identifier) @of.name (type_bound) @of.value) @binding
(type_bound (_) @of.value) @expression_list

; bindings
(field_declaration type: (_) @of.type declarator: (_) @of.name) @binding.field
(constant_declaration type: (_) @of.type declarator: (_) @of.name) @binding.field
(enum_constant name: (_) @of.name arguments: (_) @of.arguments body: (_) @of.value) @binding.member
(local_variable_declaration type: (_) @of.type declarator: (_) @of.name) @binding
(variable_declarator name: (_) @of.key value: (_) @of.value) @declarator
(assignment_expression left: (_) @of.name right: (_) @of.value) @binding.assign
(enhanced_for_statement type: (_) @of.type name: (_) @of.name value: (_) @of.value) @binding.loop @block @branch
(resource type: (_) @of.type name: (_) @of.name value: (_) @of.value) @binding
(catch_formal_parameter (catch_type) @of.type name: (_) @of.name) @binding
(catch_type (_) @of.value) @either
(instanceof_expression right: (_) @of.type name: (_) @of.name) @binding
(type_pattern [(type_identifier) (scoped_type_identifier) (generic_type) (array_type)] @of.type (identifier) @of.name) @binding
(record_pattern_component [(type_identifier) (scoped_type_identifier) (generic_type) (array_type)] @of.type (identifier) @of.name) @binding

; expressions
(method_invocation object: (_) @of.receiver name: (_) @of.name arguments: (_) @of.arguments) @reference.call
(explicit_constructor_invocation constructor: (_) @of.callee arguments: (_) @of.arguments) @reference.call
(object_creation_expression type: (_) @of.callee arguments: (_) @of.arguments (class_body) @of.initializer) @reference.new
(argument_list (_) @of.value) @sequence
(field_access object: (_) @of.receiver field: (_) @of.name) @member
(method_reference [(identifier) (type_identifier) (scoped_type_identifier) (generic_type) (array_type) (field_access) (this) (super) (method_invocation) (object_creation_expression) (parenthesized_expression)] @of.receiver "new" @of.constructor_mark) @reference.method
(array_access array: (_) @of.receiver index: (_) @of.arguments) @index
(array_creation_expression value: (_) @of.value) @wrapper
(array_initializer (_) @of.value) @sequence
(ternary_expression consequence: (_) @of.value alternative: (_) @of.value) @either @branch
(parenthesized_expression (_) @of.value) @wrapper @unhashed
(cast_expression type: (_) @of.type) @typed
(class_literal (_) @of.value) @wrapper
(return_statement (_) @of.value) @return
(string_literal) @text
(binary_expression [(string_literal) (binary_expression)] @of.value) @wrapper
[(decimal_integer_literal) (hex_integer_literal) (octal_integer_literal) (binary_integer_literal)] @literal
[(decimal_floating_point_literal) (hex_floating_point_literal) (character_literal)] @literal
[(true) (false) (null_literal) (integral_type) (floating_point_type) (boolean_type)] @literal
(this) @this
(super) @super

; types
(scoped_type_identifier [(type_identifier) (scoped_type_identifier) (generic_type)] @of.receiver) @member
(generic_type [(type_identifier) (scoped_type_identifier)] @of.receiver (type_arguments) @of.arguments) @index
(type_arguments (_) @of.value) @sequence
(wildcard [(type_identifier) (scoped_type_identifier) (generic_type) (array_type)] @of.value) @wrapper
(array_type element: (_) @of.value) @array
(annotated_type [(type_identifier) (scoped_type_identifier) (generic_type) (array_type)] @of.value) @modifiers
(type_list (_) @of.value) @sequence

; scopes and branches
[(block) (for_statement) (try_with_resources_statement) (switch_rule) (switch_block_statement_group)] @block
[(if_statement) (while_statement) (do_statement) (for_statement) (switch_label)] @branch
(catch_clause) @block @branch
["&&" "||"] @branch
