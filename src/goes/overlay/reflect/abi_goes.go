// Where goes' calling convention puts arguments and results: the algorithm of codegen/abi.py at run time.
//
// Upstream's abi.go assigns whole values to gc's registers or to a frame in memory. Here a value is a list of at most
// four scalar parts, each of which has a register or an 8-byte stack slot of its own; larger values and arrays travel
// as the address of a copy, and results that do not fit four integer and four float registers through the address of
// a result area, which is the first argument.

package reflect

import (
	"internal/abi"
	"sync"
	"unsafe"
)

//goes:file drop abi.go
//goes:delete layoutType
//goes:delete moveMakeFuncArgPtrs

const (
	maxParts        = 4
	maxIntResults   = 4
	maxFloatResults = 4
)

// abiPart is one scalar of a value.
type abiPart struct {
	kind   abiPartKind
	size   uintptr
	offset uintptr // in the value
	reg    int     // integer or float register; -1 if the part is on the stack
	slot   int     // stack slot
}

type abiPartKind uint8

const (
	abiInt abiPartKind = iota
	abiPointer
	abiFloat
)

// abiValue tells how one argument or result travels. If byAddress is set, its only part is the address.
type abiValue struct {
	parts     []abiPart
	byAddress bool
}

// abiDesc is the layout of the calls of a function type, with or without a receiver word before the arguments.
type abiDesc struct {
	in    []abiValue // the receiver first, if there is one
	out   []abiValue // if results travel in registers
	slots int        // stack slots of arguments

	// If results travel in memory: the type of the area, and where each result lies in it.
	area       *abi.Type
	areaOffset []uintptr

	// For makeFuncCtxt, whose stack maps nobody reads.
	stackPtrs         *bitVector
	stackCallArgsSize uintptr
	inRegPtrs         abi.IntArgRegBitmap
}

// explode appends the parts of a value of type t at offset. It returns false if the value travels by address.
func explode(t *abi.Type, offset uintptr, parts *[]abiPart) bool {
	add := func(kind abiPartKind, at, size uintptr) {
		*parts = append(*parts, abiPart{kind: kind, size: size, offset: offset + at, reg: -1})
	}
	switch Kind(t.Kind()) {
	case UnsafePointer, Pointer, Chan, Map, Func:
		add(abiPointer, 0, 8)
	case Bool, Int, Uint, Int8, Uint8, Int16, Uint16, Int32, Uint32, Int64, Uint64, Uintptr:
		add(abiInt, 0, t.Size())
	case Float32, Float64:
		add(abiFloat, 0, t.Size())
	case Complex64:
		add(abiFloat, 0, 4)
		add(abiFloat, 4, 4)
	case Complex128:
		add(abiFloat, 0, 8)
		add(abiFloat, 8, 8)
	case String:
		add(abiPointer, 0, 8)
		add(abiInt, 8, 8)
	case Interface:
		add(abiPointer, 0, 8)
		add(abiPointer, 8, 8)
	case Slice:
		add(abiPointer, 0, 8)
		add(abiInt, 8, 8)
		add(abiInt, 16, 8)
	case Array:
		tt := (*arrayType)(unsafe.Pointer(t))
		if tt.Len == 0 || tt.Elem.Size() == 0 {
			return true
		}
		if tt.Len != 1 {
			return false
		}
		return explode(tt.Elem, offset, parts)
	case Struct:
		st := (*structType)(unsafe.Pointer(t))
		for i := range st.Fields {
			f := &st.Fields[i]
			if !explode(f.Typ, offset+f.Offset, parts) || len(*parts) > maxParts {
				return false
			}
		}
	default:
		panic("reflect: unknown type kind in call")
	}
	return len(*parts) <= maxParts
}

// abiValueOf returns how a value of type t travels, without locations.
func abiValueOf(t *abi.Type) abiValue {
	var parts []abiPart
	if !explode(t, 0, &parts) {
		return abiValue{[]abiPart{{kind: abiPointer, size: 8, reg: -1}}, true}
	}
	return abiValue{parts, false}
}

// abiCounter hands out locations.
type abiCounter struct {
	ints, floats, slots int
}

func (c *abiCounter) place(parts []abiPart) {
	for i := range parts {
		p := &parts[i]
		switch {
		case p.kind == abiFloat && c.floats < abi.FloatArgRegs:
			p.reg = c.floats
			c.floats++
		case p.kind != abiFloat && c.ints < abi.IntArgRegs:
			p.reg = c.ints
			c.ints++
		default:
			p.slot = c.slots
			c.slots++
		}
	}
}

func newAbiDesc(t *funcType, rcvr *abi.Type) *abiDesc {
	d := &abiDesc{}
	var results abiCounter
	inMemory := false
	offset := uintptr(0)
	for _, typ := range t.OutSlice() {
		v := abiValueOf(typ)
		inMemory = inMemory || v.byAddress
		results.place(v.parts)
		d.out = append(d.out, v)
		offset = align(offset, uintptr(typ.Align()))
		d.areaOffset = append(d.areaOffset, offset)
		offset += typ.Size()
	}
	var arguments abiCounter
	if inMemory || results.ints > maxIntResults || results.floats > maxFloatResults || results.slots > 0 {
		d.out = nil
		d.area = resultArea(t, d.areaOffset, align(offset, 8))
		arguments.ints = 1
	}
	if rcvr != nil {
		v := abiValue{parts: []abiPart{{kind: abiPointer, size: 8, reg: -1}}}
		arguments.place(v.parts)
		d.in = append(d.in, v)
	}
	for _, typ := range t.InSlice() {
		v := abiValueOf(typ)
		arguments.place(v.parts)
		d.in = append(d.in, v)
	}
	d.slots = arguments.slots
	return d
}

// resultArea returns a type for the garbage collector: a struct of t's results.
func resultArea(t *funcType, offsets []uintptr, size uintptr) *abi.Type {
	ptrs := new(bitVector)
	for i, typ := range t.OutSlice() {
		addTypeBits(ptrs, offsets[i], typ)
	}
	area := &abi.Type{Align_: 8, Size_: size, PtrBytes: uintptr(ptrs.n) * 8}
	if ptrs.n > 0 {
		area.GCData = &ptrs.data[0]
	}
	area.Str = resolveReflectName(newName("results("+stringFor(&t.Type)+")", "", false, false))
	return area
}

// funcLayout returns the layout of calls of t, with a receiver of type rcvr if that is not nil. The first two results
// are upstream's frame type and pool, which do not exist here.
func funcLayout(t *funcType, rcvr *abi.Type) (frametype *abi.Type, framePool *sync.Pool, d *abiDesc) {
	if t.Kind() != abi.Func {
		panic("reflect: funcLayout of non-func type " + stringFor(&t.Type))
	}
	if rcvr != nil && rcvr.Kind() == abi.Interface {
		panic("reflect: funcLayout with interface receiver " + stringFor(rcvr))
	}
	k := layoutKey{t, rcvr}
	if cached, ok := layoutCache.Load(k); ok {
		return nil, nil, cached.(*abiDesc)
	}
	cached, _ := layoutCache.LoadOrStore(k, newAbiDesc(t, rcvr))
	return nil, nil, cached.(*abiDesc)
}

// abiFrame is the registers and stack slots of one call.
type abiFrame struct {
	regs  *abi.RegArgs
	slots unsafe.Pointer
}

// word returns the address of the register image or stack slot of p. The value starts at its first byte.
func (f abiFrame) word(p *abiPart) unsafe.Pointer {
	if p.reg < 0 {
		return add(f.slots, uintptr(p.slot)*8, "slots were counted")
	}
	if p.kind == abiFloat {
		return unsafe.Pointer(&f.regs.Floats[p.reg])
	}
	return unsafe.Pointer(&f.regs.Ints[p.reg])
}

// load copies p from the frame to its place in the value at v, a fresh heap object.
func (f abiFrame) load(p *abiPart, v unsafe.Pointer) {
	to := add(v, p.offset, "offset within the value")
	from := f.word(p)
	if p.kind == abiPointer {
		*(*unsafe.Pointer)(to) = *(*unsafe.Pointer)(from)
		return
	}
	memmove(to, from, p.size)
}

// store copies p from its place in the value at v to the frame. The frame is on the stack: no write barrier.
func (f abiFrame) store(p *abiPart, v unsafe.Pointer) {
	word := (*uintptr)(f.word(p))
	from := add(v, p.offset, "offset within the value")
	switch p.size {
	case 1:
		*word = uintptr(*(*uint8)(from))
	case 2:
		*word = uintptr(*(*uint16)(from))
	case 4:
		*word = uintptr(*(*uint32)(from))
	default:
		*word = *(*uintptr)(from)
	}
}

// storeAddress puts a pointer into the frame.
func (f abiFrame) storeAddress(p *abiPart, v unsafe.Pointer) {
	*(*uintptr)(f.word(p)) = uintptr(v)
}
