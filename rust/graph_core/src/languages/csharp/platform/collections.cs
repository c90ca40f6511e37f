// Types of System, System.Collections.Generic and System.Collections.Immutable.

delegate void Action<T>(T argument);
delegate R Func<A, R>(A argument);
delegate void EventHandler<T>(object sender, T arguments);
delegate bool Predicate<T>(T value);

struct KeyValuePair<K, V>
{
    K Key { get; }
    V Value { get; }
}

class Tuple<A, B>
{
    A Item1 { get; }
    B Item2 { get; }
}

interface IDictionary<K, V> : IEnumerable<KeyValuePair<K, V>>
{
    bool ContainsKey(K key);
}

interface IReadOnlyDictionary<K, V> : IEnumerable<KeyValuePair<K, V>>
{
    bool ContainsKey(K key);
}

class Dictionary<K, V> : IDictionary<K, V>
{
    V GetValueOrDefault(K key);
}

class ConcurrentDictionary<K, V> : IDictionary<K, V> { }
class ImmutableDictionary<K, V> : IDictionary<K, V> { }
class SortedDictionary<K, V> : IDictionary<K, V> { }

class List<T>
{
    T Find(Predicate<T> match);
    void ForEach(Action<T> action);
}

class Queue<T>
{
    T Dequeue();
    T Peek();
}

class Stack<T>
{
    T Peek();
    T Pop();
}

class Task
{
    Task ConfigureAwait(bool continueOnCapturedContext);
}
