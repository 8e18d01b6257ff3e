"""Random Go programs whose output is determined by the language: what one compiler prints every other must print.

    python tests/programs/generate.py 42 > p.go; go run p.go; goes run p.go

A program is a dozen functions over variables of all basic types, slices, arrays, maps, structs, pointers, closures and
interfaces; main calls each a few times and prints a line per call: a checksum of everything the function computed and
whether a panic ended it. Constants favour the ends of their types' ranges; indexes, divisors and pointers may be wrong.
Left out is what the specification leaves open: the order of map iteration, conversions of floats out of range, the order in
which an expression reads a variable that it changes, and which of two wrong operands of an expression panics.
"""

from __future__ import annotations

import random
import sys
from typing import Final, final

INTS: Final = {
    "int8": (8, True), "int16": (16, True), "int32": (32, True), "int64": (64, True), "int": (64, True),
    "uint8": (8, False), "uint16": (16, False), "uint32": (32, False), "uint64": (64, False), "uint": (64, False),
}  # fmt: skip
FLOATS: Final = ("float64", "float32")
SCALARS: Final = (*INTS, *FLOATS, "string", "bool")
ELEMENTS: Final = ("int", "uint8", "int32", "uint64", "float64", "string")
STRUCTS: Final = ("pair", "cell", "wide")
FIELDS: Final = {
    "pair": {"a": "int32", "b": "uint64"},
    "cell": {"s": "string", "n": "int", "p": "pair", "list": "[]int"},
    "wide": {"f": "float64", "u": "uint8", "grid": "[5]int16", "m": "map[int]int", "in": "int64", "ok": "bool"},
}
FUNCTIONS: Final = 12

PRELUDE: Final = """
package main

import (
	"fmt"
	"math/bits"
	"strings"
)

type pair struct {
	a int32
	b uint64
}

type cell struct {
	s    string
	n    int
	p    pair
	list []int
}

type wide struct {
	f    float64
	u    uint8
	grid [5]int16
	m    map[int]int
	in   int64
	ok   bool
}

type shape interface{ measure(int) int }

func (p pair) measure(x int) int   { return int(p.a) + x }
func (c *cell) measure(x int) int  { c.n += x; return c.n - len(c.s) }
func (w wide) measure(x int) int   { return int(w.u)*x + int(w.grid[uint(x)%5]) }

type count int

func (c count) measure(x int) int { return int(c) ^ x }

type number interface {
	~int8 | ~int16 | ~int32 | ~int64 | ~int | ~uint8 | ~uint16 | ~uint32 | ~uint64 | ~uint | ~float32 | ~float64
}

func fold[T number](xs []T, f func(T, T) T) (r T) {
	for _, x := range xs {
		r = f(r, x)
	}
	return
}

type box[T any] struct {
	v    T
	next *box[T]
}

func (b *box[T]) push(v T) *box[T] { return &box[T]{v, b} }

func (b *box[T]) each(yield func(int, T) bool) {
	i := 0
	for ; b != nil; b = b.next {
		if !yield(i, b.v) {
			return
		}
		i++
	}
}

var sum uint64
var fuel int

func note(xs ...any) {
	for _, x := range xs {
		for _, c := range []byte(fmt.Sprintf("%T %v;", x, x)) {
			sum = (sum ^ uint64(c)) * 1099511628211
		}
	}
}

func alive() bool { fuel--; return fuel > 0 }

func try(name string, f func()) {
	sum, fuel = 14695981039346656037, 3000
	defer func() {
		if r := recover(); r != nil {
			fmt.Printf("%s %016x panic\\n", name, sum)
			return
		}
		fmt.Printf("%s %016x\\n", name, sum)
	}()
	f()
}

var _ = bits.Len
var _ = strings.Repeat
"""


def limits(typ: str) -> tuple[int, int]:
    width, signed = INTS[typ]
    return (-(1 << width - 1), (1 << width - 1) - 1) if signed else (0, (1 << width) - 1)


@final
class Generator:
    """Writes one program. `scopes` are the variables in sight, innermost last: (name, type)."""

    def __init__(self, seed: int) -> None:
        self.r = random.Random(seed)
        self.lines: list[str] = []
        self.depth = 1
        self.scopes: list[list[tuple[str, str]]] = []
        self.names = 0
        self.functions: list[tuple[str, list[str], str]] = []
        self.loops = 0
        self.labels: list[str] = []
        self.fixed: set[str] = set()  # loop counters: not assigned to

    # ------------------------------------------------------------------------------------------ helpers

    def line(self, text: str) -> None:
        self.lines.append("\t" * self.depth + text)

    def fresh(self, prefix: str = "v") -> str:
        self.names += 1
        return f"{prefix}{self.names}"

    def chance(self, p: float) -> bool:
        return self.r.random() < p

    def vars(self, typ: str) -> list[str]:
        return [n for scope in self.scopes for n, t in scope if t == typ]

    def any_var(self, types: tuple[str, ...] | list[str]) -> tuple[str, str] | None:
        found = [(n, t) for scope in self.scopes for n, t in scope if t in types]
        return self.r.choice(found) if found else None

    def declare(self, name: str, typ: str) -> None:
        self.scopes[-1].append((name, typ))

    # ------------------------------------------------------------------------------------------ expressions

    def literal(self, typ: str) -> str:
        r = self.r
        if typ in INTS:
            low, high = limits(typ)
            ends = [low, high, low + 1, high - 1, 1 << r.randrange(63), r.randint(low, high)]
            v = r.choice([0, 1, 2, 3, 5, 7, 10, 16, 63, 64, 100, -1, -2, -7, *ends])
            return str(v if low <= v <= high else r.randint(0, 7))
        if typ in FLOATS:
            return r.choice(["0.5", "1.25", "-3.75", "1e10", "2.0", "-0.125", "1e-3", "65536.0"])
        if typ == "bool":
            return r.choice(["true", "false"])
        return r.choice(['""', '"a"', '"go"', '"héllo"', '"\\x00\\xff"', '"日本語"', '"abcdefghijklmnop"', '"0123456789abcdef0123456789"'])

    def variable(self, typ: str) -> str | None:
        """Something of the type that is no constant: a variable, an element, a field."""
        r = self.r
        choices = self.vars(typ) * 2 + self.parts(typ)
        if typ == "uint8":
            choices += [f"{s}[{self.index(s)}]" for s in self.vars("string")]
        if typ == "int16":
            choices += [f"{s}.grid[{self.simple('uint')}%5]" for s in self.vars("wide")]
        return r.choice(choices) if choices else None

    def parts(self, typ: str) -> list[str]:
        """Elements, fields and what pointers point to, of the type: all of them assignable."""
        choices: list[str] = []
        for s in self.vars("[]" + typ):
            choices.append(f"{s}[{self.index(s)}]")
        for s in self.vars("[4]" + typ):
            choices.append(f"{s}[{self.simple('uint8')}&3]")
        for s in self.vars("*" + typ):
            choices.append("*" + s)
        for m in self.vars("map[string]" + typ):
            choices.append(f"{m}[{self.simple('string')}]")
        for struct in STRUCTS:
            for field, ft in FIELDS[struct].items():
                if ft == typ:
                    choices += [f"{s}.{field}" for s in (*self.vars(struct), *self.vars("*" + struct))]
        return choices

    def simple(self, typ: str) -> str:
        v = self.variable(typ) if self.chance(0.2) else None
        if v is None:
            names = self.vars(typ)
            v = self.r.choice(names) if names else None
        return v if v is not None else self.opaque(typ)

    def opaque(self, typ: str) -> str:
        """A value the compiler knows but must not complain of."""
        if typ in INTS:
            return f"{typ}(fuel)"
        if typ in FLOATS:
            return f"{typ}(fuel)"
        if typ == "bool":
            return "(fuel > 7)"
        return "strings.Repeat(\"x\", fuel&3)"

    def index(self, of: str) -> str:
        r = self.r
        kind = r.random()
        if kind < 0.93:
            return f"int({self.simple('uint8')})%(len({of})+1)" if self.chance(0.02) else f"int({self.simple('uint16')})%max(len({of}), 1)"
        if kind < 0.97:
            return str(r.randrange(2))
        return self.simple(r.choice(["int", "uint8", "int8", "int64"]))

    def expr(self, typ: str, depth: int = 3) -> str:
        """An expression of the type that is not constant."""
        r = self.r
        if depth <= 0 or self.chance(0.15):
            return self.variable(typ) or self.opaque(typ)
        if typ in INTS:
            return self.integer(typ, depth)
        if typ in FLOATS:
            kind = r.random()
            if kind < 0.6:
                return f"({self.expr(typ, depth - 1)} {r.choice('+-*/')} {self.operand(typ, depth)})"
            if kind < 0.75:
                return f"{typ}({self.expr(r.choice([*INTS, *FLOATS]), depth - 1)})"
            if kind < 0.85:
                return f"{r.choice(['min', 'max'])}({self.expr(typ, depth - 1)}, {self.operand(typ, depth)})"
            return f"(- {self.expr(typ, depth - 1)})" if kind < 0.95 else self.simple(typ)
        if typ == "bool":
            return self.boolean(depth)
        if typ == "string":
            return self.text(depth)
        return self.composite(typ, depth)

    def operand(self, typ: str, depth: int) -> str:
        if typ not in SCALARS:
            return self.composite(typ, depth)
        return self.literal(typ) if self.chance(0.35) else self.expr(typ, depth - 1)

    def integer(self, typ: str, depth: int) -> str:
        r = self.r
        width, signed = INTS[typ]
        kind = r.random()
        if kind < 0.4:
            x, y = self.expr(typ, depth - 1), self.operand(typ, depth)
            if self.chance(0.2):
                x, y = y, x
                if x == y:
                    y = self.simple(typ)
            return f"({x} {r.choice(['+', '-', '*', '&', '|', '^', '&^'])} {y})"
        if kind < 0.5:
            y = self.literal(typ) if self.chance(0.6) else f"({self.expr(typ, depth - 1)} | 1)" if self.chance(0.8) else self.simple(typ)
            return f"({self.expr(typ, depth - 1)} {r.choice('/%')} {'3' if y == '0' else y})"
        if kind < 0.62:
            count = str(r.randrange(width + 4)) if self.chance(0.5) else self.expr(r.choice(["uint8", "uint", "uint16", "int"]), 1)
            if self.chance(0.5):
                count = f"({count} & {width - 1})"
            return f"({self.expr(typ, depth - 1)} {r.choice(['<<', '>>'])} {count})"
        if kind < 0.74:
            return f"{typ}({self.expr(r.choice(list(INTS)), depth - 1)})"
        if kind < 0.8:
            return f"({r.choice('-^+')} {self.expr(typ, depth - 1)})"
        if kind < 0.85:
            return f"{r.choice(['min', 'max'])}({self.expr(typ, depth - 1)}, {self.operand(typ, depth)})"
        if kind < 0.9 and typ == "int":
            return f"bits.{r.choice(['Len64', 'OnesCount64', 'TrailingZeros64', 'LeadingZeros64'])}({self.expr('uint64', depth - 1)})"
        if kind < 0.9 and typ in ("uint64", "uint32", "uint16", "uint8"):
            return self.rotated(typ, depth)
        if kind < 0.95 and typ == "int":
            v = self.any_var(["string", *("[]" + e for e in ELEMENTS), "map[string]int", "[4]int"])
            if v is not None:
                return f"len({v[0]})"
        return self.variable(typ) or self.opaque(typ)

    def rotated(self, typ: str, depth: int) -> str:
        width = INTS[typ][0]
        if self.chance(0.5):
            return f"bits.RotateLeft{width}({self.expr(typ, depth - 1)}, {self.expr('int', 1)})"
        return f"bits.Reverse{width}({self.expr(typ, depth - 1)})"

    def boolean(self, depth: int) -> str:
        r = self.r
        kind = r.random()
        if kind < 0.2:
            return f"({self.expr('bool', depth - 1)} {r.choice(['&&', '||', '==', '!='])} {self.expr('bool', depth - 1)})"
        if kind < 0.3:
            return f"!{self.expr('bool', depth - 1)}"
        if kind < 0.38:
            v = self.any_var(["*" + s for s in STRUCTS] + ["map[string]int", "[]int"])
            if v is not None:
                return f"({v[0]} {r.choice(['==', '!='])} nil)"
        if kind < 0.44:
            names = self.vars("pair")
            if names:
                return f"({r.choice(names)} {r.choice(['==', '!='])} {self.composite('pair', depth - 1)})"
        typ = r.choice(SCALARS[:-1])
        return f"({self.expr(typ, depth - 1)} {r.choice(['<', '<=', '>', '>=', '==', '!='])} {self.operand(typ, depth)})"

    def text(self, depth: int) -> str:
        r = self.r
        kind = r.random()
        if kind < 0.35:
            return f"({self.expr('string', depth - 1)} + {self.operand('string', depth)})"
        if kind < 0.5:
            s = self.simple("string")
            if s.isidentifier():
                return f"{s}[{self.index(s)}:]" if self.chance(0.6) else f"{s}[:{self.index(s)}]"
            return s
        if kind < 0.6:
            return f"string(rune({self.expr('int32', depth - 1)}))"
        if kind < 0.7:
            names = self.vars("[]uint8")
            if names:
                return f"string({r.choice(names)})"
        return self.variable("string") or self.opaque("string")

    def composite(self, typ: str, depth: int) -> str:
        """A value of a type with parts."""
        r = self.r
        names = self.vars(typ)
        if names and self.chance(0.5):
            return r.choice(names)
        if typ.startswith("[]"):
            elem = typ[2:]
            if names and self.chance(0.3):
                return f"append({r.choice(names)}[:0:0], {self.operand(elem, depth)})"
            return f"{typ}{{{', '.join(self.operand(elem, 1) for _ in range(r.randrange(5)))}}}"
        if typ.startswith("[4]"):
            return f"{typ}{{{', '.join(self.operand(typ[3:], 1) for _ in range(r.randrange(5)))}}}"
        if typ.startswith("map["):
            elem = typ[typ.index("]") + 1 :]
            keys = r.sample(['""', '"a"', '"go"', '"k"'], r.randrange(4))
            return f"{typ}{{{', '.join(f'{k}: {self.operand(elem, 1)}' for k in keys)}}}"
        if typ.startswith("*"):
            return "nil" if self.chance(0.15) else "&" + self.composite_literal(typ[1:])
        if typ == "shape":
            values = [self.composite("pair", 1), "&" + self.composite_literal("cell"), self.composite("wide", 1)]
            return r.choice([*values, f"count({self.expr('int', 1)})"])
        return self.composite_literal(typ)

    def composite_literal(self, typ: str) -> str:
        parts = []
        for field, ft in FIELDS[typ].items():
            if ft in SCALARS and self.chance(0.6):
                parts.append(f"{field}: {self.operand(ft, 1)}")
            elif ft in FIELDS and self.chance(0.4):
                parts.append(f"{field}: {self.composite_literal(ft)}")
            elif ft == "map[int]int" and self.chance(0.7):
                parts.append("m: map[int]int{}")
            elif ft == "[]int" and self.chance(0.7):
                parts.append(f"list: {self.composite('[]int', 1)}")
        return f"{typ}{{{', '.join(parts)}}}"

    # ------------------------------------------------------------------------------------------ statements

    def target(self, typ: str) -> str | None:
        """Something assignable."""
        r = self.r
        choices = [n for n in self.vars(typ) if n not in self.fixed] * 2 + self.parts(typ)
        return r.choice(choices) if choices else None

    def new_variable(self) -> None:
        r = self.r
        kind = r.random()
        if kind < 0.5:
            typ = r.choice(SCALARS)
            value = self.operand(typ, 3)
        elif kind < 0.62:
            typ = "[]" + r.choice(ELEMENTS)
            value = self.composite(typ, 2)
        elif kind < 0.68:
            typ = "[4]" + r.choice(ELEMENTS)
            value = self.composite(typ, 2)
        elif kind < 0.75:
            typ = "map[string]" + r.choice(("int", "float64", "string"))
            value = self.composite(typ, 2)
        elif kind < 0.85:
            typ = r.choice(STRUCTS)
            value = self.composite(typ, 2)
        elif kind < 0.9:
            typ = "*" + r.choice(STRUCTS)
            value = self.composite(typ, 2)
        elif kind < 0.95:
            found = self.any_var([t for t in SCALARS if t != "bool"])
            if found is None or found[0] in self.fixed:
                return
            typ, value = "*" + found[1], "&" + found[0]
        else:
            typ, value = "shape", self.composite("shape", 2)
        name = self.fresh()
        self.line(f"var {name} {typ} = {value}")
        self.line(f"_ = {name}")
        self.declare(name, typ)

    def assign(self) -> None:
        r = self.r
        if self.chance(0.15):
            a, b = self.any_var(SCALARS), None
            if a is not None and a[0] not in self.fixed:
                others = [n for n in self.vars(a[1]) if n != a[0] and n not in self.fixed]
                b = r.choice(others) if others else None
                if b is not None:
                    self.line(f"{a[0]}, {b} = {self.expr(a[1], 2)}, {self.expr(a[1], 2)}")
                    return
        typ = r.choice(SCALARS)
        t = self.target(typ)
        if t is None:
            return self.new_variable()
        if typ in INTS and self.chance(0.5):
            op = r.choice(["+=", "-=", "*=", "&=", "|=", "^=", "&^=", "/=", "%=", "<<=", ">>="])
            if op in ("<<=", ">>="):
                self.line(f"{t} {op} {self.expr('uint8', 1)}")
            elif op in ("/=", "%="):
                self.line(f"{t} {op} {self.expr(typ, 2)} | 3")
            else:
                self.line(f"{t} {op} {self.operand(typ, 2)}")
            return
        if typ in INTS and self.chance(0.3):
            self.line(t + r.choice(["++", "--"]))
            return
        if typ == "string" and self.chance(0.4):
            self.line(f"if len({t}) < 200 {{ {t} += {self.operand(typ, 2)} }}")
            return
        self.line(f"{t} = {self.operand(typ, 3)}")

    def block(self, statements: int) -> None:
        self.depth += 1
        self.scopes.append([])
        for _ in range(statements):
            self.statement()
        self.scopes.pop()
        self.depth -= 1

    def loop(self) -> None:
        r = self.r
        kind = r.random()
        label = ""
        if self.chance(0.3):
            label = self.fresh("loop")
            # A label must be used.
            self.depth -= 1
            self.line(label + ":")
            self.depth += 1
        i = self.fresh("i")
        over = self.any_var(["string", *("[]" + e for e in ELEMENTS), *("[4]" + e for e in ELEMENTS)])
        extra: list[tuple[str, str]] = [(i, "int")]
        if kind < 0.3 or over is None:
            step = r.choice([f"{i}++", f"{i} += 2", f"{i} += 3"])
            end = str(r.randrange(1, 9)) if self.chance(0.5) else f"int({self.simple('uint8')}&7)"
            head = f"for {i} := {r.randrange(3)}; {i} < {end}; {step}"
            if self.chance(0.3):
                head = f"for {i} := {r.randrange(9)}; {i} >= 0; {i}--"
        elif kind < 0.45:
            head = f"for {i} := range {r.randrange(1, 8)}"
        elif kind < 0.55:
            extra = [(i, "int")]
            e = self.fresh("e")
            extra.append((e, "int"))
            head = f"for {i}, {e} := range (*box[int])(nil).push({self.expr('int', 1)}).push({self.expr('int', 1)}).push(3).each"
        else:
            e = self.fresh("e")
            extra.append((e, "int32" if over[1] == "string" else over[1][over[1].index("]") + 1 :]))
            head = f"for {i}, {e} := range {over[0]}"
        self.line(head + " {")
        self.depth += 1
        self.line("if !alive() { break }")
        for n, _ in extra:
            self.line(f"_ = {n}")
        if label:
            self.line(f"if {self.expr('bool', 2)} {{ {r.choice(['break', 'continue'])} {label} }}")
            self.labels.append(label)
        self.depth -= 1
        self.scopes.append(list(extra))
        self.fixed.update(n for n, _ in extra)
        self.loops += 1
        self.block(r.randrange(1, 4))
        self.loops -= 1
        self.scopes.pop()
        if label:
            self.labels.pop()
        self.line("}")

    def closure(self) -> None:
        r = self.r
        f, x, y = self.fresh("f"), self.fresh("x"), self.fresh("y")
        typ, result = r.choice(SCALARS), r.choice(SCALARS)
        self.line(f"{f} := func({x} {typ}) ({y} {result}) {{")
        self.depth += 1
        if self.chance(0.3):
            self.line(f"defer func() {{ if e := recover(); e != nil {{ note(true); {y} = {self.literal(result)} }} }}()")
        self.depth -= 1
        outer, self.labels = self.labels, []
        loops, self.loops = self.loops, 0
        self.scopes.append([(x, typ), (y, result)])
        self.block(r.randrange(1, 4))
        self.depth += 1
        self.line(f"return {self.expr(result, 2)}")
        self.depth -= 1
        self.scopes.pop()
        self.labels, self.loops = outer, loops
        self.line("}")
        for _ in range(r.randrange(1, 3)):
            self.line(f"note({f}({self.operand(typ, 2)}))")

    def switch(self) -> None:
        r = self.r
        if self.vars("shape") and self.chance(0.4):
            x = self.fresh("t")
            self.line(f"switch {x} := {r.choice(self.vars('shape'))}.(type) {{")
            for typ in ("pair", "*cell", "wide", "count"):
                if self.chance(0.7):
                    self.line(f"case {typ}:")
                    self.depth += 1
                    self.line(f"note({'*' if typ[0] == '*' else ''}{x})")
                    self.depth -= 1
            self.line("default:")
            self.line(f"\tnote({x} == nil)")
            self.line("}")
            return
        typ = r.choice([*INTS, "string"])
        self.line(f"switch {self.expr(typ, 2)} {{")
        values: set[str] = set()
        for _ in range(r.randrange(1, 9)):
            v = self.literal(typ)
            if v not in values:
                values.add(v)
                self.line(f"case {v}:")
                self.block(r.randrange(1, 3))
                if self.chance(0.2):
                    self.line("\tfallthrough")
                    self.line(f"case {'fuel' if typ == 'int' else self.simple(typ)}:")
                    self.block(1)
        if self.chance(0.7):
            self.line("default:")
            self.block(1)
        self.line("}")

    def collection(self) -> None:
        r = self.r
        found = self.any_var(["[]" + e for e in ELEMENTS])
        kind = r.random()
        if kind < 0.5 and found is not None:
            s, typ = found
            elem = typ[2:]
            if kind < 0.2:
                self.line(f"if len({s}) < 50 {{ {s} = append({s}, {self.operand(elem, 2)}, {self.operand(elem, 1)}) }}")
            elif kind < 0.3:
                self.line(f"if len({s}) > 1 {{ {s} = {s}[{r.randrange(2)}:len({s})-{r.randrange(2)}] }}")
            elif kind < 0.4:
                self.line(f"copy({s}, {self.composite(typ, 2)})")
            elif elem not in ("string",):
                f = r.choice(["x + y", "x*3 - y", "max(x, y)"])
                self.line(f"note(fold({s}, func(x, y {elem}) {elem} {{ return {f} }}))")
            else:
                self.line(f"{s} = {s}[{self.index(s)}:]")
            return
        m = self.any_var(["map[string]int", "map[string]float64", "map[string]string"])
        if m is not None and kind < 0.8:
            elem = m[1][len("map[string]") :]
            key = self.operand("string", 1)
            choice = r.random()
            if choice < 0.4:
                self.line(f"if len({m[0]}) < 20 {{ {m[0]}[{key}] = {self.operand(elem, 2)} }}")
            elif choice < 0.6:
                self.line(f"delete({m[0]}, {key})")
            else:
                v, ok = self.fresh("v"), self.fresh("ok")
                self.line(f"if {v}, {ok} := {m[0]}[{key}]; {ok} {{ note({v}) }}")
            return
        shapes = self.vars("shape")
        if shapes:
            self.line(f"note({r.choice(shapes)}.measure({self.expr('int', 2)}))")
            return
        c = self.fresh("c")
        self.line(f"{c} := make(chan int, 3)")
        self.line(f"{c} <- {self.expr('int', 2)}")
        self.line(f"select {{ case x := <-{c}: note(x); default: note(0) }}")

    def statement(self) -> None:
        r = self.r
        kind = r.random()
        deep = self.depth > 5
        if kind < 0.03:
            self.line(f"note({self.expr(r.choice(SCALARS), 3)})")
        elif kind < 0.25:
            self.new_variable()
        elif kind < 0.55 or deep:
            self.assign()
        elif kind < 0.65:
            self.line(f"if {self.expr('bool', 3)} {{")
            self.block(r.randrange(1, 4))
            if self.chance(0.5):
                self.line("} else {")
                self.block(r.randrange(1, 3))
            self.line("}")
        elif kind < 0.75:
            self.loop()
        elif kind < 0.8:
            self.closure()
        elif kind < 0.84:
            self.switch()
        elif kind < 0.93:
            self.collection()
        elif kind < 0.95 and self.loops:
            word = r.choice(["break", "continue"])
            label = " " + r.choice(self.labels) if self.labels and self.chance(0.5) else ""
            self.line(f"if {self.expr('bool', 2)} {{ {word}{label} }}")
        elif kind < 0.97 and self.functions:
            name, params, result = r.choice(self.functions)
            v = self.fresh()
            self.line(f"var {v} {result}")
            self.line(f"if alive() {{ {v} = {name}({', '.join(self.operand(p, 2) for p in params)}) }}")
            self.line(f"_ = {v}")
            self.declare(v, result)
        else:
            found = self.any_var(SCALARS)
            if found is not None:
                self.line(f"defer func(x {found[1]}) {{ note(x, {found[0]}) }}({found[0]})")

    def function(self) -> None:
        r = self.r
        name = self.fresh("f")
        params = [r.choice([*SCALARS, "[]int", "pair", "*cell", "map[string]int"]) for _ in range(r.randrange(1, 6))]
        result = r.choice(SCALARS)
        names = [self.fresh("p") for _ in params]
        if self.chance(0.2):
            self.lines.append("//go:noinline")
        self.lines.append(f"func {name}({', '.join(f'{n} {t}' for n, t in zip(names, params))}) (result {result}) {{")
        self.scopes = [[*zip(names, params), ("result", result)]]
        self.fixed = set()
        if self.chance(0.3):
            self.line(f"defer func() {{ if e := recover(); e != nil {{ note(true); result = {self.literal(result)} }} }}()")
        self.scopes.append([])
        for _ in range(r.randrange(6, 16)):
            self.statement()
        seen = [n for n, t in self.scopes[0] + self.scopes[1] if t in SCALARS or t[0] == "[" or t in STRUCTS]
        self.line(f"note({', '.join(seen)})")
        self.line(f"return {self.expr(result, 2)}")
        self.lines.append("}\n")
        self.functions.append((name, params, result))

    def program(self) -> str:
        for _ in range(FUNCTIONS):
            self.function()
        self.lines.append("func main() {")
        for name, params, _ in self.functions:
            for k in range(4):
                self.scopes = [[]]
                arguments = ", ".join(self.literal(p) if p in SCALARS else self.composite(p, 1) for p in params)
                self.line(f'try("{name}/{k}", func() {{ note({name}({arguments})) }})')
        self.lines.append("}")
        return PRELUDE.lstrip() + "\n" + "\n".join(self.lines) + "\n"


if __name__ == "__main__":
    sys.stdout.write(Generator(int(sys.argv[1])).program())
