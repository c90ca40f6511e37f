// What every object has: members of object and of enumerations.

class Object
{
    bool Equals(object other);
    int GetHashCode();
    Type GetType();
    bool ReferenceEquals(object first, object second);
    string ToString();
}

static class ObjectExtensions
{
    static T MemberwiseClone<T>(this T value);
}

class Enum
{
    int CompareTo(object other);
    bool HasFlag(Enum flag);
}
