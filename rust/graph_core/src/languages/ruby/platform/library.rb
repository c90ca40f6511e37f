# Methods that call a block with each element.

module Enumerable
  def each(&block) = nil
  def map(&block) = nil
  def select(&block) = nil
  def reject(&block) = nil
  def find(&block) = nil
  def any?(&block) = nil
  def all?(&block) = nil
  def each_with_index(&block) = nil
  def flat_map(&block) = nil
end

class Object
  def itself() = self
end
