# frozen_string_literal: true

# Tells what every call of a package calls while the package's own tests run; required before them (`ruby -r`).
#
# Settings come by environment: CALLS_ROOT (the package's folder) and CALLS_OUT (a file for the lines that the
# judge reads, see the package around). A call is `inside` where its name is written at the line that runs.
# What operators, assignments, symbols, interpolation and C code call is `beside`, and so are the methods that
# the one called overrides, one of which a reader without the object at hand would name. What is defined by
# other means than `def` and `attr_…` has no place of its own: unknown.

require "json"
require_relative "written"

module Calls
  ROOT = "#{File.realpath(ENV.fetch('CALLS_ROOT'))}/"
  INSIDE = Hash.new { |known, path| known[path] = path.to_s.start_with?(ROOT) }
  WRITTEN = Hash.new { |known, path| known[path] = Written.new(path) }
  SITES = {} # by path, line and name: a Site
  SEEN = {}
  PARTS = Hash.new { |parts, type| parts[type] = [] }.compare_by_identity
  METHOD = Kernel.instance_method(:method)
  KIND = Kernel.instance_method(:class)

  Site = Struct.new(:targets, :declared, :outside, :unknown, :constructs)

  module_function

  def site(path, line, name)
    SITES[[path, line, name]] ||= Site.new({}, {}, false, false, false)
  end

  # A method written in Ruby is entered.
  def entered(trace, place)
    path = place.absolute_path || place.path
    return unless INSIDE[path]

    name = trace.callee_id
    return if name == :initialize && place.label == "new"

    key = [path, place.lineno, name, trace.path, trace.lineno]
    return if SEEN[key]

    SEEN[key] = true
    here = site(path, place.lineno, name.to_s)
    if trace.path.end_with?("rspec/core/memoized_helpers.rb")
      here.unknown = true # what it calls in turn is the block that was given to `let`
    elsif !INSIDE[trace.path]
      here.outside = true
    elsif WRITTEN[trace.path].defines?(trace.lineno, trace.method_id.to_s)
      here.targets[[trace.path, trace.lineno, trace.method_id.to_s]] = true
      overridden(trace).each { |target| here.declared[target] = true }
    else
      here.unknown = true
    end
  end

  # What is written in C is called: an accessor, the construction of an object, or something outside.
  def called(trace)
    path = trace.path
    return unless INSIDE[path]

    name = trace.callee_id
    key = [path, trace.lineno, name, name == :new ? trace.self.object_id : trace.defined_class.object_id]
    return if SEEN[key]

    SEEN[key] = true
    return constructed(path, trace.lineno, trace.self) if name == :new && Class === trace.self

    here = site(path, trace.lineno, name.to_s)
    file, line = trace.defined_class.instance_method(trace.method_id).source_location
    if file && INSIDE[file]
      accessor = trace.method_id.to_s
      inside = WRITTEN[file].defines?(line, accessor)
      inside ? here.targets[[file, line, accessor.delete_suffix("=")]] = true : here.unknown = true
    else
      here.outside = true
    end
  rescue NameError
    here.unknown = true
  end

  def constructed(path, line, type)
    here = site(path, line, WRITTEN[path].made(line, type.name.to_s.split("::").last))
    here.constructs = true
    made = type.instance_method(:initialize).source_location
    parts = PARTS.key?(type) ? PARTS[type] : []
    if parts.empty?
      inside = type.name && INSIDE[Object.const_source_location(type.name)&.first]
      type.name && !inside ? here.outside = true : here.unknown = true
      return
    end
    parts.each { |file, first| here.targets[[file, first, type.name.to_s.split("::").last.to_s]] = true }
    here.targets[[*made, "initialize"]] = true if made && INSIDE[made.first]
  end

  def overridden(trace)
    object = trace.self
    family = Module === object ? object.singleton_class.ancestors : KIND.bind_call(object).ancestors
    family.drop_while { |type| type != trace.defined_class }.filter_map do |type|
      next unless type.method_defined?(trace.method_id, false) || type.private_method_defined?(trace.method_id, false)

      file, line = type.instance_method(trace.method_id).source_location
      next unless file && INSIDE[file] && WRITTEN[file].defines?(line, trace.method_id.to_s)

      [file, line, trace.method_id.to_s]
    end
  end

  def opened(trace)
    return unless INSIDE[trace.path]

    place = [trace.path, trace.lineno]
    PARTS[trace.self] |= [place]
  end

  def write
    File.open(ENV.fetch("CALLS_OUT"), "a") do |out|
      SITES.each do |(path, line, name), site|
        form = WRITTEN[path].form(line, site.constructs ? "new" : name)
        form ||= WRITTEN[path].form(line, "super") unless site.targets.empty?
        row = { path: path.delete_prefix(ROOT), line: line, name: name }
        row[:form] = site.constructs ? "new #{form}" : form || "not written"
        beside = site.declared.keys - site.targets.keys
        told(out, row, "unknown", []) if site.unknown
        told(out, row, form ? "inside" : "beside", site.targets.keys) unless site.targets.empty?
        told(out, row, "beside", beside) unless beside.empty?
        told(out, row, "outside", []) if site.outside && site.targets.empty?
      end
    end
  end

  def told(out, row, verdict, targets)
    targets = targets.sort.map { |path, line, name| { path: path.delete_prefix(ROOT), line: line, name: name } }
    out.puts(JSON.generate(row.merge(verdict: verdict, targets: targets)))
  end
end

owner = Process.pid
at_exit { Calls.write if Process.pid == owner }
TracePoint.new(:class) { |trace| Calls.opened(trace) }.enable
TracePoint.new(:call) { |trace| (place = caller_locations(2, 1)&.first) && Calls.entered(trace, place) }.enable
TracePoint.new(:c_call) { |trace| Calls.called(trace) }.enable
