// What every object has: members of Any, of enumerations, of data classes and of exceptions, scope functions.

open class Any {
    fun equals(other: Any?): Boolean
    fun hashCode(): Int
    fun toString(): String
}

interface Enum {
    val name: String
    val ordinal: Int
    val entries: List<Enum>
    fun compareTo(other: Enum): Int
    fun valueOf(name: String): Enum
    fun values(): Array<Enum>
}

interface Failure {
    val message: String?
}

val <T> T.javaClass: Class<T>

fun <T> T.also(block: (T) -> Unit): T
fun <T> T.apply(block: T.() -> Unit): T
fun <T> T.copy(): T
fun <T, R> T.let(block: (T) -> R): R
fun <T, R> T.run(block: T.() -> R): R
fun <T> T.takeIf(predicate: (T) -> Boolean): T?
fun <T> T.takeUnless(predicate: (T) -> Boolean): T?
fun <A, B> A.to(that: B): Pair<A, B>
fun <T, R> T.use(block: (T) -> R): R
