// LLVM's frames are larger than gc's, and its prologues let small frames protrude below the limit by 256 bytes instead
// of 128: reserve more stack for chains of functions without a check, and for system stacks.

package sys

const StackGuardMultiplier = 8
