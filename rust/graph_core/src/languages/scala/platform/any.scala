// What every value has: members of Any and AnyRef, of case classes and of enumerations, and of the objects of both.

class Any {
  def asInstanceOf(): Any
  def canEqual(that: Any): Boolean
  def equals(that: Any): Boolean
  def getClass(): Class
  def hashCode(): Int
  def isInstanceOf(): Boolean
  def toString(): String
}

class AnyRef {
  def eq(that: AnyRef): Boolean
  def ne(that: AnyRef): Boolean
  def notify(): Unit
  def notifyAll(): Unit
  def synchronized(body: Any): Any
  def wait(): Unit
}

class Product {
  def copy(): Product
  def ordinal(): Int
  def productArity(): Int
  def productElement(index: Int): Any
  def productIterator(): Iterator
  def productPrefix(): String
}

object Companion {
  def apply(): Any
  def fromOrdinal(ordinal: Int): Any
  def unapply(value: Any): Option
  def valueOf(name: String): Any
  def values(): Array
}
