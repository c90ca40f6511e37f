// Types of java.util.

interface Iterator<E> {}
interface ListIterator<E> extends Iterator<E> {}
interface Enumeration<E> {}

interface Iterable<E> {}
interface Collection<E> extends Iterable<E> {}
interface List<E> extends Collection<E> {}
interface Set<E> extends Collection<E> {}
interface SortedSet<E> extends Set<E> {}
interface NavigableSet<E> extends SortedSet<E> {}
interface Queue<E> extends Collection<E> {}
interface Deque<E> extends Queue<E> {}
class AbstractCollection<E> implements Collection<E> {}
class AbstractList<E> extends AbstractCollection<E> implements List<E> {}
class AbstractSet<E> extends AbstractCollection<E> implements Set<E> {}
class ArrayList<E> extends AbstractList<E> implements List<E>, RandomAccess, Serializable, Cloneable {}
class LinkedList<E> implements List<E>, Deque<E>, Serializable, Cloneable {}
class HashSet<E> extends AbstractSet<E> implements Set<E>, Serializable, Cloneable {}
class LinkedHashSet<E> extends HashSet<E> implements Set<E>, Serializable, Cloneable {}
class TreeSet<E> extends AbstractSet<E> implements NavigableSet<E>, Serializable {}

interface Map<K, V> {}
interface SortedMap<K, V> extends Map<K, V> {}
interface NavigableMap<K, V> extends SortedMap<K, V> {}
interface ConcurrentMap<K, V> extends Map<K, V> {}
class AbstractMap<K, V> implements Map<K, V> {}
class HashMap<K, V> extends AbstractMap<K, V> implements Map<K, V>, Serializable, Cloneable {}
class LinkedHashMap<K, V> extends HashMap<K, V> implements Map<K, V> {}
class TreeMap<K, V> extends AbstractMap<K, V> implements NavigableMap<K, V>, Serializable, Cloneable {}
class ConcurrentHashMap<K, V> extends AbstractMap<K, V> implements ConcurrentMap<K, V>, Serializable {}
class Properties extends Hashtable<Object, Object> implements Map<Object, Object>, Serializable, Cloneable {}
