// Package lib declares at least one of everything that importers can see.
package lib

import (
	"cmp"
	"io"
	"iter"
	"math"
	"sync"
	"unsafe"
)

const (
	Big         = 1 << 200
	Negative    = -1 << 100
	Small       = -5
	Huge        = 1e1000
	Tiny        = math.SmallestNonzeroFloat64
	Third       = 1.0 / 3
	Whole       = 2.0
	Complex     = 1 + 2i
	Letter      = 'x'
	Text        = "a\xffb\u00e9"
	Yes         = true
	Typed  Kind = 7
	Single float32 = 0.1
	Pair complex64 = 3
)

type Kind uint8

func (Kind) String() string { return "" }
func (*Kind) set()          {}

type (
	Any       any
	Same      = Kind
	Set[T comparable] = map[T]struct{}
	Strings   = Set[string]
	Func      func(a int, rest ...string) (n int, err error)
	Chans     struct {
		In   <-chan int
		Out  chan<- int
		Both chan (<-chan int)
	}
	Number interface {
		~int | ~int64 | float64
	}
	Comparable comparable
	Both       interface {
		comparable
		io.Reader
		Close() error
		hidden()
	}
	Node[K cmp.Ordered, V any] struct {
		Key         K
		Value       V `json:"value,omitempty"`
		left, right *Node[K, V]
		sync.Mutex
		*inner
		_ [4]byte
	}
	List[T interface{ ~[]E }, E any] struct{ Items T }
	Self[T interface{ Less(T) bool }] []T
	Local = struct{ A, b int }
	Pointer unsafe.Pointer
	Mutual struct{ Other *mutual }
	mutual struct{ Other *Mutual }
	inner  struct{ Deep map[Kind][]*mutual }
)

func (n *Node[K, V]) Insert(k K, v V) *Node[K, V] { return n }
func (n Node[K, _]) All() iter.Seq2[K, int]        { return nil }
func (inner) Promoted()                            {}

// Map is a generic method.
func (l List[T, E]) Map[R any, S ~[]R](f func(E) R) S { return nil }
func (l *List[T, E]) Len() int                        { return len(l.Items) }
func (Kind) Convert[T ~int | ~string](t T) (out []T)  { return nil }

func Sum[T Number](xs ...T) (total T)                                 { return }
func Keys[M ~map[K]V, K comparable, V any](m M) []K                   { return nil }
func Plain(int, _ string, r rune, b byte, e error, x any, _ interface{}) {}
func Nested(f func(func(Kind) Same) chan struct{}) [3][2]*Local       { return [3][2]*Local{} }
func unused()                                                         {}

var (
	V       = Sum(1, 2)
	W       = Node[string, *Kind]{}
	Anon    struct{ X, y int }
	Iface   interface{ M(int) }
	Reader  io.Reader
	Inferred, ErrSome = Keys(map[Kind]bool{}), io.EOF
)
