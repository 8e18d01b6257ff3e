// reflect.Call, MakeFunc and methods by name over many signatures; each result is printed.
package main

import (
	"fmt"
	"reflect"
	"strings"
)

type small struct{ a, b int32 }
type mixed struct {
	i int
	f float64
	s string
}
type big struct{ a [6]int }
type one struct{ x float32 }
type nest struct {
	o one
	s small
	p *int
}
type iface interface{ M(int, string) (string, float64) }
type recv struct{ n int }

func (r recv) M(i int, s string) (string, float64)                     { return fmt.Sprint(r.n, i, s), float64(i) / 2 }
func (r *recv) P(f ...float64) (n int, sum float64)                    { for _, v := range f { sum += v }; return len(f) + r.n, sum }
func (r recv) Big(b big, m mixed) (mixed, big)                         { b.a[5] += r.n; m.s += "!"; return m, b }
func (r recv) Many(a, b, c, d, e, f, g, h int, x, y float64) (int, float64) { return a + b*2 + c*3 + d*4 + e*5 + f*6 + g*7 + h*8, x - y }

func f0()                                                            {}
func f1(a int8, b uint16, c int64, d bool) (bool, int64, uint16, int8) { return d, c, b, a }
func f2(a float32, b float64, c complex64, d complex128) (complex128, complex64, float64, float32) {
	return d, c, b, a
}
func f3(a string, b []int, c map[string]int, d any, e error) (error, any, map[string]int, []int, string) {
	return e, d, c, b, a
}
func f4(a small, b mixed, c big, d one, e nest) (nest, one, big, mixed, small) { return e, d, c, b, a }
func f5(a, b, c, d, e, f, g, h, i, j, k, l int) (int, int, int, int, int, int, int, int, int, int, int, int) {
	return l, k, j, i, h, g, f, e, d, c, b, a
}
func f6(a, b, c, d, e, f, g, h, i, j, k, l float64) (float64, float64, float64, float64, float64, float64, float64, float64, float64, float64, float64, float64) {
	return l, k, j, i, h, g, f, e, d, c, b, a
}
func f7(a [0]int, b struct{}, c [1]int, d [2]float64, e [1]string) ([1]string, [2]float64, [1]int, struct{}, [0]int) {
	return e, d, c, b, a
}
func f8(f func(int) int, c chan int, p *int, u uintptr) (uintptr, *int, chan int, func(int) int) { return u, p, c, f }
func f9(a int8, b float32, c int16, d string, e float64, f bool, g byte, h any) (any, byte, bool, float64, string, int16, float32, int8) {
	return h, g, f, e, d, c, b, a
}
func f10(xs ...string) string           { return strings.Join(xs, ",") }
func f11(a int, xs ...any) (int, []any) { return a + len(xs), xs }
func f12(i iface) (string, float64)     { return i.M(5, "iface") }
func f13(m mixed) mixed                 { return m }
func f14(s small) (small, small)        { return s, s }
func f15(o one) one                     { return o }
func f16(a, b string) (string, string)  { return b, a }
func f17(a [3]byte, b [4]byte, c struct{ x byte; y uint16 }) (struct{ x byte; y uint16 }, [4]byte, [3]byte) { return c, b, a }
func f18(a any) (r any)                 { return a }
func f19(a, b, c, d int) (int, int, int, int, int) { return a, b, c, d, a + b + c + d }

var n7 = 7

func sample(t reflect.Type, k int) reflect.Value {
	v := reflect.New(t).Elem()
	switch t.Kind() {
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		v.SetInt(int64(k) - 3)
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64, reflect.Uintptr:
		v.SetUint(uint64(k) + 40)
	case reflect.Float32, reflect.Float64:
		v.SetFloat(float64(k) + 0.25)
	case reflect.Complex64, reflect.Complex128:
		v.SetComplex(complex(float64(k), 0.5))
	case reflect.String:
		v.SetString(fmt.Sprint("s", k))
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Slice:
		v.Set(reflect.Append(v, sample(t.Elem(), k), sample(t.Elem(), k+1)))
	case reflect.Map:
		v.Set(reflect.MakeMap(t))
		v.SetMapIndex(sample(t.Key(), k), sample(t.Elem(), k))
	case reflect.Struct:
		for i := range t.NumField() {
			if f := v.Field(i); f.CanSet() {
				f.Set(sample(f.Type(), k+i))
			} else {
				reflect.NewAt(f.Type(), f.Addr().UnsafePointer()).Elem().Set(sample(f.Type(), k+i))
			}
		}
	case reflect.Array:
		for i := range t.Len() {
			v.Index(i).Set(sample(t.Elem(), k+i))
		}
	case reflect.Pointer:
		if t.Elem().Kind() == reflect.Int {
			v.Set(reflect.ValueOf(&n7))
		}
	case reflect.Interface:
		for _, c := range []any{recv{k}, fmt.Errorf("error %d", k)} {
			if reflect.TypeOf(c).Implements(t) {
				v.Set(reflect.ValueOf(c))
				break
			}
		}
	}
	return v
}

func show(vs []reflect.Value) string {
	var out []string
	for _, v := range vs {
		switch v.Kind() {
		case reflect.Pointer, reflect.Chan, reflect.Func, reflect.Struct:
			if v.Kind() == reflect.Struct {
				out = append(out, strings.ReplaceAll(fmt.Sprintf("%+v", v), fmt.Sprintf("%p", &n7), "P"))
			} else {
				out = append(out, fmt.Sprint(v.Kind(), v.IsNil()))
			}
		default:
			out = append(out, fmt.Sprintf("%+v", v))
		}
	}
	return strings.Join(out, " | ")
}

func main() {
	funcs := []any{f0, f1, f2, f3, f4, f5, f6, f7, f8, f9, f10, f11, f12, f13, f14, f15, f16, f17, f18, f19}
	for i, f := range funcs {
		v := reflect.ValueOf(f)
		t := v.Type()
		var args []reflect.Value
		for k := range t.NumIn() {
			args = append(args, sample(t.In(k), k+1))
		}
		var got []reflect.Value
		if t.IsVariadic() {
			got = v.CallSlice(args)
		} else {
			got = v.Call(args)
		}
		fmt.Println(i, t, show(got))
		// The same function made by MakeFunc, which forwards to the original.
		made := reflect.MakeFunc(t, func(in []reflect.Value) []reflect.Value {
			if t.IsVariadic() {
				return v.CallSlice(in)
			}
			return v.Call(in)
		})
		if t.IsVariadic() {
			got = made.CallSlice(args)
		} else {
			got = made.Call(args)
		}
		fmt.Println(i, "made", show(got))
	}
	// Called as Go calls it.
	made5 := reflect.MakeFunc(reflect.TypeOf(f5), func(in []reflect.Value) []reflect.Value { return reflect.ValueOf(f5).Call(in) }).Interface().(func(a, b, c, d, e, f, g, h, i, j, k, l int) (int, int, int, int, int, int, int, int, int, int, int, int))
	fmt.Println(made5(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12))
	made4 := reflect.MakeFunc(reflect.TypeOf(f4), func(in []reflect.Value) []reflect.Value { return reflect.ValueOf(f4).Call(in) }).Interface().(func(small, mixed, big, one, nest) (nest, one, big, mixed, small))
	a, b, c, d, e := made4(small{1, 2}, mixed{3, 4, "5"}, big{[6]int{6, 7, 8, 9, 10, 11}}, one{12}, nest{one{13}, small{14, 15}, nil})
	fmt.Println(a, b, c, d, e)
	made9 := reflect.MakeFunc(reflect.TypeOf(f9), func(in []reflect.Value) []reflect.Value { return reflect.ValueOf(f9).Call(in) }).Interface().(func(a int8, b float32, c int16, d string, e float64, f bool, g byte, h any) (any, byte, bool, float64, string, int16, float32, int8))
	fmt.Println(made9(-1, 2.5, -3, "four", 5.5, true, 7, "eight"))

	r := &recv{9}
	for _, v := range []reflect.Value{reflect.ValueOf(r), reflect.ValueOf(*r)} {
		for i := range v.NumMethod() {
			m := v.Method(i)
			t := m.Type()
			var args []reflect.Value
			for k := range t.NumIn() {
				args = append(args, sample(t.In(k), k+1))
			}
			name := v.Type().Method(i).Name
			call := v.MethodByName(name).Call
			if t.IsVariadic() {
				call = v.MethodByName(name).CallSlice
			}
			fmt.Println(name, t, show(call(args)))
			full := append([]reflect.Value{v}, args...)
			if t.IsVariadic() {
				fmt.Println(name, show(v.Type().Method(i).Func.CallSlice(full)))
			} else {
				fmt.Println(name, show(v.Type().Method(i).Func.Call(full)))
			}
		}
	}
	mv := reflect.ValueOf(r).MethodByName("Many").Interface().(func(a, b, c, d, e, f, g, h int, x, y float64) (int, float64))
	fmt.Println(mv(1, 2, 3, 4, 5, 6, 7, 8, 9.5, 1.25))
	bv := reflect.ValueOf(*r).MethodByName("Big").Interface().(func(big, mixed) (mixed, big))
	fmt.Println(bv(big{}, mixed{1, 2, "3"}))
	fmt.Println(reflect.ValueOf(r).MethodByName("Missing").IsValid())
	func() {
		defer func() { fmt.Println("recovered:", recover()) }()
		reflect.ValueOf(f1).Call(nil)
	}()
	func() {
		defer func() { fmt.Println("recovered:", recover()) }()
		reflect.MakeFunc(reflect.TypeOf(f0), func([]reflect.Value) []reflect.Value { panic("in made function") }).Call(nil)
	}()
}
