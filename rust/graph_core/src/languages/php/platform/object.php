<?php
// What every enumeration has: methods of UnitEnum and BackedEnum.

interface BackedEnum
{
    public static function cases(): array;
    public static function from(int|string $value): static;
    public static function tryFrom(int|string $value): ?static;
}
