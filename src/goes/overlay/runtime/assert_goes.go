// Assertions to interface types look into their cache here; gc's code does it at the place of the assertion.

package runtime

import (
	"internal/abi"
	"internal/runtime/atomic"
	"unsafe"
)

// typeassertcached is typeAssert for a dynamic type that is not nil. Entries that collide follow each other, and one
// entry of a cache is always empty.
//
//go:nosplit
func typeassertcached(s *abi.TypeAssert, typ *_type) *itab {
	cache := (*abi.TypeAssertCache)(atomic.Loadp(unsafe.Pointer(&s.Cache)))
	for i := uintptr(typ.Hash); ; i++ {
		e := (*abi.TypeAssertCacheEntry)(add(unsafe.Pointer(&cache.Entries), (i&cache.Mask)*unsafe.Sizeof(cache.Entries[0])))
		if e.Typ == uintptr(unsafe.Pointer(typ)) {
			return (*itab)(unsafe.Pointer(e.Itab))
		}
		if e.Typ == 0 {
			return typeAssert(s, typ)
		}
	}
}
