// Calls injected by debugger are not supported: upstream's protocol is written for gc's frames and pointer maps.

package runtime

//goes:file drop debugcall.go
