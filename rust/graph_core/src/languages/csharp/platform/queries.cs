// Extension methods of System.Linq and of Entity Framework.

static class Enumerable
{
    static T ElementAt<T>(this IEnumerable<T> source, int index);
    static T First<T>(this IEnumerable<T> source, Func<T, bool> predicate);
    static T FirstOrDefault<T>(this IEnumerable<T> source, Func<T, bool> predicate);
    static T Last<T>(this IEnumerable<T> source);
    static T LastOrDefault<T>(this IEnumerable<T> source);
    static T Single<T>(this IEnumerable<T> source, Func<T, bool> predicate);
    static T SingleOrDefault<T>(this IEnumerable<T> source, Func<T, bool> predicate);

    static IEnumerable<T> Append<T>(this IEnumerable<T> source, T element);
    static IEnumerable<T> AsEnumerable<T>(this IEnumerable<T> source);
    static IEnumerable<T> Concat<T>(this IEnumerable<T> source, IEnumerable<T> other);
    static IEnumerable<T> Distinct<T>(this IEnumerable<T> source);
    static IEnumerable<T> OrderBy<T, K>(this IEnumerable<T> source, Func<T, K> key);
    static IEnumerable<T> OrderByDescending<T, K>(this IEnumerable<T> source, Func<T, K> key);
    static IEnumerable<T> Reverse<T>(this IEnumerable<T> source);
    static IEnumerable<T> Skip<T>(this IEnumerable<T> source, int count);
    static IEnumerable<T> Take<T>(this IEnumerable<T> source, int count);
    static IEnumerable<T> ThenBy<T, K>(this IEnumerable<T> source, Func<T, K> key);
    static T[] ToArray<T>(this IEnumerable<T> source);
    static List<T> ToList<T>(this IEnumerable<T> source);
    static IEnumerable<T> Where<T>(this IEnumerable<T> source, Func<T, bool> predicate);

    static bool All<T>(this IEnumerable<T> source, Func<T, bool> predicate);
    static bool Any<T>(this IEnumerable<T> source, Func<T, bool> predicate);
    static int Count<T>(this IEnumerable<T> source, Func<T, bool> predicate);
    static IEnumerable<IGrouping<K, T>> GroupBy<T, K>(this IEnumerable<T> source, Func<T, K> key);
    static R Max<T, R>(this IEnumerable<T> source, Func<T, R> selector);
    static R Min<T, R>(this IEnumerable<T> source, Func<T, R> selector);
    static IEnumerable<R> Select<T, R>(this IEnumerable<T> source, Func<T, R> selector);
    static IEnumerable<R> SelectMany<T, R>(this IEnumerable<T> source, Func<T, IEnumerable<R>> selector);
    static int Sum<T>(this IEnumerable<T> source, Func<T, int> selector);
    static Dictionary<K, T> ToDictionary<T, K>(this IEnumerable<T> source, Func<T, K> key);
}

static class Queryable
{
    static IQueryable<T> AsNoTracking<T>(this IQueryable<T> source);
    static IQueryable<T> AsQueryable<T>(this IEnumerable<T> source);
    static Task<T> FindAsync<T>(this DbSet<T> source, object key);
    static Task<T> FirstAsync<T>(this IQueryable<T> source);
    static Task<T> FirstOrDefaultAsync<T>(this IQueryable<T> source);
    static IQueryable<T> Include<T>(this IQueryable<T> source, string path);
    static Task<T> SingleAsync<T>(this IQueryable<T> source);
    static Task<T> SingleOrDefaultAsync<T>(this IQueryable<T> source);
    static Task<T[]> ToArrayAsync<T>(this IQueryable<T> source);
    static Task<List<T>> ToListAsync<T>(this IQueryable<T> source);
}
