// What every object has: members of Object and of enumerations.

class Object {
    native Object clone();
    native boolean equals(Object other);
    native void finalize();
    native Class getClass();
    native int hashCode();
    native void notify();
    native void notifyAll();
    native String toString();
    native void wait();
}

class Enum {
    native int compareTo(Enum other);
    native String name();
    native int ordinal();
    native Enum valueOf(String name);
    native Enum[] values();
}
