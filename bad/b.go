package bad
var x int = y
