// A program that does nothing, the first to be built: what is kept of std must serve the others all the same.
package main

func main() {}
