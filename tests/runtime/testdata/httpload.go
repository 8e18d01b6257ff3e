// A server and its client: many keep-alive connections open at once, then SIGTERM and a clean Shutdown.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"os/signal"
	"strconv"
	"sync"
	"sync/atomic"
	"syscall"
)

func serve() {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /square/{n}", func(w http.ResponseWriter, r *http.Request) {
		n, _ := strconv.Atoi(r.PathValue("n"))
		fmt.Fprintf(w, "%d", n*n)
	})
	server := &http.Server{Handler: mux}
	fmt.Println(l.Addr())
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
	defer stop()
	done := make(chan error)
	go func() {
		<-ctx.Done()
		done <- server.Shutdown(context.Background())
	}()
	if err := server.Serve(l); !errors.Is(err, http.ErrServerClosed) {
		fmt.Println("serve:", err)
	}
	fmt.Println("shutdown:", <-done)
}

func main() {
	if os.Args[1] == "serve" {
		serve()
		return
	}
	conns, _ := strconv.Atoi(os.Args[1])
	requests, _ := strconv.Atoi(os.Args[2])
	cmd := exec.Command(os.Args[0], "serve")
	out, _ := cmd.StdoutPipe()
	cmd.Stderr = os.Stderr
	if err := cmd.Start(); err != nil {
		fmt.Println(err)
		return
	}
	var addr string
	fmt.Fscanln(out, &addr)
	var good, bad, fresh atomic.Int64
	transport := &http.Transport{MaxIdleConnsPerHost: conns, MaxConnsPerHost: conns, DialContext: func(ctx context.Context, network, a string) (net.Conn, error) {
		fresh.Add(1)
		return (&net.Dialer{}).DialContext(ctx, network, a)
	}}
	client := &http.Client{Transport: transport}
	get := func(n int) {
		r, err := client.Get("http://" + addr + "/square/" + strconv.Itoa(n))
		if err != nil {
			bad.Add(1)
			return
		}
		b, err := io.ReadAll(r.Body)
		r.Body.Close()
		if err == nil && r.StatusCode == 200 && string(b) == strconv.Itoa(n*n) {
			good.Add(1)
		} else {
			bad.Add(1)
		}
	}
	var wg, first sync.WaitGroup
	first.Add(conns)
	for i := range conns {
		wg.Add(1)
		go func() {
			defer wg.Done()
			// Every connection stays busy until all have been opened.
			r, err := client.Get("http://" + addr + "/square/3")
			first.Done()
			first.Wait()
			if err != nil {
				fmt.Println(err)
				bad.Add(1)
				return
			}
			io.Copy(io.Discard, r.Body)
			r.Body.Close()
			good.Add(1)
			for n := i + conns; n < requests; n += conns {
				get(n)
			}
		}()
	}
	wg.Wait()
	fmt.Println("good", good.Load(), "bad", bad.Load(), "connections", fresh.Load() >= int64(conns))
	cmd.Process.Signal(syscall.SIGTERM)
	rest, _ := io.ReadAll(out)
	fmt.Printf("%s%v\n", rest, cmd.Wait())
}
