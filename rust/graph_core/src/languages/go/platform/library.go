// Built-in functions, and functions and types of slices, maps, iter, cmp and sync/atomic that return what they are given
// or hold.
package platform

func append[T any](slice []T, elements ...T) []T
func max[T any](first T, others ...T) T
func min[T any](first T, others ...T) T

func Chunk[S any](slice S, size int) iter.Seq[S]
func Clip[S any](slice S) S
func Clone[S any](value S) S
func Collect[T any](sequence iter.Seq[T]) []T
func Compact[S any](slice S) S
func CompactFunc[S any](slice S, equal func(any, any) bool) S
func Concat[S any](first S, others ...S) S
func Delete[S any](slice S, from, to int) S
func DeleteFunc[S any](slice S, delete func(any) bool) S
func Grow[S any](slice S, size int) S
func Insert[S any](slice S, at int, elements ...any) S
func Max[T any](slice []T) T
func MaxFunc[T any](slice []T, compare func(T, T) int) T
func Min[T any](slice []T) T
func MinFunc[T any](slice []T, compare func(T, T) int) T
func Or[T any](first T, others ...T) T
func Repeat[S any](slice S, count int) S
func Replace[S any](slice S, from, to int, elements ...any) S
func Sorted[T any](sequence iter.Seq[T]) []T
func SortedFunc[T any](sequence iter.Seq[T], compare func(T, T) int) []T
func SortedStableFunc[T any](sequence iter.Seq[T], compare func(T, T) int) []T
func Values[T any](slice []T) iter.Seq[T]

type Pointer[T any] struct{}

func (pointer *Pointer[T]) Load() *T
func (pointer *Pointer[T]) Swap(value *T) *T
