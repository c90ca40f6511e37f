; Python

; names
(identifier) @name
(dotted_name) @path
(relative_import) @path
(comment) @comment
["," ";" "(" ")"] @unhashed

; definitions
(function_definition name: (_) @of.name return_type: (_) @of.returns body: (_) @of.body) @definition.function
(class_definition name: (_) @of.name superclasses: (_) @of.extends body: (_) @of.body) @definition.class
(lambda body: (_) @of.body) @definition.closure
(decorator (_) @of.value) @decorator
(expression_statement) @docstring

; parameters
(parameters (identifier) @of.name) @parameters
(lambda_parameters (identifier) @of.name) @parameters
(default_parameter name: (_) @of.name value: (_) @of.default) @parameter
; of a child without a field the first pattern that fits counts: the type comes first
(typed_parameter type: (_) @of.type) @parameter
(typed_parameter (_) @of.name) @parameter
(typed_default_parameter name: (_) @of.name type: (_) @of.type value: (_) @of.default) @parameter
(list_splat_pattern (identifier) @of.name) @parameter.rest
(dictionary_splat_pattern (identifier) @of.name) @parameter.keyword_rest
(keyword_separator) @parameter.keyword_mark
(positional_separator) @parameter.positional_mark
(type (_) @of.value) @wrapper

(constrained_type (type) @of.value) @binding.type_variable
(type_alias_statement left: (_) @of.name right: (_) @of.value) @definition.type

; imports
(import_statement name: (_) @of.path) @import
(import_from_statement module_name: (_) @of.path name: (_) @of.name) @import
(import_from_statement (wildcard_import) @of.wildcard) @import
(aliased_import name: (_) @of.name alias: (_) @of.alias) @import.name

; what is wrapped around a definition is no code of what is around it
(decorated_definition) @unhashed

; bindings
(assignment left: (_) @of.name type: (_) @of.type right: (_) @of.value) @binding.assign
(named_expression name: (_) @of.name value: (_) @of.value) @binding.assign
(for_statement left: (_) @of.name right: (_) @of.value) @binding.loop @branch
(for_in_clause left: (_) @of.name right: (_) @of.value) @binding.loop @branch
(as_pattern alias: (_) @of.name) @binding.context
(as_pattern (_) @of.value) @binding.context
(as_pattern_target (_) @of.value) @wrapper
(with_statement) @plain
(with_item value: (_) @of.value) @context
[(global_statement) (nonlocal_statement)] @binding.nonlocal
(global_statement (identifier) @of.name) @binding.nonlocal
(nonlocal_statement (identifier) @of.name) @binding.nonlocal

; expressions
(call function: (_) @of.callee arguments: (_) @of.arguments) @reference.call
(argument_list (_) @of.value) @sequence
(keyword_argument name: (_) @of.key value: (_) @of.value) @entry
(attribute object: (_) @of.receiver attribute: (_) @of.name) @member
(subscript value: (_) @of.receiver subscript: (_) @of.arguments) @index
(generic_type (identifier) @of.receiver (type_parameter) @of.arguments) @index
(type_parameter (type) @of.value) @sequence
(union_type (type) @of.value) @either
(binary_operator left: (_) @of.value right: (_) @of.value) @either
(boolean_operator left: (_) @of.value operator: "and" @of.conjunction right: (_) @of.value) @either @branch
(conditional_expression (_) @of.value) @conditional @branch
(await (_) @of.value) @await
(parenthesized_expression (_) @of.value) @wrapper @unhashed
(yield (_) @of.value) @yield @generator
(return_statement (_) @of.value) @return
(string) @text
(concatenated_string) @literal
[(integer) (float) (true) (false) (none)] @literal
(slice) @sequence
(list (_) @of.value) @sequence
(tuple (_) @of.value) @sequence
(set (_) @of.value) @sequence
(expression_list (_) @of.value) @sequence
(pattern_list (_) @of.value) @sequence
(tuple_pattern (_) @of.value) @sequence
(list_pattern (_) @of.value) @sequence
(dictionary (pair) @of.value) @object
(pair key: (_) @of.key value: (_) @of.value) @entry
(list_splat (_) @of.value) @spread
(dictionary_splat (_) @of.value) @spread

; patterns of a match
(match_statement subject: (identifier) @of.subject) @plain
(case_clause (case_pattern) @of.condition) @branch
(case_pattern (_) @of.value) @wrapper
(class_pattern (dotted_name) @of.type) @typed
(keyword_pattern (class_pattern) @of.value) @wrapper
(union_pattern (_) @of.value) @either

; what holds where a check has succeeded
(if_statement condition: (_) @of.condition) @branch
(elif_clause condition: (_) @of.condition) @branch
(while_statement condition: (_) @of.condition) @branch
(if_clause (_) @of.condition) @guard @branch
(assert_statement (_) @of.condition) @assertion
(not_operator argument: (_) @of.value) @negation
[(raise_statement) (return_statement) (continue_statement) (break_statement)] @jump

; scopes and branches
[(list_comprehension) (dictionary_comprehension) (set_comprehension) (generator_expression)] @scope
(list_comprehension body: (_) @of.value) @array
(set_comprehension body: (_) @of.value) @array
(dictionary_comprehension body: (pair) @of.value) @object
(generator_expression body: (_) @of.value) @array
(block) @block
(except_clause) @branch
