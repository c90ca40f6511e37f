// Types and functions of kotlin.collections, kotlin.sequences and kotlinx.coroutines.flow.

interface Iterable<T>
interface Collection<T> : Iterable<T>
interface MutableCollection<T> : Collection<T>
interface Set<T> : Collection<T>
interface MutableSet<T> : Set<T>, MutableCollection<T>
interface Sequence<T>

interface List<T> : Collection<T> {
    fun get(index: Int): T
}

interface MutableList<T> : List<T>, MutableCollection<T> {
    fun removeFirst(): T
    fun removeLast(): T
}

interface Map<K, V> {
    fun get(key: K): V?
}

interface MutableMap<K, V> : Map<K, V>
class HashMap<K, V> : MutableMap<K, V>
class LinkedHashMap<K, V> : MutableMap<K, V>
class ConcurrentHashMap<K, V> : MutableMap<K, V>

fun <T> arrayListOf(vararg elements: T): MutableList<T>
fun <T> arrayOf(vararg elements: T): Array<T>
fun <T> flowOf(vararg elements: T): Flow<T>
fun <T> listOf(vararg elements: T): List<T>
fun <T> listOfNotNull(vararg elements: T?): List<T>
fun <T> mutableListOf(vararg elements: T): MutableList<T>
fun <T> mutableSetOf(vararg elements: T): MutableSet<T>
fun <T> sequenceOf(vararg elements: T): Sequence<T>
fun <T> setOf(vararg elements: T): Set<T>

fun <T> Iterable<T>.elementAt(index: Int): T
fun <T> Iterable<T>.find(predicate: (T) -> Boolean): T?
fun <T> Iterable<T>.first(predicate: (T) -> Boolean): T
fun <T> Iterable<T>.firstOrNull(predicate: (T) -> Boolean): T?
fun <T> List<T>.getOrNull(index: Int): T?
fun <K, V> Map<K, V>.getValue(key: K): V
fun <T> Iterable<T>.last(predicate: (T) -> Boolean): T
fun <T> Iterable<T>.lastOrNull(predicate: (T) -> Boolean): T?
fun <T, R> Iterable<T>.maxBy(selector: (T) -> R): T
fun <T, R> Iterable<T>.maxByOrNull(selector: (T) -> R): T?
fun <T, R> Iterable<T>.minBy(selector: (T) -> R): T
fun <T, R> Iterable<T>.minByOrNull(selector: (T) -> R): T?
fun <T> Collection<T>.random(): T
fun <T> Iterable<T>.single(predicate: (T) -> Boolean): T
fun <T> Iterable<T>.singleOrNull(predicate: (T) -> Boolean): T?

fun <T> Iterable<T>.asSequence(): Sequence<T>
fun <T> Iterable<T>.distinct(): List<T>
fun <T, K> Iterable<T>.distinctBy(selector: (T) -> K): List<T>
fun <T> Iterable<T>.drop(count: Int): List<T>
fun <T> Iterable<T>.dropWhile(predicate: (T) -> Boolean): List<T>
fun <T> Iterable<T>.filter(predicate: (T) -> Boolean): List<T>
fun <T> Iterable<T>.filterNot(predicate: (T) -> Boolean): List<T>
fun <T> Iterable<T>.filterNotNull(): List<T>
fun <T> Iterable<T>.onEach(action: (T) -> Unit): List<T>
fun <T> Collection<T>.orEmpty(): Collection<T>
fun <T> Iterable<T>.reversed(): List<T>
fun <T> Iterable<T>.shuffled(): List<T>
fun <T> Iterable<T>.sorted(): List<T>
fun <T, R> Iterable<T>.sortedBy(selector: (T) -> R): List<T>
fun <T, R> Iterable<T>.sortedByDescending(selector: (T) -> R): List<T>
fun <T> Iterable<T>.sortedWith(comparator: Comparator<T>): List<T>
fun <T> Iterable<T>.take(count: Int): List<T>
fun <T> Iterable<T>.takeWhile(predicate: (T) -> Boolean): List<T>
fun <T> Iterable<T>.toList(): List<T>
fun <T> Iterable<T>.toMutableList(): MutableList<T>
fun <T> Iterable<T>.toSet(): Set<T>

fun <T> Iterable<T>.all(predicate: (T) -> Boolean): Boolean
fun <T> Iterable<T>.any(predicate: (T) -> Boolean): Boolean
fun <T, K, V> Iterable<T>.associate(transform: (T) -> Pair<K, V>): Map<K, V>
fun <T, K> Iterable<T>.associateBy(selector: (T) -> K): Map<K, T>
fun <K, V> Iterable<K>.associateWith(selector: (K) -> V): Map<K, V>
fun <T> Flow<T>.collect(action: (T) -> Unit): Unit
fun <T> Iterable<T>.count(predicate: (T) -> Boolean): Int
fun <T, R> Iterable<T>.flatMap(transform: (T) -> Iterable<R>): List<R>
fun <T> Iterable<T>.forEach(action: (T) -> Unit): Unit
fun <T, K> Iterable<T>.groupBy(selector: (T) -> K): Map<K, List<T>>
fun <T> Iterable<T>.joinToString(separator: String, transform: (T) -> CharSequence): String
fun <T, R> Iterable<T>.map(transform: (T) -> R): List<R>
fun <T, R> Iterable<T>.mapNotNull(transform: (T) -> R?): List<R>
fun <T, R> Iterable<T>.maxOf(selector: (T) -> R): R
fun <T, R> Iterable<T>.minOf(selector: (T) -> R): R
fun <T> Iterable<T>.none(predicate: (T) -> Boolean): Boolean
fun <T> Iterable<T>.partition(predicate: (T) -> Boolean): Pair<List<T>, List<T>>
fun <T> Iterable<T>.sumOf(selector: (T) -> Int): Int
