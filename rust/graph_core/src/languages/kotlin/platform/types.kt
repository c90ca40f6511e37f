// Types of the package kotlin.

interface CharSequence
class String : CharSequence, Comparable<String>
class Boolean : Comparable<Boolean>
class Char : Comparable<Char>
class Unit
class Array<T>

class Pair<A, B>(val first: A, val second: B)
class Triple<A, B, C>(val first: A, val second: B, val third: C)

open class Throwable
open class Exception : Throwable
open class RuntimeException : Exception
class IllegalArgumentException : RuntimeException
class IllegalStateException : RuntimeException

fun <T> checkNotNull(value: T?): T
fun <T> lazy(initializer: () -> T): Lazy<T>
fun <T> requireNotNull(value: T?): T
fun <T, R> with(receiver: T, block: T.() -> R): R
