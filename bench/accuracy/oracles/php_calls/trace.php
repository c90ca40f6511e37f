<?php

declare(strict_types=1);

/**
 * Tells what every call of a package calls while the package's own tests run under xdebug's function trace;
 * prepended to them (`auto_prepend_file`).
 *
 * Settings come by environment: CALLS_ROOT (the package's folder) and CALLS_OUT (a file for the lines that the
 * judge reads, see the package around). A method is the one that was entered; those that it overrides or
 * implements, one of which a reader without the object at hand would name, are `beside`. What is called without
 * being written there (by the engine, a callback) is `beside` too. Constructions are as they are written: the
 * class by its full name, and its constructor; `new static` may be of any class below, and is unknown.
 */

namespace Calls;

require __DIR__ . '/Written.php';

final class Trace
{
    private string $root;

    /** @var array<string, Written> */
    private array $written = [];

    /** @var array<string, array{targets: array<string, array{string, int, string}>, declared: array<string, array{string, int, string}>, outside: bool, form: string}> */
    private array $sites = [];

    public function __construct()
    {
        $this->root = realpath((string) getenv('CALLS_ROOT')) . '/';
        $composer = json_decode((string) file_get_contents("{$this->root}composer.json"), true);
        foreach (['autoload', 'autoload-dev'] as $part) {
            foreach ($composer[$part]['psr-4'] ?? [] as $prefix => $folders) {
                foreach ((array) $folders as $folder) {
                    $this->autoload($prefix, $this->root . rtrim($folder, '/'));
                }
            }
        }
        foreach (array_filter(explode(PATH_SEPARATOR, (string) getenv('CALLS_BEFORE'))) as $path) {
            require_once $path;
        }
        $process = getmypid();
        register_shutdown_function(function () use ($process): void {
            // What else is registered, tests and runners included, comes before.
            register_shutdown_function(fn () => getmypid() === $process && $this->write());
        });
    }

    private function autoload(string $prefix, string $folder): void
    {
        spl_autoload_register(static function (string $class) use ($prefix, $folder): void {
            if (str_starts_with($class, $prefix)) {
                $path = "{$folder}/" . strtr(substr($class, \strlen($prefix)), '\\', '/') . '.php';
                is_file($path) && require_once $path;
            }
        });
    }

    private function write(): void
    {
        $trace = xdebug_stop_trace();
        ini_set('memory_limit', '-1');
        $lines = gzopen($trace, 'r');
        $seen = [];
        while (($line = gzgets($lines)) !== false) {
            $parts = explode("\t", $line, 11);
            if (($parts[2] ?? '') !== '0' || !str_starts_with($parts[8] ?? '', $this->root)) {
                continue;
            }
            $key = "{$parts[8]}\t{$parts[9]}\t{$parts[5]}";
            if (!isset($seen[$key])) {
                $seen[$key] = true;
                $this->called($parts[8], (int) $parts[9], $parts[5], $parts[6] === '1');
            }
        }
        gzclose($lines);
        unlink($trace);
        foreach (get_included_files() as $path) {
            if (str_starts_with($path, $this->root)) {
                foreach ($this->written($path)->made as [$line, $name, $class]) {
                    $this->constructed($path, $line, $name, $class);
                }
            }
        }
        $this->tell();
    }

    private function called(string $path, int $line, string $callee, bool $user): void
    {
        if (str_contains($callee, '{') || !is_file($path)) {
            return;
        }
        [$class, $name] = preg_match('/^(.*)(?:->|::)(.*)$/', $callee, $parts) ? [$parts[1], $parts[2]] : [null, $callee];
        if ($name === '__construct' || \in_array($name, ['include', 'include_once', 'require', 'require_once', 'eval'], true)) {
            $written = $this->written($path)->forms[$line]['__construct'] ?? null;
            if ($written === null) {
                return;
            }
        }
        $short = ($at = strrpos($name, '\\')) === false || $class !== null ? $name : substr($name, $at + 1);
        $form = $this->written($path)->forms[$line][strtolower($short)] ?? null;
        $site = &$this->site($path, $line, $short, $form ?? 'not written');
        try {
            $method = $class === null ? new \ReflectionFunction($name) : new \ReflectionMethod($class, $name);
        } catch (\ReflectionException) {
            return; // of a class without a name
        }
        $place = $this->place($method);
        if ($place !== null) {
            $site[$form === null ? 'declared' : 'targets'][implode(':', $place)] = $place;
        } elseif (!str_contains((string) $method->getFileName(), "eval()'d")) { // else a double made for a test
            $site['outside'] = true;
            return;
        }
        if ($method instanceof \ReflectionMethod) {
            foreach ($this->overridden($method) as $other) {
                $site['declared'][implode(':', $other)] = $other;
            }
        }
    }

    private function constructed(string $path, int $line, string $name, string $class): void
    {
        if (\in_array($class, ['self', 'static', 'parent'], true)) {
            return;
        }
        $site = &$this->site($path, $line, $name, 'new name');
        try {
            $class = new \ReflectionClass($class);
        } catch (\Throwable) {
            return;
        }
        if ($place = $this->place($class)) {
            $site['targets'][implode(':', $place)] = $place;
            if (($constructor = $class->getConstructor()) && ($made = $this->place($constructor))) {
                $site['targets'][implode(':', $made)] = $made;
            }
        } else {
            $site['outside'] = true;
        }
    }

    /** @return iterable<array{string, int, string}> */
    private function overridden(\ReflectionMethod $method): iterable
    {
        $class = $method->getDeclaringClass();
        $above = array_values([...$class->getInterfaces(), ...$class->getTraits()]);
        while ($class = $class->getParentClass()) {
            array_push($above, $class, ...array_values($class->getTraits()));
        }
        foreach ($above as $type) {
            if ($type->hasMethod($method->name) && ($place = $this->place($type->getMethod($method->name)))) {
                yield $place;
            }
        }
    }

    /** @return array{string, int, string}|null of what is defined in the package */
    private function place(\ReflectionFunctionAbstract|\ReflectionClass $of): ?array
    {
        $path = (string) $of->getFileName();
        if (!str_starts_with($path, $this->root) || str_contains($path, "eval()'d")) {
            return null;
        }
        return [substr($path, \strlen($this->root)), $of->getStartLine(), $of->getShortName()];
    }

    private function &site(string $path, int $line, string $name, string $form): array
    {
        $key = "{$path}\t{$line}\t{$name}";
        $this->sites[$key] ??= ['targets' => [], 'declared' => [], 'outside' => false, 'form' => $form];
        return $this->sites[$key];
    }

    private function written(string $path): Written
    {
        return $this->written[$path] ??= new Written($path);
    }

    private function tell(): void
    {
        $out = fopen((string) getenv('CALLS_OUT'), 'w');
        foreach ($this->sites as $key => $site) {
            [$path, $line, $name] = explode("\t", $key);
            $row = ['path' => substr($path, \strlen($this->root)), 'line' => (int) $line, 'name' => $name, 'form' => $site['form']];
            $beside = array_diff_key($site['declared'], $site['targets']);
            $verdicts = array_filter(['inside' => $site['targets'], 'beside' => $beside]);
            if (!$verdicts) {
                $verdicts = [$site['outside'] ? 'outside' : 'unknown' => []];
            }
            foreach ($verdicts as $verdict => $places) {
                $targets = array_map(
                    static fn (array $place): array => ['path' => $place[0], 'line' => $place[1], 'name' => $place[2]],
                    array_values($places),
                );
                fwrite($out, json_encode($row + ['verdict' => $verdict, 'targets' => $targets], JSON_UNESCAPED_SLASHES) . "\n");
            }
        }
        fclose($out);
    }
}

new Trace();
