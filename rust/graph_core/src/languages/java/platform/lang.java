// Types of java.lang, java.lang.reflect, java.io, java.math, java.net, java.nio and java.util.regex.

class Object {}
interface CharSequence {}
class String implements CharSequence, Comparable<String>, Serializable {}
class StringBuilder implements CharSequence, Appendable, Comparable<StringBuilder>, Serializable {}
class StringBuffer implements CharSequence, Appendable, Comparable<StringBuffer>, Serializable {}
class Number implements Serializable {}
class BigInteger extends Number implements Comparable<BigInteger> {}
class BigDecimal extends Number implements Comparable<BigDecimal> {}

class Class<T> implements Type, AnnotatedElement, GenericDeclaration, Serializable {}
class AccessibleObject implements AnnotatedElement {}
class Executable extends AccessibleObject implements Member, GenericDeclaration {}
class Method extends Executable {}
class Constructor<T> extends Executable {}
class Field extends AccessibleObject implements Member {}

class Locale implements Cloneable, Serializable {}
class Date implements Comparable<Date>, Cloneable, Serializable {}
class File implements Comparable<File>, Serializable {}
interface Path extends Comparable<Path>, Iterable<Path>, Watchable {}
class URL implements Serializable {}
class URI implements Comparable<URI>, Serializable {}
class Charset implements Comparable<Charset> {}
class Pattern implements Serializable {}

class Throwable implements Serializable {}
class Exception extends Throwable {}
class RuntimeException extends Exception {}
class IllegalArgumentException extends RuntimeException {}
class IllegalStateException extends RuntimeException {}
class IOException extends Exception {}
class Error extends Throwable {}
