
; What JavaScript writes differently from TypeScript
(class_heritage (_) @of.value) @reference.extends
(field_definition property: (_) @of.name value: (_) @of.value) @binding.field
(formal_parameters [(identifier) (object_pattern) (array_pattern) (rest_pattern)] @of.name) @parameters
(parenthesized_expression) @typed_by_comment
