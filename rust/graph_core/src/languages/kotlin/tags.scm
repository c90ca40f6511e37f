; Kotlin. Its grammar names few children: most go by their kind, or by their order.

; names
(identifier) @name
(qualified_identifier) @path
[(line_comment) (block_comment)] @comment
["," ";" "(" ")"] @unhashed

; the file
(package_header (qualified_identifier) @of.name) @package
(import (qualified_identifier) @of.path "*" @of.wildcard) @import
(import (identifier) @of.alias) @import

; definitions
(class_declaration name: (_) @of.name (type_parameters) @of.type_parameters (delegation_specifiers) @of.extends [(class_body) (enum_class_body)] @of.body) @definition.class
(object_declaration name: (_) @of.name (delegation_specifiers) @of.extends (class_body) @of.body) @definition.class
(object_literal (delegation_specifiers) @of.extends (class_body) @of.body) @definition.class
(companion_object (class_body) @of.body) @plain @static
(class_body) @definition.class
(type_alias type: (_) @of.name [(user_type) (nullable_type) (function_type) (parenthesized_type)] @of.value) @definition.type
(function_declaration name: (_) @of.name [(user_type) (nullable_type) (function_type) (parenthesized_type) (non_nullable_type)] @of.type (function_body) @of.body) @definition.function
(primary_constructor) @definition.constructor
(secondary_constructor (block) @of.body) @definition.constructor
(getter (function_body) @of.body) @definition.method @property @needs_body
(setter (identifier) @of.parameter (function_body) @of.body) @definition.method @property @needs_body
(lambda_literal (lambda_parameters) @of.ignored (_) @of.value) @definition.closure
(anonymous_function (function_body) @of.body) @definition.closure
(function_body (block) @of.ignored) @wrapper
(function_body (_) @of.value) @wrapper
(delegation_specifiers (delegation_specifier) @of.value) @sequence
(delegation_specifier (annotation) @of.ignored) @wrapper
(delegation_specifier [(constructor_invocation) (explicit_delegation) (user_type) (nullable_type) (function_type) (parenthesized_type)] @of.value) @wrapper
(explicit_delegation (_) @of.value) @wrapper
(constructor_invocation [(user_type) (nullable_type) (parenthesized_type)] @of.callee (value_arguments) @of.arguments) @reference.new
(constructor_delegation_call ["this" "super"] @of.callee (value_arguments) @of.arguments) @reference.call
[(modifiers) (parameter_modifiers) (class_modifier) (inheritance_modifier) (visibility_modifier) (parameter_modifier) (type_modifiers)] @modifiers
(annotation [(user_type) (constructor_invocation)] @of.value) @decorator

; parameters
[(class_parameters) (function_value_parameters) (lambda_parameters)] @parameters
(function_value_parameters (parameter_modifiers) @of.ignored (parameter) @of.ignored (_) @of.default) @parameters
(lambda_parameters [(variable_declaration) (multi_variable_declaration)] @of.name) @parameters
(class_parameter (modifiers) @of.ignored ["val" "var"] @of.field_mark (identifier) @of.name ":" @of.type_scope) @parameter
(class_parameter [(user_type) (nullable_type) (function_type) (parenthesized_type) (non_nullable_type)] @of.type) @parameter
(class_parameter (_) @of.default) @parameter
(parameter (identifier) @of.name (_) @of.type) @parameter
(type_parameters (type_parameter) @of.value) @sequence
(type_parameter (type_parameter_modifiers) @of.ignored (identifier) @of.name (_) @of.value) @binding
(type_constraint (_) @of.value) @binding.type_variable

; bindings
(property_declaration [(user_type) (nullable_type) (parenthesized_type)] @of.receiver [(variable_declaration) (multi_variable_declaration)] @of.name) @binding
(property_declaration [(modifiers) (type_parameters) (type_constraints) (getter) (setter)] @of.ignored (_) @of.value) @binding
(property_delegate (_) @of.value) @unwrap
(variable_declaration (annotation) @of.ignored (identifier) @of.key (_) @of.type) @declarator
(multi_variable_declaration (variable_declaration) @of.value) @sequence
(enum_entry (identifier) @of.name (value_arguments) @of.arguments (class_body) @of.value) @binding.member
(assignment left: (_) @of.name right: (_) @of.value) @binding.assign
(for_statement [(label) (annotation) (block)] @of.ignored [(variable_declaration) (multi_variable_declaration)] @of.name (_) @of.value) @binding.loop @block @branch
(catch_block [(annotation) (block)] @of.ignored) @binding @block @branch
(catch_block (identifier) @of.name (_) @of.type) @binding
(when_subject (annotation) @of.ignored (variable_declaration) @of.name (_) @of.value) @binding

; expressions
(call_expression (type_arguments) @of.type_arguments [(value_arguments) (annotated_lambda)] @of.arguments (_) @of.callee) @reference.call
(value_arguments (value_argument) @of.value) @sequence
(value_argument "=" @of.named_argument (_) @of.value) @wrapper
(annotated_lambda (annotation) @of.ignored (lambda_literal) @of.value) @modifiers
(navigation_expression (_) @of.receiver) @member
(callable_reference [(user_type) (nullable_type) (parenthesized_type)] @of.receiver (identifier) @of.name) @reference.method
(index_expression (_) @of.receiver) @index
(collection_literal (_) @of.value) @sequence
(spread_expression (_) @of.value) @spread
(if_expression condition: (_) @of.condition (_) @of.value) @either @branch
(when_expression (when_subject) @of.subject (when_entry) @of.value) @either @block
(when_entry condition: (_) @of.condition (_) @of.value) @match.arm @block @branch
(type_test "!is" @of.negated_type_check (_) @of.type) @typed
(range_test (_) @of.value) @plain
(try_expression [(block) (catch_block)] @of.value) @either
(binary_expression left: (_) @of.value operator: "&&" @of.conjunction right: (_) @of.value) @operator.binary
["&&" "||" "?:"] @branch
(is_expression left: (_) @of.value "is" @of.type_check right: (_) @of.value) @operator.binary
(is_expression "!is" @of.negated_type_check) @operator.binary
(as_expression left: (_) @of.value right: (_) @of.type) @typed
(unary_expression operator: ["!!" "++" "--" "+" "-"] @of.not_negating) @negation
(unary_expression argument: (_) @of.value) @negation
(in_expression left: (_) @of.value right: (_) @of.value) @plain
(infix_expression (_) @of.receiver) @reference.call
(range_expression (_) @of.value) @plain
(parenthesized_expression (_) @of.value) @wrapper @unhashed
(labeled_expression (label) @of.ignored (_) @of.value) @wrapper
(annotated_expression (annotation) @of.ignored (_) @of.value) @modifiers
(return_expression label: (_) @of.ignored (_) @of.value) @return @jump
(throw_expression (_) @of.value) @plain @jump
[(string_literal) (multiline_string_literal)] @text
(interpolation (_) @of.value) @plain
[(number_literal) (float_literal) (character_literal)] @literal
(this_expression (identifier) @of.outer_type) @this
(super_expression) @super
"this" @this
"super" @super

; types
(user_type (type_modifiers) @of.ignored (identifier) @of.name (type_arguments) @of.arguments) @member
(type_arguments (type_projection) @of.value) @sequence
(type_projection (variance_modifier) @of.ignored (_) @of.value) @wrapper
(nullable_type (type_modifiers) @of.ignored (_) @of.value) @wrapper
(non_nullable_type (type_modifiers) @of.ignored (_) @of.value) @wrapper
(parenthesized_type (_) @of.value) @wrapper

; scopes and branches
(block (_) @of.value) @last_value @block
(while_statement condition: (_) @of.condition) @branch
(do_while_statement condition: (_) @of.value) @branch
