// Preemption of loops without calls, signals, profiling, child processes, timers, the network poller.
package main

import (
	"bytes"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"os/signal"
	"runtime"
	"runtime/pprof"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"time"
)

var stop atomic.Bool
var counter int

//go:noinline
func spin() {
	for !stop.Load() {
	}
}

//go:noinline
func forever() {
	for {
		counter++
	}
}

func collectWhileSpinning() {
	for range 3 {
		go spin()
	}
	go forever()
	time.Sleep(5 * time.Millisecond)
	for range 5 {
		runtime.GC()
	}
	stop.Store(true)
	fmt.Println("collected while spinning")
}

func notify() {
	c := make(chan os.Signal, 1)
	signal.Notify(c, syscall.SIGUSR1, syscall.SIGTERM)
	for _, s := range []syscall.Signal{syscall.SIGUSR1, syscall.SIGTERM, syscall.SIGUSR1} {
		syscall.Kill(os.Getpid(), s)
		fmt.Println("got", <-c)
	}
	signal.Stop(c)
	signal.Ignore(syscall.SIGHUP)
	syscall.Kill(os.Getpid(), syscall.SIGHUP)
	fmt.Println("survived SIGHUP", signal.Ignored(syscall.SIGHUP))
	signal.Reset()
}

func profile() {
	var buf bytes.Buffer
	if err := pprof.StartCPUProfile(&buf); err != nil {
		fmt.Println(err)
	}
	for start := time.Now(); time.Since(start) < 250*time.Millisecond; {
		for i := 0; i < 1000000; i++ {
			counter += i
		}
	}
	pprof.StopCPUProfile()
	fmt.Println("profiled", buf.Len() > 300)
	buf.Reset()
	pprof.Lookup("goroutine").WriteTo(&buf, 2)
	fmt.Println("goroutine profile", strings.Contains(buf.String(), "main.profile"))
	buf.Reset()
	pprof.Lookup("heap").WriteTo(&buf, 1)
	fmt.Println("heap profile", strings.Contains(buf.String(), "heap profile"))
}

func children() {
	var wg sync.WaitGroup
	var good atomic.Int64
	for i := range 40 {
		wg.Add(1)
		go func() {
			defer wg.Done()
			cmd := exec.Command("/bin/cat")
			text := strings.Repeat(fmt.Sprint(i, " "), 1000)
			cmd.Stdin = strings.NewReader(text)
			out, err := cmd.Output()
			if err == nil && string(out) == text {
				good.Add(1)
			}
		}()
	}
	wg.Wait()
	fmt.Println("children", good.Load())
	err := exec.Command("/bin/sh", "-c", "exit 7").Run()
	fmt.Println(err)
	cmd := exec.Command("/bin/sleep", "60")
	cmd.Start()
	cmd.Process.Signal(syscall.SIGKILL)
	fmt.Println(cmd.Wait())
	_, err = exec.Command("/does/not/exist").Output()
	fmt.Println(err)
}

func timers() {
	tick := time.NewTicker(2 * time.Millisecond)
	for range 5 {
		<-tick.C
	}
	tick.Stop()
	t := time.NewTimer(time.Hour)
	fmt.Println("stop", t.Stop(), t.Reset(time.Millisecond))
	<-t.C
	var order []int
	var mu sync.Mutex
	var wg sync.WaitGroup
	for i := range 5 {
		wg.Add(1)
		time.AfterFunc(time.Duration(5-i)*40*time.Millisecond, func() { mu.Lock(); order = append(order, i); mu.Unlock(); wg.Done() })
	}
	wg.Wait()
	fmt.Println(order)
}

func network() {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		fmt.Println(err)
		return
	}
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go func() { io.Copy(c, c); c.Close() }()
		}
	}()
	var wg sync.WaitGroup
	var good atomic.Int64
	for i := range 100 {
		wg.Add(1)
		go func() {
			defer wg.Done()
			c, err := net.Dial("tcp", l.Addr().String())
			if err != nil {
				return
			}
			defer c.Close()
			text := strings.Repeat(fmt.Sprint(i), 5000)
			go func() { io.WriteString(c, text); c.(*net.TCPConn).CloseWrite() }()
			back, err := io.ReadAll(c)
			if err == nil && string(back) == text {
				good.Add(1)
			}
		}()
	}
	wg.Wait()
	c, _ := net.Dial("tcp", l.Addr().String())
	c.SetReadDeadline(time.Now().Add(5 * time.Millisecond))
	_, err = c.Read(make([]byte, 1))
	ne, ok := err.(net.Error)
	fmt.Println("network", good.Load(), ok && ne.Timeout())
	l.Close()
}

func main() {
	if len(os.Args) > 1 {
		if os.Args[1] == "quit" {
			go forever()
		}
		fmt.Println("ready")
		time.Sleep(20 * time.Second)
		return
	}
	notify()
	children()
	timers()
	network()
	profile()
	collectWhileSpinning()
}
