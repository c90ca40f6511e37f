; Ruby

; names
(identifier) @name.or_call
[(constant) (instance_variable) (class_variable) (global_variable) (setter) (operator) (hash_key_symbol)] @name
(comment) @comment
["," ";" "(" ")"] @unhashed
(empty_statement) @unhashed

; definitions
(module name: (_) @of.name body: (_) @of.body) @definition.interface
(class name: (_) @of.name body: (_) @of.body) @definition.class
(superclass (_) @of.value) @reference.extends
(method name: (_) @of.name body: (_) @of.body) @definition.method
(singleton_method name: (_) @of.name body: (_) @of.body) @definition.method @static
(singleton_class) @plain @static
(block body: (_) @of.body) @definition.closure
(do_block body: (_) @of.body) @definition.closure
(lambda body: (_) @of.value) @wrapper
(body_statement (_) @of.value) @last_value
(block_body (_) @of.value) @last_value

; parameters
[(method_parameters) (block_parameters) (lambda_parameters)] @parameters
(method_parameters (identifier) @of.name) @parameters
(block_parameters (identifier) @of.name) @parameters
(lambda_parameters (identifier) @of.name) @parameters
(optional_parameter name: (_) @of.name value: (_) @of.default) @parameter
(keyword_parameter name: (_) @of.name value: (_) @of.default) @parameter.keyword
(splat_parameter name: (_) @of.name) @parameter.rest
(hash_splat_parameter name: (_) @of.name) @parameter.keyword_rest
(block_parameter name: (_) @of.name) @parameter.optional

; bindings
(assignment left: (_) @of.name right: (_) @of.value) @binding.assign
(operator_assignment left: (_) @of.name right: (_) @of.value) @binding.assign
(left_assignment_list (_) @of.value) @sequence
(right_assignment_list (_) @of.value) @sequence
(for pattern: (_) @of.name value: (_) @of.value) @binding.loop @branch
(in (_) @of.value) @wrapper
(rescue exceptions: (_) @of.type variable: (_) @of.name) @binding @branch
(exceptions (_) @of.value) @either
(exception_variable (_) @of.value) @wrapper

; expressions
(call receiver: (_) @of.receiver method: (_) @of.name arguments: (_) @of.arguments block: (_) @of.trailing_function) @reference.call
(argument_list (_) @of.value) @sequence
(splat_argument (_) @of.value) @spread
(hash_splat_argument (_) @of.value) @spread
(block_argument (_) @of.key) @plain
(pair key: (_) @of.key value: (_) @of.value) @entry
(hash (_) @of.value) @object
(array (_) @of.value) @sequence
(scope_resolution scope: (_) @of.receiver name: (_) @of.name) @member
(element_reference object: (_) @of.receiver (_) @of.arguments) @index
(parenthesized_statements (_) @of.value) @last_value @unhashed
(conditional condition: (_) @of.condition consequence: (_) @of.value alternative: (_) @of.value) @either @branch
(binary left: (_) @of.value right: (_) @of.value) @operator.binary
["&&" "||" "and" "or"] @branch
(unary operand: (_) @of.value) @negation
(if condition: (_) @of.condition consequence: (_) @of.value alternative: (_) @of.value) @either @branch
(unless condition: (_) @of.condition consequence: (_) @of.value alternative: (_) @of.value) @either @branch
(elsif condition: (_) @of.condition consequence: (_) @of.value alternative: (_) @of.value) @either @branch
(then (_) @of.value) @last_value
(else (_) @of.value) @last_value
(case value: (_) @of.subject (when) @of.value (else) @of.value) @either
(when body: (_) @of.value) @wrapper @branch
(begin (_) @of.value) @last_value
(return (argument_list) @of.value) @return
(self) @this
(super) @super
(simple_symbol) @text @leaf
(string) @text
[(integer) (float) (true) (false) (nil) (regex) (string_array) (symbol_array)] @literal

; branches
[(while) (until) (if_modifier) (unless_modifier) (while_modifier) (until_modifier) (rescue_modifier) (in_clause)] @branch
[(return) (break) (next)] @jump
