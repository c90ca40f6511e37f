; Scala, of both versions.

; names
[(identifier) (type_identifier) (operator_identifier)] @name
(package_identifier) @path
[(comment) (block_comment)] @comment
["," ";" "(" ")"] @unhashed

; the file
(compilation_unit (import_declaration) @of.token_tree) @plain
(package_clause name: (_) @of.name body: (_) @of.body) @package
(import_declaration path: (identifier) @of.path path: (operator_identifier) @of.receiver [(namespace_selectors) (namespace_wildcard) (as_renamed_identifier)] @of.arguments) @import
(namespace_selectors [(identifier) (operator_identifier) (arrow_renamed_identifier) (as_renamed_identifier) (namespace_wildcard)] @of.value) @sequence
(arrow_renamed_identifier name: (_) @of.name alias: (_) @of.alias) @import.name
(as_renamed_identifier name: (_) @of.name alias: (_) @of.alias) @import.name
(namespace_wildcard) @import.namespace

; definitions
(class_definition name: (_) @of.name body: (_) @of.body) @definition.class
(object_definition name: (_) @of.name body: (_) @of.body) @definition.class
(package_object name: (_) @of.name body: (_) @of.body) @definition.class
(trait_definition name: (_) @of.name body: (_) @of.body) @definition.interface
(enum_definition name: (_) @of.name body: (_) @of.body) @definition.enum
(full_enum_case name: (_) @of.name) @definition.class
(given_definition name: (_) @of.name return_type: (template_body) @of.body return_type: (_) @of.extends body: (_) @of.body) @definition.class
(extension_definition) @definition.class
(template_body (import_declaration) @of.token_tree) @definition.class
(with_template_body (import_declaration) @of.token_tree) @definition.class
(enum_body (import_declaration) @of.token_tree) @plain
(type_definition name: (_) @of.name type: (_) @of.value) @definition.type
(function_definition name: (_) @of.name return_type: (_) @of.returns body: (_) @of.body) @definition.function
(function_declaration name: (_) @of.name return_type: (_) @of.returns) @definition.function
(class_parameters) @definition.constructor
(lambda_expression parameters: (identifier) @of.parameter parameters: (_) @of.ignored type_parameters: (_) @of.ignored (_) @of.value) @definition.closure
(colon_argument lambda_start: (identifier) @of.parameter lambda_start: (_) @of.ignored (_) @of.value) @definition.closure
(extends_clause type: (_) @of.value) @reference.mixin
(modifiers) @modifiers
(access_modifier (access_qualifier) @of.visible_in) @modifiers
(annotation name: (_) @of.marker) @decorator

; parameters
[(parameters) (bindings)] @parameters
(class_parameter ["val" "var"] @of.field_mark name: (_) @of.name ":" @of.type_scope type: (_) @of.type default_value: (_) @of.default) @parameter
(parameter name: (_) @of.name type: (_) @of.type default_value: (_) @of.default) @parameter
(binding name: (_) @of.name type: (_) @of.type) @parameter
(type_parameters name: (identifier) @of.name bound: (upper_bound) @of.value) @binding
[(covariant_type_parameter) (contravariant_type_parameter)] @binding
(covariant_type_parameter name: (identifier) @of.name bound: (upper_bound) @of.value) @binding
(contravariant_type_parameter name: (identifier) @of.name bound: (upper_bound) @of.value) @binding
(upper_bound type: (_) @of.value) @wrapper
(repeated_parameter_type type: (_) @of.value) @modifiers
(lazy_parameter_type type: (_) @of.value) @wrapper

; bindings
[(val_definition) (var_definition)] @binding
(val_definition pattern: (_) @of.name type: (_) @of.type value: (_) @of.value) @binding
(var_definition pattern: (_) @of.name type: (_) @of.type value: (_) @of.value) @binding
(val_declaration name: (_) @of.name type: (_) @of.type) @binding
(var_declaration name: (_) @of.name type: (_) @of.type) @binding
(identifiers (identifier) @of.value) @sequence
(simple_enum_case name: (_) @of.name) @binding.member
(enumerator [(identifier) (tuple_pattern) (typed_pattern) (case_class_pattern) (infix_pattern) (capture_pattern)] @of.name) @binding.loop @branch
(enumerator (guard) @of.ignored) @binding.loop
(enumerator (_) @of.value) @binding.loop

; patterns
(tuple_pattern (_) @of.value) @sequence
(typed_pattern pattern: (identifier) @of.name type: (_) @of.type) @binding
(capture_pattern name: (identifier) @of.name pattern: (_) @of.value) @binding
(case_class_pattern type: (_) @of.pattern_type pattern: (_) @of.value) @pattern.constructor
(named_pattern (_) @of.value) @plain
(alternative_pattern (_) @of.value) @plain

; expressions
; What stands behind the first list of arguments belongs to the same call.
(call_expression function: [(call_expression) (instance_expression)] @of.ignored) @reference.call
(call_expression function: (_) @of.callee arguments: (_) @of.arguments) @reference.call
(arguments (_) @of.value) @sequence
(assignment_expression left: (_) @of.value "=" @of.named_argument right: (_) @of.value) @wrapper
(vararg (_) @of.value) @spread
(instance_expression arguments: (_) @of.arguments (template_body) @of.initializer [(type_identifier) (stable_type_identifier) (generic_type) (compound_type) (projected_type) (annotated_type) (applied_constructor_type)] @of.callee) @reference.new
(applied_constructor_type [(type_identifier) (stable_type_identifier) (generic_type) (projected_type)] @of.value) @wrapper
(field_expression value: (_) @of.receiver field: (_) @of.receiver) @member
(postfix_expression (_) @of.receiver) @member
(generic_function function: (_) @of.receiver type_arguments: (_) @of.arguments) @index
(infix_expression left: (_) @of.receiver operator: (identifier) @of.receiver right: (_) @of.receiver) @reference.call
(prefix_expression ["+" "-" "~"] @of.not_negating (_) @of.value) @negation
(method_value (_) @of.value) @wrapper
(tuple_expression (_) @of.value) @sequence
(parenthesized_expression (_) @of.value) @wrapper @unhashed
(ascription_expression type: (_) @of.type (_) @of.value) @typed
(if_expression condition: (_) @of.condition consequence: (_) @of.value alternative: (_) @of.value) @either @branch
(match_expression value: (_) @of.subject body: (_) @of.value) @wrapper
[(case_block) (indented_cases)] @either
(case_block (case_clause) @of.value) @either
(indented_cases (case_clause) @of.value) @either
(case_clause pattern: (_) @of.name (guard) @of.ignored body: (_) @of.value) @match.arm @block @branch
(guard condition: (_) @of.condition) @guard
(try_expression body: (_) @of.value (catch_clause) @of.value) @either
(catch_clause (_) @of.value) @wrapper
(for_expression) @plain @block
(return_expression (_) @of.value) @return @jump
(throw_expression (_) @of.value) @plain @jump
[(string) (interpolated_string_expression)] @text
(interpolation (_) @of.value) @plain
[(integer_literal) (floating_point_literal) (character_literal) (boolean_literal) (null_literal) (unit)] @literal

; types
(stable_identifier (_) @of.receiver) @member
(stable_type_identifier (_) @of.receiver) @member
(projected_type type: (_) @of.receiver selector: (_) @of.name) @member
(generic_type type: (_) @of.receiver type_arguments: (_) @of.arguments) @index
(type_arguments (_) @of.value) @sequence
(annotated_type (annotation) @of.ignored (_) @of.value) @wrapper
(compound_type base: (_) @of.value) @wrapper
(infix_type left: (_) @of.value right: (_) @of.value) @either
(tuple_type (_) @of.value) @sequence

; scopes and branches
(block (import_declaration) @of.token_tree (_) @of.value) @last_value @block
(indented_block (import_declaration) @of.token_tree (_) @of.value) @last_value @block @unhashed
(while_expression condition: (_) @of.condition) @branch
(do_while_expression condition: (_) @of.value) @branch
