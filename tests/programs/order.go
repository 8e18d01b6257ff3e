// Operands of sends, receives, assignments and select cases, in the order in which they are evaluated.
package main

var tr string

func t[T any](s string, v T) T { tr += s; return v }
func main() {
	c := make(chan int, 10)
	c <- 1
	c <- 2
	var x [3]int
	m := map[string]int{}
	t("a", c) <- t("b", 3)
	println(tr); tr = ""
	t("a", x[:])[t("b", 1)] = <-t("c", c)
	println(tr); tr = ""
	t("a", m)[t("b", "k")] = <-t("c", c)
	println(tr); tr = ""
	var ok [2]bool
	t("a", x[:])[t("b", 1)], t("d", ok[:])[t("e", 1)] = <-t("c", c)
	println(tr); tr = ""
	c <- 1
	select {
	case t("a", x[:])[t("b", 1)] = <-t("c", c):
	}
	println(tr); tr = ""
	select {
	case t("c", c) <- t("v", 1):
	}
	println(tr); tr = ""
	var n chan int
	select {
	case t("a", x[:])[t("b", 1)], t("d", ok[:])[t("e", 1)] = <-t("c", c):
	case t("n", n) <- t("w", 4):
	case <-t("q", n):
	}
	println(tr); tr = ""
	c <- 1
	select {
	case t("a", m)[t("b", "k")] = <-t("c", c):
	case t("n", n) <- t("w", 4):
	}
	println(tr); tr = ""
	c <- 1
	select {
	case *t("a", &x[1]) = <-t("c", c):
	default:
	}
	println(tr); tr = ""
	c <- 1
	select {
	case x := <-t("c", c):
		_ = x
	default:
	}
	println(tr); tr = ""
}
