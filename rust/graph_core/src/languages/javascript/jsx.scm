
; Elements: an upper-case name is a component, which is called with its attributes
(jsx_self_closing_element name: (_) @of.callee attribute: (_) @of.arguments) @reference.element
(jsx_opening_element name: (_) @of.callee attribute: (_) @of.arguments) @reference.element
(jsx_closing_element) @leaf
(jsx_attribute (property_identifier) @of.key (_) @of.value) @attribute
(jsx_expression (_) @of.value) @wrapper
(jsx_text) @leaf
