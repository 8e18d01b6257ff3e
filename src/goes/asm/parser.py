"""Parser of Plan 9 assembly.

    TEXT ·Add(SB), NOSPLIT, $0-24
        MOVQ a+0(FP), AX                 →  Unit(texts=[Text("pkg.Add", flags=NOSPLIT, args=24, code=[...])])
        RET

A line is `{label:} WORD[.suffix] [operand {, operand}]`. An operand is `[$|*] [name[<>|<ABI>][±n](SB|FP|SP|PC)] [n]
[(reg)] [(index*scale)]`, every piece optional. A leading `·` in a name takes the package's path; `·` and `∕` stand for
"." and "/". Integers are computed in 64 bits with Go's precedence.

Messages and their order are those of the official assembler.
Source: "A Quick Guide to Go's Assembler", cmd/asm (texts).
"""

from __future__ import annotations

from typing import Final, final

from . import operand as o
from .lexer import CHAR, EOF, FLOAT, HASH, IDENT, INT, MACRO_NAME, NEWLINE, OP, STRING, AsmError, Input, Token
from .literals import MASK, char_value, signed64, unquote
from .operand import Datum, Global, Instruction, Operand, Text, Unit
from .report import Errors

MAX_ERRORS: Final = 10  # gc stops after so many in one file
MAX_NESTING: Final = 200  # parentheses in one expression
_ABIS: Final = ("ABI0", "ABIInternal", "ABIGoes")


class Architecture:
    """What the parser must know of a machine."""

    __slots__ = ("registers", "mnemonics")

    def __init__(self, registers: frozenset[str], mnemonics: frozenset[str]) -> None:
        self.registers = registers
        self.mnemonics = mnemonics

    def is_jump(self, word: str) -> bool:
        raise NotImplementedError

    def check_suffixes(self, suffixes: list[str]) -> str:
        """An error message, or "" if the suffixes may stand together."""
        raise NotImplementedError


@final
class TooManyErrors(Exception):
    pass


def parse_file(
    source: Input,
    path: str,
    package: str,
    arch: Architecture,
    errors: Errors,
    skip: frozenset[str],
    allow_abi: bool = True,
) -> Unit:
    """Parse one file. Symbols in skip ("name", "pkg.name" or "name<>") leave no trace. `allow_abi`: name<ABI> may be
    written, a privilege of std."""
    p = Parser(source, path, package, arch, errors, skip, allow_abi)
    try:
        p.parse()
    except AsmError as e:
        errors.add(e.file, e.line, e.message)
    except TooManyErrors:
        pass
    return p.unit


@final
class Parser:
    __slots__ = (
        "source",
        "package",
        "arch",
        "errors",
        "skip",
        "allow_abi",
        "unit",
        "line",
        "file",
        "text",
        "_orphans",
        "_items",
        "_at",
        "_pending",
        "_is_jump",
        "_depth",
        "_started",
    )

    def __init__(
        self,
        source: Input,
        path: str,
        package: str,
        arch: Architecture,
        errors: Errors,
        skip: frozenset[str],
        allow_abi: bool,
    ) -> None:
        self.source = source
        self.package = package
        self.arch = arch
        self.errors = errors
        self.skip = skip
        self.allow_abi = allow_abi
        self.unit = Unit(path, package)
        self.file = path
        self.line = 1
        # Instructions before the first TEXT, and those of skipped functions, go to an orphan.
        self._orphans = Text("", False, "", 0, 0, -1, path, 1)
        self.text: Text = self._orphans
        self._items: list[Token] = []
        self._at = 0
        self._pending: list[str] = []
        self._is_jump = False
        self._depth = 0
        self._started = errors.count

    def error(self, message: str) -> None:
        self.errors.add(self.file, self.line, message)
        if self.errors.count - self._started > MAX_ERRORS:
            raise TooManyErrors

    # Lines.

    def parse(self) -> None:
        while True:
            line = self._read_line()
            if line is None:
                break
            word, suffixes, operands = line
            if self._pseudo(word, operands):
                continue
            if word not in self.arch.mnemonics:
                self.error(f'unrecognized instruction "{word}"')
                continue
            self._instruction(word, suffixes, operands)
        self._finish_text()

    def _next(self) -> Token:
        t = self.source.next()
        while t.kind == HASH:
            t = self.source.next()
        return t

    def _read_line(self) -> tuple[str, list[str], list[list[Token]]] | None:
        """One statement, or None at the end. Labels before it are kept pending."""
        while True:
            t = self._next()
            self.line = self.source.line
            self.file = self.source.file
            if t.kind == NEWLINE or (t.kind == OP and t.text == ";"):
                continue
            if t.kind == EOF:
                return None
            if t.kind != IDENT and t.kind != MACRO_NAME:
                raise AsmError(self.file, self.line, f'expected identifier, found "{_quoted(t)}"')
            word = _name(t.text)
            suffixes: list[str] = []
            operands: list[list[Token]] = []
            items: list[Token] = []
            nesting = 0
            colon = -1
            while True:
                t = self._next()
                text = t.text if t.kind == OP else ""
                if not operands and not items:
                    if text == ".":
                        t = self._next()
                        if t.kind != IDENT:
                            self.error(f"instruction suffix expected identifier, found {t.text}")
                        suffixes.append(t.text)
                        continue
                    if text == ":":
                        self._pending.append(word)
                        break
                if t.kind == EOF:
                    raise AsmError(self.file, self.line, "unexpected EOF")
                ends = t.kind == NEWLINE or text == ";"
                if ends or (nesting == 0 and (text == "," or text == ":")):
                    if text == ":":
                        if colon >= 0:
                            self.error("invalid ':' in operand")
                            return word, suffixes, operands
                        colon = len(operands)
                    if items:
                        operands.append(items)
                        items = []
                        if colon >= 0 and len(operands) == colon + 2:
                            # AX:DX is the old spelling of DX, AX.
                            operands[colon], operands[colon + 1] = operands[colon + 1], operands[colon]
                            colon = -1
                    elif operands or text == "," or colon >= 0:
                        self.error("missing operand")
                    if ends:
                        return word, suffixes, operands
                    continue
                if text == "(" or text == "[":
                    nesting += 1
                elif text == ")" or text == "]":
                    nesting -= 1
                items.append(t)

    def _append(self, i: Instruction) -> None:
        text = self.text
        for label in self._pending:
            if label in text.labels:
                self.error(f'label "{label}" multiply defined')
                self._pending = []
                return
            text.labels[label] = len(text.code)
        if self._pending:
            self._pending = []
        text.code.append(i)

    def _finish_text(self) -> None:
        """Check that every label used in the current function exists."""
        text = self.text
        for i in text.code:
            if i.operands and self.arch.is_jump(i.op):
                target = i.operands[-1]
                if (
                    target.kind == o.MEM
                    and target.symbol
                    and target.name == o.NAME_NONE
                    and target.symbol not in text.labels
                ):
                    self.error(f"undefined label {target.symbol}")
                    return

    # Directives.

    def _pseudo(self, word: str, operands: list[list[Token]]) -> bool:
        if word == "TEXT":
            self._text(operands)
        elif word == "DATA":
            self._data(operands)
        elif word == "GLOBL":
            self._globl(operands)
        elif word == "PCDATA" or word == "FUNCDATA":
            self._metadata(word, operands)
        elif word == "PCALIGN":
            if len(operands) != 1:
                self.error("expect one operand for PCALIGN")
            else:
                value = self._address(operands[0])
                if self._immediate("PCALIGN", value):
                    self._append(Instruction("PCALIGN", [], [value], self.file, self.line))
        else:
            return False
        return True

    def _valid_symbol(self, pseudo: str, a: Operand, offset_ok: bool) -> bool:
        shown = a.symbol + ("<>" if a.static else "")
        if not a.symbol or a.name != o.NAME_SB or a.scale or a.reg or a.index:
            self.error(f'{pseudo} symbol "{shown}" must be a symbol(SB)')
            return False
        if not offset_ok and a.offset:
            self.error(f'{pseudo} symbol "{shown}" must not be offset from SB')
            return False
        return True

    def _immediate(self, pseudo: str, a: Operand) -> bool:
        if a.kind != o.CONST:
            self.error(f"{pseudo}: expected immediate constant; found {a}")
            return False
        return True

    def _skipped(self, a: Operand) -> bool:
        key = a.symbol + ("<>" if a.static else "")
        if key in self.skip:
            return True
        prefix = self.package + "."
        return key.startswith(prefix) and key[len(prefix) :] in self.skip

    def _flags(self, pseudo: str, tokens: list[Token]) -> int:
        a = self._address(tokens)
        if a.kind == o.MEM and not (a.name or a.reg or a.index or a.symbol):
            return a.offset
        if a.kind == o.CONST:
            return a.offset
        self.error(f"{pseudo}: expected integer constant; found {a}")
        return 0

    def _text(self, operands: list[list[Token]]) -> None:
        if len(operands) != 2 and len(operands) != 3:
            self.error("expect two or three operands for TEXT")
            return
        self._finish_text()
        name = self._address(operands[0])
        if not self._valid_symbol("TEXT", name, False):
            return
        flags = self._flags("TEXT", operands[1]) if len(operands) == 3 else 0
        if name.abi == "ABIInternal" and not flags & o.NOSPLIT:
            self.error(f'TEXT "{name.symbol}": ABIInternal requires NOSPLIT')
        size = operands[-1]
        if len(size) < 2 or size[0].text != "$":
            self.error(f"TEXT {name.symbol}: frame size must be an immediate constant")
            return
        at = 1
        negative = size[at].text == "-"
        if negative:
            at += 1
        if at >= len(size) or size[at].kind != INT:
            self.error(f"TEXT {name.symbol}: frame size must be an immediate constant")
            return
        frame = self._int(size[at].text)
        if negative:
            frame = -frame
        rest = size[at + 1 :]
        args = -1
        if rest:
            if len(rest) != 2 or rest[0].text != "-" or rest[1].kind != INT:
                self.error(f"TEXT {name.symbol}: argument size must be of form -integer")
                return
            args = self._int(rest[1].text)
        text = Text(name.symbol, name.static, name.abi, flags, frame, args, self.file, self.line)
        self.text = text
        if self._pending:
            for label in self._pending:
                text.labels[label] = 0
            self._pending = []
        if not self._skipped(name):
            for other in self.unit.texts:
                if other.symbol == text.symbol and other.static == text.static and other.abi == text.abi:
                    shown = text.symbol
                    self.error(
                        f"symbol {shown} redeclared\n\t{other.file}:{other.line}: other declaration of symbol {shown}"
                    )
                    return
            self.unit.texts.append(text)

    def _global(self, a: Operand) -> Global:
        key = a.symbol + ("<>" if a.static else "")
        g = self.unit.globals.get(key)
        if g is None:
            g = Global(a.symbol, a.static, self.file, self.line)
            if not self._skipped(a):
                self.unit.globals[key] = g
        return g

    def _data(self, operands: list[list[Token]]) -> None:
        if len(operands) != 2:
            self.error("expect two operands for DATA")
            return
        op = operands[0]
        if len(op) < 3 or op[-2].text != "/" or op[-1].kind != INT:
            self.error("expect /size for DATA argument")
            return
        size = self._int(op[-1].text)
        name = self._address(op[:-2])
        if not self._valid_symbol("DATA", name, True):
            return
        value = self._address(operands[1])
        if value.kind not in (o.CONST, o.FCONST, o.SCONST, o.ADDR):
            self.error("DATA value must be an immediate constant or address")
            return
        g = self._global(name)
        if name.offset < g.end:
            self.error(f"overlapping DATA entry for {name.symbol}")
            return
        if value.kind == o.CONST and size not in (1, 2, 4, 8):
            self.error(f"bad int size for DATA argument: {size}")
        elif value.kind == o.FCONST and size not in (4, 8):
            self.error(f"bad float size for DATA argument: {size}")
        elif value.kind == o.ADDR and size != 8:
            self.error(f"bad addr size for DATA argument: {size}")
        else:
            g.end = name.offset + size
            g.data.append(Datum(name.offset, size, value))

    def _globl(self, operands: list[list[Token]]) -> None:
        if len(operands) != 2 and len(operands) != 3:
            self.error("expect two or three operands for GLOBL")
            return
        name = self._address(operands[0])
        if not self._valid_symbol("GLOBL", name, False):
            return
        flags = self._flags("GLOBL", operands[1]) if len(operands) == 3 else 0
        size = self._address(operands[-1])
        if not self._immediate("GLOBL", size):
            return
        g = self._global(name)
        if g.size >= 0 and not flags & o.DUPOK:
            shown = g.symbol
            self.error(f"symbol {shown} redeclared\n\t{g.file}:{g.line}: other declaration of symbol {shown}")
            return
        g.flags = flags
        g.size = size.offset
        g.file = self.file
        g.line = self.line

    def _metadata(self, word: str, operands: list[list[Token]]) -> None:
        if len(operands) != 2:
            self.error(f"expect two operands for {word}")
            return
        key = self._address(operands[0])
        if not self._immediate(word, key):
            return
        value = self._address(operands[1])
        if word == "PCDATA":
            if not self._immediate(word, value):
                return
        elif not self._valid_symbol(word, value, True):
            return
        self._append(Instruction(word, [], [key, value], self.file, self.line))

    def _instruction(self, word: str, suffixes: list[str], operands: list[list[Token]]) -> None:
        self._is_jump = self.arch.is_jump(word)
        out: list[Operand] = []
        for tokens in operands:
            a = self._address(tokens)
            if not self._is_jump and a.reg in ("SB", "FP", "PC"):
                self.error(f"illegal use of pseudo-register in {word}")
            out.append(a)
        if suffixes:
            message = self.arch.check_suffixes(suffixes)
            if message:
                self.error(message)
                return
        if self._is_jump and len(out) not in (1, 2):
            self.error(f"wrong number of arguments to {word} instruction")
            return
        self._append(Instruction(word, suffixes, out, self.file, self.line))

    # Operands.

    def _address(self, tokens: list[Token]) -> Operand:
        self._items = tokens
        self._at = 0
        a = Operand()
        if tokens:
            self._operand(a)
        return a

    def _peek(self) -> str:
        """The next token's text if it is punctuation, else ""."""
        if self._at < len(self._items):
            t = self._items[self._at]
            if t.kind == OP:
                return t.text
        return ""

    def _at_end(self) -> bool:
        return self._at >= len(self._items)

    def _take(self) -> Token:
        if self._at >= len(self._items):
            return Token(EOF, "", self.line, False)
        t = self._items[self._at]
        self._at += 1
        return t

    def _expect(self, text: str) -> None:
        t = self._take()
        if t.kind != OP or t.text != text:
            self.error(f"expected '{text}', found {_shown(t)}")

    def _expect_ident(self) -> str:
        t = self._take()
        if t.kind != IDENT and t.kind != MACRO_NAME:
            self.error(f"expected identifier, found {_shown(t)}")
            return ""
        return t.text

    def _expect_end(self) -> None:
        if not self._at_end():
            self.error(f"expected end of operand, found {_shown(self._items[self._at])}")

    def _operand(self, a: Operand) -> None:
        prefix = ""
        if self._peek() in ("$", "*"):
            prefix = self._take().text
        t = self._take()
        is_ident = t.kind == IDENT or t.kind == MACRO_NAME
        registers = self.arch.registers
        if is_ident and t.text not in registers:
            self._symbol(a, _name(t.text), prefix)
            if self._at_end():
                return
        elif is_ident:
            self._register(a, t.text, prefix)
            return
        elif t.kind == OP and t.text == "[":
            if prefix:
                self.error("illegal use of register list")
            self._register_list(a)
            return
        constant = t.kind in (INT, FLOAT, STRING, CHAR) or (t.kind == OP and t.text in ("+", "-", "~"))
        if t.kind == OP and t.text == "(":
            if self._at_end():
                self.error("missing right parenthesis")
                return
            inner = self._items[self._at]
            constant = not (inner.kind == IDENT and inner.text in registers)
            if not constant:
                self._at -= 1
        if constant:
            self._at -= 1
            if self._has(FLOAT):
                if prefix != "$":
                    self.error("floating-point constant must be an immediate")
                a.kind = o.FCONST
                a.value = self._float_expr()
                self._expect_end()
                return
            if self._has(STRING):
                if prefix != "$":
                    self.error("string constant must be an immediate")
                    return
                a.kind = o.SCONST
                a.text = unquote(self._take().text)
                self._expect_end()
                return
            a.offset = signed64(self._expr())
            if self._peek() != "(":
                a.kind = o.CONST if prefix == "$" else o.INDIR if prefix == "*" else o.MEM
                self._expect_end()
                return
        elif not is_ident and not (t.kind == OP and t.text == "("):
            self._at -= 1
        self._indirect(a, prefix)
        self._expect_end()

    def _has(self, kind: int) -> bool:
        """Whether the expression ahead contains a token of this kind (before any indirection)."""
        for i in range(self._at, len(self._items)):
            if self._items[i].kind == kind:
                return True
        return False

    def _register(self, a: Operand, name: str, prefix: str) -> None:
        if prefix and prefix != "*":
            self.error(f"prefix {prefix} not allowed for register: {prefix}{name}")
        a.kind = o.REG
        a.reg = name
        if self._peek() == "*":
            self.error("expected simple register reference")
            return
        self._expect_end()

    def _register_list(self, a: Operand) -> None:
        low = self._expect_ident()
        high = low
        if self._peek() == "-":
            self._take()
            high = self._expect_ident()
        self._expect("]")
        for r in (low, high):
            if r not in self.arch.registers:
                self.error(f"expected register; found {r}")
                return
        a.kind = o.REGLIST
        a.reg = low
        a.index = high
        self._expect_end()

    def _symbol(self, a: Operand, name: str, prefix: str) -> None:
        a.kind = o.ADDR if prefix == "$" else o.INDIR if prefix == "*" else o.MEM
        a.symbol = self.package + name if name.startswith(".") else name
        if self._peek() == "<":
            self._take()
            if self._peek() == ">":
                a.static = True
            elif not self._at_end() and self._items[self._at].kind == IDENT:
                selector = self._take().text
                if not self.allow_abi:
                    what = "ABI selector only permitted when compiling runtime"
                    self.error(f'{what}, reference was to "{a.symbol}"')
                elif selector not in _ABIS:
                    self.error(f'malformed ABI selector "{selector}" in reference to "{a.symbol}"')
                a.abi = selector
            self._expect(">")
        if self._peek() in ("+", "-"):
            a.offset = signed64(self._expr())
        if self._at_end():
            if not prefix and self._is_jump:
                return
            self.error(f"illegal or missing addressing mode for symbol {a.symbol}")
            return
        self._expect("(")
        register = self._expect_ident()
        self._expect(")")
        self._pseudo_register(a, register, prefix)

    def _pseudo_register(self, a: Operand, register: str, prefix: str) -> None:
        if register == "SB":
            a.name = o.NAME_SB
        elif register == "FP":
            a.name = o.NAME_FP
        elif register == "SP":
            a.name = o.NAME_SP
        elif register == "PC":
            if prefix:
                self.error("illegal addressing mode for PC")
            a.kind = o.BRANCH
        else:
            self.error(f"expected pseudo-register; found {register}")

    def _scale(self) -> int:
        t = self._take()
        if t.text in ("1", "2", "4", "8"):
            return int(t.text)
        self.error(f"bad scale: {t.text}")
        return 0

    def _indirect(self, a: Operand, prefix: str) -> None:
        """(R), (R*s), (R)(R*s), or (PC) and the like after a number."""
        self._expect("(")
        name = self._take().text
        if name not in self.arch.registers:
            self.error(f"expected register; found {name}")
            self.error(f"indirect through non-register {name}")
            self._at = len(self._items)
            return
        scale = 0
        if self._peek() == "*":
            self._take()
            scale = self._scale()
        self._expect(")")
        if name in ("SB", "FP", "PC"):
            if name != "PC" and a.name == o.NAME_NONE:
                self.error(f"cannot reference {name} without a symbol")
            a.kind = o.MEM
            self._pseudo_register(a, name, prefix)
            if prefix == "$":
                a.kind = o.ADDR
            return
        a.kind = o.ADDR if prefix == "$" else o.MEM
        if scale:
            a.index = name
            a.scale = scale
            return
        a.reg = name
        if self._peek() == "(":
            self._take()
            index = self._take().text
            if index not in self.arch.registers:
                self.error(f"indirect through non-register {index}")
                return
            a.index = index
            if self._peek() == "*":
                self._take()
                a.scale = self._scale()
            self._expect(")")

    # Expressions.

    def _int(self, text: str) -> int:
        text = text.replace("_", "")
        if len(text) > 1 and text[0] == "0" and text[1].isdigit():
            try:
                return int(text, 8)
            except ValueError:
                self.error(f"{text}: invalid syntax")
                return 0
        v = int(text, 0)
        if v > MASK:
            self.error(f"value out of range: {text}")
            return 0
        return v

    def _expr(self) -> int:
        value = self._term()
        while True:
            op = self._peek()
            if op == "+":
                self._at += 1
                value += self._term()
            elif op == "-":
                self._at += 1
                value -= self._term()
            elif op == "|":
                self._at += 1
                value |= self._term()
            elif op == "^":
                self._at += 1
                value ^= self._term()
            else:
                return value & MASK
            value &= MASK

    def _term(self) -> int:
        value = self._factor()
        while True:
            op = self._peek()
            if op == "*":
                self._at += 1
                value *= self._factor()
            elif op == "/" or op == "%":
                self._at += 1
                if value >> 63:
                    self.error(
                        "divide of value with high bit set" if op == "/" else "modulo of value with high bit set"
                    )
                divisor = self._factor()
                if divisor == 0:
                    self.error("division by zero" if op == "/" else "modulo by zero")
                else:
                    value = value // divisor if op == "/" else value % divisor
            elif op == "<<":
                self._at += 1
                shift = self._factor()
                if signed64(shift) < 0:
                    self.error(f"negative left shift count {signed64(shift)}")
                    return 0
                value = value << shift if shift < 64 else 0
            elif op == ">>":
                self._at += 1
                shift = self._factor()
                if signed64(shift) < 0:
                    self.error(f"negative right shift count {signed64(shift)}")
                    return 0
                if value >> 63:
                    self.error("right shift of value with high bit set")
                    return 0
                value = value >> shift if shift < 64 else 0
            elif op == "&":
                self._at += 1
                value &= self._factor()
            else:
                return value
            value &= MASK

    def _factor(self) -> int:
        t = self._take()
        if t.kind == INT:
            return self._int(t.text)
        if t.kind == CHAR:
            return char_value(t.text)
        if t.kind == OP:
            self._depth += 1
            if self._depth > MAX_NESTING:
                raise AsmError(self.file, self.line, "expression nested too deeply")
            value = 0
            if t.text == "+":
                value = self._factor()
            elif t.text == "-":
                value = -self._factor() & MASK
            elif t.text == "~":
                value = ~self._factor() & MASK
            elif t.text == "(":
                value = self._expr()
                if self._peek() != ")":
                    self.error("missing closing paren")
                else:
                    self._at += 1
            else:
                self.error(f"unexpected {t.text} evaluating expression")
            self._depth -= 1
            return value
        if t.kind == EOF:
            self.error("unexpected EOF evaluating expression")
        else:
            self.error(f"unexpected {t.text} evaluating expression")
        return 0

    def _float_expr(self) -> float:
        t = self._take()
        if t.kind == OP and t.text == "(":
            value = self._float_expr()
            self._expect(")")
            return value
        if t.kind == OP and t.text in ("+", "-"):
            value = self._float_expr()
            return -value if t.text == "-" else value
        if t.kind == FLOAT or t.kind == INT:
            text = t.text.replace("_", "")
            return float.fromhex(text) if text[:2] in ("0x", "0X") else float(text)
        self.error(f"unexpected {t.text or 'EOF'} evaluating float expression")
        return 0.0


def _name(text: str) -> str:
    if text.isascii():
        return text
    return text.replace("·", ".").replace("∕", "/")


def _shown(t: Token) -> str:
    return "EOF" if t.kind == EOF else _name(t.text)


def _quoted(t: Token) -> str:
    return _name(t.text).replace("\\", "\\\\").replace('"', '\\"')
