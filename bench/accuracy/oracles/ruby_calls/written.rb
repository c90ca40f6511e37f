# frozen_string_literal: true

require "ripper"

module Calls
  # What is written in one file: which names stand where a call may be, and which methods are defined where.
  class Written
    NAMES = %i[on_ident on_const on_kw].freeze
    BESIDE = %i[on_sp on_ignored_nl on_nl on_comment].freeze

    def initialize(path)
      @names = Hash.new { |names, line| names[line] = {} }
      @definitions = {}
      @made = {}
      read(Ripper.lex(File.read(path)))
    rescue ArgumentError, EncodingError
      nil
    end

    # How a call of the name is written there, or nil if the name does not stand there.
    def form(line, name)
      @names[line][name]
    end

    # The name of the class that `new` is called on there: that of the object's, if it is written.
    def made(line, type)
      constants = @made[line] || []
      constants.include?(type) ? type : constants.first || type || "new"
    end

    # Is a method or an accessor of that name written there?
    def defines?(line, name)
      @definitions[line]&.include?(name) || false
    end

    private

    def read(tokens)
      before = [] # the last three tokens that mean something
      accessor = nil # the line of an `attr_reader` whose names are still coming
      tokens.each do |(line, _), kind, text|
        next if BESIDE.include?(kind)

        name = text
        if before.last&.first == :on_kw && before.last.last == "def" || defined_on(before)
          (@definitions[line] ||= []) << name
        elsif NAMES.include?(kind) && before.last&.first != :on_symbeg
          @names[line][name] ||= written_as(before, kind, name)
          (@made[line] ||= []) << before[-2].last if name == "new" && before[-2]&.first == :on_const
        elsif accessor && NAMES.include?(kind)
          (@definitions[accessor] ||= []).push(name, "#{name}=")
        end
        accessor = line if name.start_with?("attr_") && kind == :on_ident
        accessor = nil unless [:on_symbeg, :on_comma, :on_ident, :on_const].include?(kind)
        before = [*before.last(3), [kind, text]]
      end
    end

    # `def self.name`, `def other.name`
    def defined_on(before)
      before.size > 2 && before[-1].last == "." && before[-3] == [:on_kw, "def"]
    end

    def written_as(before, kind, name)
      return name if kind == :on_kw
      return "name" unless [".", "&.", "::"].include?(before.last&.last)

      holder = before[-2]
      case holder&.first
      when :on_kw then holder.last == "self" ? "self.name" : "value.name"
      when :on_const then "Constant.name"
      when :on_ident then "name.name"
      when :on_ivar then "@field.name"
      else "value.name"
      end
    end
  end
end
