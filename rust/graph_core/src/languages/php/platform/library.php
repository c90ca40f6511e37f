<?php
// Methods of DateTime and BackedEnum that return an object of the type that they are called on.

class DateTime implements DateTimeInterface
{
    public function modify(string $modifier): DateTime;
    public function setDate(int $year, int $month, int $day): DateTime;
    public function setISODate(int $year, int $week): DateTime;
    public function setTime(int $hour, int $minute): DateTime;
    public function setTimestamp(int $timestamp): DateTime;
    public function setTimezone(DateTimeZone $timezone): DateTime;
    public static function createFromFormat(string $format, string $datetime): DateTime;
    public static function createFromInterface(DateTimeInterface $object): DateTime;
}

interface BackedEnum
{
    public static function from(int|string $value): BackedEnum;
    public static function tryFrom(int|string $value): ?BackedEnum;
}
