// Types of the package scala.

class AnyVal
class AnyRef
trait CharSequence
class String extends CharSequence with Comparable[String]
trait Product
trait Serializable

class Throwable
class Exception extends Throwable
class RuntimeException extends Exception
class IllegalArgumentException extends RuntimeException
class IllegalStateException extends RuntimeException

trait Function1[A, R] {
  def apply(value: A): R
}

trait PartialFunction[A, R] {
  def apply(value: A): R
}
