package main

import (
	"fmt"
	"os"
	"runtime"
	"strconv"
	"sync"
)

func depth(n int) int {
	if n == 0 {
		return 0
	}
	return 1 + depth(n-1)
}

func main() {
	n, _ := strconv.Atoi(os.Args[1])
	if os.Args[2] == "deep" {
		fmt.Println(depth(n))
		c := make(chan int)
		go func() { c <- depth(n) }()
		fmt.Println(<-c)
		return
	}
	gate := make(chan int)
	var wg sync.WaitGroup
	results := make([]int32, n)
	for i := range n {
		wg.Add(1)
		go func() {
			defer wg.Done()
			<-gate
			results[i] = int32(i)
		}()
	}
	runtime.Gosched()
	fmt.Println(runtime.NumGoroutine() > n*9/10)
	close(gate)
	wg.Wait()
	sum := 0
	for _, v := range results {
		sum += int(v)
	}
	fmt.Println(sum)
}
