// Calls through reflection in goes' convention (abi_goes.go).
//
// Upstream's Value.call, callReflect and callMethod build gc's argument frames. Register images and stack slots live in
// the caller's stack frame here, where the conservative scan finds what they point to.

package reflect

import (
	"internal/abi"
	"runtime"
	"unsafe"
)

func (v Value) call(op string, in []Value) []Value {
	t := (*funcType)(unsafe.Pointer(v.typ()))
	var (
		fn       unsafe.Pointer
		rcvr     Value
		rcvrtype *abi.Type
	)
	if v.flag&flagMethod != 0 {
		rcvr = v
		rcvrtype, t, fn = methodReceiver(op, v, int(v.flag)>>flagMethodShift)
	} else if v.flag&flagIndir != 0 {
		fn = *(*unsafe.Pointer)(v.ptr)
	} else {
		fn = v.ptr
	}
	if fn == nil {
		panic("reflect.Value.Call: call of nil function")
	}

	n := t.NumIn()
	isVariadic := t.IsVariadic()
	if op == "CallSlice" {
		if !isVariadic {
			panic("reflect: CallSlice of non-variadic function")
		}
		if len(in) < n {
			panic("reflect: CallSlice with too few input arguments")
		}
		if len(in) > n {
			panic("reflect: CallSlice with too many input arguments")
		}
	} else {
		if isVariadic {
			n--
		}
		if len(in) < n {
			panic("reflect: Call with too few input arguments")
		}
		if !isVariadic && len(in) > n {
			panic("reflect: Call with too many input arguments")
		}
	}
	for _, x := range in {
		if x.Kind() == Invalid {
			panic("reflect: " + op + " using zero Value argument")
		}
	}
	for i := 0; i < n; i++ {
		if xt, targ := in[i].Type(), t.In(i); !xt.AssignableTo(toRType(targ)) {
			panic("reflect: " + op + " using " + xt.String() + " as type " + stringFor(targ))
		}
	}
	args := make([]Value, t.NumIn())
	copy(args[:n], in)
	if op != "CallSlice" && isVariadic {
		// The remaining values become a slice.
		m := len(in) - n
		slice := MakeSlice(toRType(t.In(n)), m, m)
		elem := toRType(t.In(n)).Elem()
		for i := 0; i < m; i++ {
			x := in[n+i]
			if xt := x.Type(); !xt.AssignableTo(elem) {
				panic("reflect: cannot use " + xt.String() + " as type " + elem.String() + " in " + op)
			}
			slice.Index(i).Set(x)
		}
		args[n] = slice
	}

	_, _, d := funcLayout(t, rcvrtype)
	var regs abi.RegArgs
	var few [16]uintptr
	frame := abiFrame{&regs, unsafe.Pointer(&few)}
	if d.slots > len(few) {
		many := make([]uintptr, d.slots)
		frame.slots = unsafe.Pointer(&many[0])
	}

	var area unsafe.Pointer
	if d.area != nil {
		area = unsafe_New(d.area)
		regs.Ints[0] = uintptr(area)
	}
	places := d.in
	var receiver unsafe.Pointer
	if rcvrtype != nil {
		storeRcvr(rcvr, unsafe.Pointer(&receiver))
		frame.storeAddress(&places[0].parts[0], receiver)
		places = places[1:]
	}
	for i := range args {
		args[i].mustBeExported()
		targ := toRType(t.In(i))
		// args keeps everything alive that the frame points to.
		x := args[i].assignTo("reflect.Value.Call", &targ.t, nil)
		place := &places[i]
		if place.byAddress {
			if x.flag&flagAddr != 0 {
				// The callee may change the variable while it reads the argument.
				own := unsafe_New(&targ.t)
				typedmemmove(&targ.t, own, x.ptr)
				x = Value{x.typ_, own, x.flag &^ flagAddr}
			}
			args[i] = x
			frame.storeAddress(&place.parts[0], x.ptr)
			continue
		}
		args[i] = x
		for j := range place.parts {
			if x.flag&flagIndir != 0 {
				frame.store(&place.parts[j], x.ptr)
			} else {
				frame.storeAddress(&place.parts[j], x.ptr)
			}
		}
	}

	if callGC {
		runtime.GC()
	}
	call(&t.Type, fn, frame.slots, uint32(d.slots*8), 0, uint32(d.slots*8), &regs)
	// Make pointers among the results known as such before anything can be collected.
	for i := range d.out {
		for j := range d.out[i].parts {
			if p := &d.out[i].parts[j]; p.kind == abiPointer {
				regs.Ptrs[p.reg] = *(*unsafe.Pointer)(frame.word(p))
			}
		}
	}
	if callGC {
		runtime.GC()
	}
	runtime.KeepAlive(args)
	runtime.KeepAlive(receiver)

	nout := t.NumOut()
	if nout == 0 {
		return nil
	}
	ret := make([]Value, nout)
	for i := range ret {
		tv := t.Out(i)
		switch {
		case tv.Size() == 0:
			ret[i] = Zero(toRType(tv))
		case d.area != nil:
			ret[i] = Value{tv, add(area, d.areaOffset[i], "within the result area"), flagIndir | flag(tv.Kind())}
		case tv.IsDirectIface():
			ret[i] = Value{tv, regs.Ptrs[d.out[i].parts[0].reg], flag(tv.Kind())}
		default:
			s := unsafe_New(tv)
			for j := range d.out[i].parts {
				frame.load(&d.out[i].parts[j], s)
			}
			ret[i] = Value{tv, s, flagIndir | flag(tv.Kind())}
		}
	}
	runtime.KeepAlive(&regs)
	return ret
}

// callReflect is the call implementation used by a function returned by MakeFunc. makeFuncStub has saved the argument
// registers in regs and returns what callReflect leaves there; slots are the stack arguments.
//
// Must count as a wrapper for panic and recover.
func callReflect(ctxt *makeFuncImpl, slots unsafe.Pointer, regs *abi.RegArgs) {
	if callGC {
		runtime.GC()
	}
	ftyp := ctxt.ftyp
	f := ctxt.fn
	_, _, d := funcLayout(ftyp, nil)
	frame := abiFrame{regs, slots}
	var area unsafe.Pointer
	if d.area != nil {
		area = *(*unsafe.Pointer)(unsafe.Pointer(&regs.Ints[0]))
	}

	in := make([]Value, 0, int(ftyp.InCount))
	for i, typ := range ftyp.InSlice() {
		place := &d.in[i]
		v := Value{typ, nil, flag(typ.Kind())}
		switch {
		case typ.Size() == 0:
			v = Zero(toRType(typ))
		case typ.IsDirectIface() && !place.byAddress:
			v.ptr = *(*unsafe.Pointer)(frame.word(&place.parts[0]))
		default:
			v.ptr = unsafe_New(typ)
			v.flag |= flagIndir
			if place.byAddress {
				typedmemmove(typ, v.ptr, *(*unsafe.Pointer)(frame.word(&place.parts[0])))
			} else {
				for j := range place.parts {
					frame.load(&place.parts[j], v.ptr)
				}
			}
		}
		in = append(in, v)
	}

	out := f(in)
	numOut := ftyp.NumOut()
	if len(out) != numOut {
		panic("reflect: wrong return count from function created by MakeFunc")
	}
	for i, typ := range ftyp.OutSlice() {
		v := out[i]
		if v.typ() == nil {
			panic("reflect: function created by MakeFunc using " + funcName(f) +
				" returned zero Value")
		}
		if v.flag&flagRO != 0 {
			panic("reflect: function created by MakeFunc using " + funcName(f) +
				" returned value obtained from unexported field")
		}
		if typ.Size() == 0 {
			continue
		}
		v = v.assignTo("reflect.MakeFunc", typ, nil)
		out[i] = v
		switch {
		case d.area != nil:
			from := v.ptr
			if v.flag&flagIndir == 0 {
				from = unsafe.Pointer(&v.ptr)
			}
			// The area may be on a stack or in the heap.
			typedmemmove(typ, add(area, d.areaOffset[i], "within the result area"), from)
		case v.flag&flagIndir != 0:
			for j := range d.out[i].parts {
				frame.store(&d.out[i].parts[j], v.ptr)
			}
		default:
			frame.storeAddress(&d.out[i].parts[0], v.ptr)
		}
	}
	runtime.KeepAlive(out)
	runtime.KeepAlive(ctxt)
}

// callMethod is the call implementation used by a function returned by makeMethodValue (used by v.Method(i).Interface()).
// It calls the method with the same arguments behind the receiver. Arguments and results that travel by address are
// passed on.
//
// Must count as a wrapper for panic and recover.
func callMethod(ctxt *methodValue, slots unsafe.Pointer, regs *abi.RegArgs) {
	rcvr := ctxt.rcvr
	rcvrType, valueFuncType, methodFn := methodReceiver("call", rcvr, ctxt.method)
	_, _, value := funcLayout(valueFuncType, nil)
	_, _, method := funcLayout(valueFuncType, rcvrType)

	var methodRegs abi.RegArgs
	var few [16]uintptr
	from := abiFrame{regs, slots}
	to := abiFrame{&methodRegs, unsafe.Pointer(&few)}
	if method.slots > len(few) {
		many := make([]uintptr, method.slots)
		to.slots = unsafe.Pointer(&many[0])
	}
	if method.area != nil {
		methodRegs.Ints[0] = regs.Ints[0]
	}
	var receiver unsafe.Pointer
	storeRcvr(rcvr, unsafe.Pointer(&receiver))
	to.storeAddress(&method.in[0].parts[0], receiver)
	for i := range value.in {
		for j := range value.in[i].parts {
			word := (*uintptr)(from.word(&value.in[i].parts[j]))
			*(*uintptr)(to.word(&method.in[i+1].parts[j])) = *word
		}
	}
	call(&valueFuncType.Type, methodFn, to.slots, uint32(method.slots*8), 0, uint32(method.slots*8), &methodRegs)
	for i := 0; i < maxIntResults; i++ {
		regs.Ints[i] = methodRegs.Ints[i]
	}
	for i := 0; i < maxFloatResults; i++ {
		regs.Floats[i] = methodRegs.Floats[i]
	}
	runtime.KeepAlive(receiver)
	runtime.KeepAlive(ctxt)
}
