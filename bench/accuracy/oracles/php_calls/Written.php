<?php

declare(strict_types=1);

namespace Calls;

/** What is written in one file: names that are called, by line, and which class each construction names. */
final class Written
{
    /** @var array<int, array<string, string>> by line and name in small letters: how the call is written */
    public array $forms = [];

    /** @var list<array{int, string, string}> line, name as written, class (`self`, `static`, `parent` as they are) */
    public array $made = [];

    private string $namespace = '';

    /** @var array<string, string> by alias in small letters */
    private array $uses = [];

    /** @var list<\PhpToken> */
    private array $tokens;

    public function __construct(string $path)
    {
        $this->tokens = array_values(array_filter(
            \PhpToken::tokenize((string) file_get_contents($path)),
            static fn (\PhpToken $token): bool => !$token->isIgnorable(),
        ));
        $depth = 0;
        foreach ($this->tokens as $at => $token) {
            $depth += match ($token->text) {
                '{', '${' => 1,
                '}' => -1,
                default => 0,
            };
            if ($token->is(T_NAMESPACE) && $this->isName($at + 1)) {
                [$this->namespace, $this->uses] = [$this->tokens[$at + 1]->text, []];
            } elseif ($token->is(T_USE) && $depth <= 1 && !$this->is($at - 1, ')')) {
                $this->imported($at + 1);
            } elseif ($token->is(T_NEW)) {
                $this->constructed($at + 1);
            } elseif ($this->is($at + 1, '(') && $token->text !== ')') {
                $this->called($at, $token);
            }
        }
    }

    private function called(int $at, \PhpToken $token): void
    {
        $before = $this->tokens[$at - 1] ?? null;
        if ($before?->is([T_FUNCTION, T_NEW]) || ($before?->text === '&' && $this->tokens[$at - 2]->is(T_FUNCTION))) {
            return;
        }
        $holder = $this->tokens[$at - 2] ?? null;
        $form = match (true) {
            $before === null => 'name',
            $before->is(T_DOUBLE_COLON) => \in_array($holder?->text, ['self', 'static', 'parent'], true)
                ? "{$holder->text}::name" : 'Type::name',
            $before->is([T_OBJECT_OPERATOR, T_NULLSAFE_OBJECT_OPERATOR]) => match (true) {
                $holder?->text === '$this' => '$this->name',
                $holder?->text === ')' => 'call()->name',
                (bool) $holder?->is(T_VARIABLE) => '$name->name',
                ($this->tokens[$at - 4] ?? null)?->text === '$this' => '$this->field->name',
                default => 'value->name',
            },
            default => 'name',
        };
        $parts = explode('\\', $token->text);
        $this->forms[$token->line][strtolower(end($parts))] ??= $form;
    }

    private function constructed(int $at): void
    {
        if ($this->isName($at) || ($this->tokens[$at] ?? null)?->is(T_STATIC)) {
            $token = $this->tokens[$at];
            $parts = explode('\\', $token->text);
            $this->made[] = [$this->tokens[$at - 1]->line, end($parts), $this->resolved($token)];
        }
    }

    private function resolved(\PhpToken $token): string
    {
        $name = $token->text;
        if (\in_array(strtolower($name), ['self', 'static', 'parent'], true)) {
            return strtolower($name);
        }
        if ($token->is(T_NAME_FULLY_QUALIFIED)) {
            return substr($name, 1);
        }
        $parts = explode('\\', $name, 2);
        if ($use = $this->uses[strtolower($parts[0])] ?? null) {
            return isset($parts[1]) ? "{$use}\\{$parts[1]}" : $use;
        }
        return $this->namespace === '' ? $name : "{$this->namespace}\\{$name}";
    }

    /** `A\B;`, `A\B as C;`, `A\{B, C as D};` */
    private function imported(int $at): void
    {
        [$base, $path, $alias] = ['', '', null];
        for (; isset($this->tokens[$at]); $at++) {
            $token = $this->tokens[$at];
            if ($this->isName($at)) {
                $alias === null ? $path = ltrim($token->text, '\\') : $alias = $token->text;
            } elseif ($token->is(T_AS)) {
                $alias = '';
            } elseif ($token->text === '{') {
                [$base, $path] = ["{$path}\\", ''];
            } elseif (\in_array($token->text, [',', '}', ';'], true)) {
                if ($path !== '') {
                    $parts = explode('\\', $path);
                    $this->uses[strtolower($alias ?? end($parts))] = $base . $path;
                }
                [$path, $alias] = ['', null];
                if ($token->text === ';') {
                    return;
                }
            } elseif (!$token->is([T_NS_SEPARATOR, T_FUNCTION, T_CONST])) {
                return;
            }
        }
    }

    private function isName(int $at): bool
    {
        return (bool) ($this->tokens[$at] ?? null)?->is([T_STRING, T_NAME_QUALIFIED, T_NAME_FULLY_QUALIFIED]);
    }

    private function is(int $at, string $text): bool
    {
        return ($this->tokens[$at] ?? null)?->text === $text;
    }
}
