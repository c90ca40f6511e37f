// Types of scala.collection, Option, Future and Try.

trait IterableOnce[A] {
  def iterator(): Iterator[A]
}

trait Iterable[A] extends IterableOnce[A] {
  def collectFirst[B](transform: (A) => B): Option[B]
  def count(predicate: (A) => Boolean): Int
  def distinctBy[B](key: (A) => B): Iterable[A]
  def drop(count: Int): Iterable[A]
  def dropRight(count: Int): Iterable[A]
  def dropWhile(predicate: (A) => Boolean): Iterable[A]
  def exists(predicate: (A) => Boolean): Boolean
  def filter(predicate: (A) => Boolean): Iterable[A]
  def filterNot(predicate: (A) => Boolean): Iterable[A]
  def find(predicate: (A) => Boolean): Option[A]
  def flatMap[B](transform: (A) => Iterable[B]): Iterable[B]
  def forall(predicate: (A) => Boolean): Boolean
  def foreach[B](action: (A) => B): Unit
  def groupBy[K](key: (A) => K): Map[K, Iterable[A]]
  def map[B](transform: (A) => B): Iterable[B]
  def maxBy[B](key: (A) => B): A
  def minBy[B](key: (A) => B): A
  def partition(predicate: (A) => Boolean): (Iterable[A], Iterable[A])
  def slice(from: Int, until: Int): Iterable[A]
  def sortBy[B](key: (A) => B): Iterable[A]
  def sortWith(less: (A, A) => Boolean): Iterable[A]
  def take(count: Int): Iterable[A]
  def takeRight(count: Int): Iterable[A]
  def takeWhile(predicate: (A) => Boolean): Iterable[A]
  def tapEach[B](action: (A) => B): Iterable[A]
  def withFilter(predicate: (A) => Boolean): Iterable[A]
}

trait Iterator[A] extends IterableOnce[A] {
  def next(): A
}

trait Seq[A] extends Iterable[A]

class List[A] extends Seq[A]
class Vector[A] extends Seq[A]
class LazyList[A] extends Seq[A]
class ArrayBuffer[A] extends Seq[A]
class ListBuffer[A] extends Seq[A]
class Array[A]
trait Set[A] extends Iterable[A]

trait Map[K, V] extends Iterable[(K, V)] {
  def get(key: K): Option[V]
  def getOrElse(key: K, default: V): V
  def getOrElseUpdate(key: K, value: V): V
}

class Option[A] {
  def fold[B](empty: B, transform: (A) => B): B
  def getOrElse(default: A): A
  def orElse(other: Option[A]): Option[A]
  def toRight[B](left: B): Either[B, A]
}

class Try[A]
class Either[A, B]
class Future[A] {
  def andThen[B](action: (A) => B): Future[A]
  def recover(other: (Throwable) => A): Future[A]
  def recoverWith(other: (Throwable) => Future[A]): Future[A]
}
