"""Functions the runtime's unwinder treats specially, by name.

Source: internal/abi/symtab.go (FuncID), cmd/internal/objabi/funcid.go; linker-and-runtime-contracts B.7.
"""

from __future__ import annotations

from typing import Final

from ..obj.symbol import FUNCID_NORMAL

FUNCID_WRAPPER: Final = 23

FUNC_IDS: Final[dict[str, int]] = {
    "runtime.abort": 1,
    "runtime.asmcgocall": 2,
    "runtime.asyncPreempt": 3,
    "runtime.cgocallback": 4,
    "runtime.corostart": 5,
    "runtime.debugCallV2": 6,
    "runtime.gcBgMarkWorker": 7,
    "runtime.goexit": 8,
    "runtime.gogo": 9,
    "runtime.gopanic": 10,
    "runtime.handleAsyncEvent": 11,
    "runtime.mcall": 12,
    "runtime.morestack": 13,
    "runtime.mstart": 14,
    "runtime.panicwrap": 15,
    "runtime.rt0_go": 16,
    "runtime.main": 17,
    "runtime.runFinalizers": 18,
    "runtime.runCleanups": 19,
    "runtime.sigpanic": 20,
    "runtime.systemstack": 21,
    "runtime.systemstack_switch": 22,
    # Not shown in tracebacks but otherwise ordinary.
    "runtime.deferreturn": FUNCID_WRAPPER,
    "runtime.reflectcall": FUNCID_WRAPPER,
    "reflect.callReflect": FUNCID_WRAPPER,
    "reflect.callMethod": FUNCID_WRAPPER,
    # Our second bodies for injected calls: one for each parity of the interrupted stack pointer.
    "runtime.asyncPreemptUnaligned": 3,
    "runtime.sigpanic0": 20,
    "runtime.sigpanic0unaligned": 20,
}


def func_id(name: str, wrapper: bool) -> int:
    if wrapper:
        return FUNCID_WRAPPER
    return FUNC_IDS.get(name, FUNCID_NORMAL)
