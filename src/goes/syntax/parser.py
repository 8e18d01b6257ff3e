"""Tokens to syntax trees: declarations and types.

    file = parse_file(source, errors)               the whole file
    file = parse_file(source, errors, True)         function bodies skipped: decl.lazy holds their extent
    parse_body(file, decl, errors)                  and parsed when wanted

Recursive descent, one method per production, the production above it. What is wrong is reported and skipped up to a
token where parsing can go on; the tree is complete except for BadExpr nodes. `parse_file` returns None only if the
package clause is wrong, as nothing can be said about such a file.

Positions of nodes (`pos`) are those of cmd/compile/internal/syntax: an operator, `.`, `[`, `(` or `:` stands for the
expression it makes; literals, names, types and statements stand at their first token, FuncType and FuncDecl behind
`func`, assignments and sends at their operator, a labelled statement at its colon, a spec of a declaration at its
first name.

Nesting is limited to MAX_NESTING. Interpreted, the parser raises Python's recursion limit to what that needs;
compiled, it must run in a thread whose stack is large enough (64 MB).

Sources: Go spec; for messages, positions and error recovery cmd/compile/internal/syntax.
"""

from __future__ import annotations

import sys
from typing import Final, final

from ..diag.diagnostic import Diagnostic
from ..diag.source import SourceFile
from .bodies import skip_body
from .branches import check_branches
from .directives import is_misplaced, parse_line_directive
from .nodes import (
    BadExpr,
    BasicLit,
    BlockStmt,
    ConstDecl,
    Decl,
    Directive,
    File,
    FuncDecl,
    FuncType,
    ImportDecl,
    Name,
    TypeDecl,
    VarDecl,
)
from .pragmas import embed_problem
from .recovery import BASE_RECURSION, FRAMES_PER_LEVEL, MAX_NESTING
from .stmtparser import StmtParser
from .tokens import (
    COMMA,
    CONST,
    DOT,
    EOF,
    FUNC,
    IMPORT,
    LBRACE,
    LBRACK,
    LPAREN,
    NAME,
    PACKAGE,
    RBRACK,
    RPAREN,
    SEMI,
    STRING_LIT,
    TYPE,
    VAR,
)

_TOP_LEVEL: Final = (1 << IMPORT) | (1 << CONST) | (1 << TYPE) | (1 << VAR) | (1 << FUNC)


def parse_file(
    source: SourceFile, errors: list[Diagnostic], lazy_bodies: bool = False, branches: bool = False
) -> File | None:
    """Parse one file; diagnostics are appended to `errors`. None if the package clause is not right. With
    `branches` labels and branches are checked too, as gc's parser does (see `branches`)."""
    if sys.getrecursionlimit() < MAX_NESTING * FRAMES_PER_LEVEL + BASE_RECURSION:
        sys.setrecursionlimit(MAX_NESTING * FRAMES_PER_LEVEL + BASE_RECURSION)
    parser = Parser(source, source.data, source.base, errors, lazy_bodies, False)
    parser.checks_branches = branches
    return parser.parse_source_file()


def parse_body(file: File, decl: FuncDecl, errors: list[Diagnostic], branches: bool = False) -> None:
    """Parse the body that `decl` skipped; nothing happens if there is none to parse."""
    lazy = decl.lazy
    if lazy is None:
        return
    decl.lazy = None
    source = file.source
    assert isinstance(source, SourceFile)
    start, end = lazy
    parser = Parser(source, source.data[start:end], source.base + start, errors, False, True)
    parser.checks_branches = branches
    parser.next()
    decl.body = parser.func_body()


@final
class Parser(StmtParser):
    """Declarations. `again`: the text is a body that was skipped before, its directives and bad bytes are known."""

    def __init__(
        self, source: SourceFile, data: bytes, base: int, errors: list[Diagnostic], lazy_bodies: bool, again: bool
    ) -> None:
        super().__init__(data, base, errors, again)
        self.source = source
        self.again = again
        self.lazy_bodies = lazy_bodies
        self.checks_branches = False
        self.directives: list[Directive] = []
        self.go_version = ""
        self.at_top = not again  # before the package clause

    def func_body(self) -> BlockStmt:
        before = self.error_count
        self.fnest += 1
        body = self.block_stmt("")
        self.fnest -= 1
        # An incomplete tree would bring forth spurious errors.
        if self.checks_branches and before == self.error_count:
            check_branches(body, self.source, self.errors)
        return body

    # ------------------------------------------------------------------------------------------------ directives

    def directive_comment(self, start: int, end: int) -> None:
        data = self.data
        if data[start + 1] == 42:
            if not self.again and data.startswith(b"/*line ", start):
                text = data[start + 2 : end - 2].decode("utf-8", "surrogateescape")
                self._line_directive(start, end, text)
            return
        at_line_start = start == 0 or data[start - 1] == 10
        if end > start and data[end - 1] == 13:
            text = data[start + 2 : end - 1].decode("utf-8", "surrogateescape")
        else:
            text = data[start + 2 : end].decode("utf-8", "surrogateescape")
        if text.startswith("line "):
            if at_line_start and not self.again:
                self._line_directive(start, min(end + 1, self.size), text)
            return
        if text.startswith("go:"):
            if self.at_top and text.startswith("go:build"):
                self._build_line("//" + text)
            directive = Directive(self.base + start + 2, text)
            if not self.again:
                self.directives.append(directive)
            if self._is_blank_before(start):
                self.pragma.append(directive)
            else:
                self.error_at(directive.pos, "misplaced compiler directive")
        elif (text.startswith("export ") or text.startswith("extern ")) and at_line_start and not self.again:
            self.directives.append(Directive(self.base + start + 2, text))

    def _is_blank_before(self, start: int) -> bool:
        data = self.data
        i = start - 1
        while i >= 0 and data[i] != 10:
            c = data[i]
            if c != 32 and c != 9 and c != 13 and c != 0:
                return False
            i -= 1
        return True

    def _build_line(self, line: str) -> None:
        from .constraint import ConstraintError, go_version, parse_line

        try:
            self.go_version = go_version(parse_line(line))
        except ConstraintError:
            pass

    def _line_directive(self, start: int, end: int, text: str) -> None:
        problem = parse_line_directive(self.source, start, end, text)
        if problem is not None:
            self.error_at(problem.pos, problem.message)

    def clear_pragma(self) -> None:
        pragma = self.pragma
        if pragma:
            self.pragma = []
            self._report_misplaced(pragma)

    def _report_misplaced(self, pragma: list[Directive]) -> None:
        if self.again:
            return
        for directive in pragma:
            message = is_misplaced(directive.text)
            if message:
                self.error_at(directive.pos, message)

    def take_pragma(self) -> list[Directive]:
        pragma = self.pragma
        if pragma:
            self.pragma = []
            return pragma
        return []

    # ------------------------------------------------------------------------------------------------ file

    # SourceFile = PackageClause ";" { ImportDecl ";" } { TopLevelDecl ";" } .
    def parse_source_file(self) -> File | None:
        self.next()
        pos = self.pos
        self.at_top = False
        if not self.got(PACKAGE):
            self.syntax_error("package statement must be first")
            return None
        before = self.take_pragma()
        name = self.name()
        self.want(SEMI)
        # A wrong package clause promises nothing good.
        if self.error_count > 0:
            return None
        self._report_misplaced([d for d in before if not d.text.startswith("go:build")])
        file = File(pos, self.source.name, self.source, name)
        file.go_version = self.go_version
        decls = file.decls
        previous = IMPORT
        while self.tok != EOF:
            tok = self.tok
            if tok == IMPORT and previous != IMPORT:
                self.syntax_error("imports must appear before other declarations")
            previous = tok
            if tok == FUNC:
                self.next()
                decl = self.func_decl()
                decl.file = file
                decls.append(decl)
            elif tok == IMPORT or tok == CONST or tok == TYPE or tok == VAR:
                self.next()
                self.append_group(decls, tok)
            else:
                if tok == LBRACE and decls and self._is_func_without_body(decls[-1]):
                    self.syntax_error("unexpected semicolon or newline before {")
                else:
                    self.syntax_error("non-declaration statement outside function body")
                self.advance(_TOP_LEVEL)
                continue
            # Directives behind this point belong to the next declaration.
            self.clear_pragma()
            if self.tok != EOF and not self.got(SEMI):
                self.syntax_error("after top level declaration")
                self.advance(_TOP_LEVEL)
        self.clear_pragma()
        file.eof = self.pos
        file.directives = self.directives
        for d in decls:
            if isinstance(d, ImportDecl):
                file.imports.append(d)
        return file

    def _is_func_without_body(self, decl: Decl) -> bool:
        return isinstance(decl, FuncDecl) and not decl.has_body

    # Group(f) = f | "(" { f ";" } ")" .  ";" is optional before ")"
    def append_group(self, decls: list[Decl], keyword: int) -> None:
        if self.tok != LPAREN:
            self._append_spec(decls, keyword, None, 0)
            return
        group = object()
        self.clear_pragma()
        self.next()
        index = 0
        while self.tok != EOF and self.tok != RPAREN:
            self._append_spec(decls, keyword, group, index)
            index += 1
            if not self.separator("grouped declaration", SEMI, RPAREN):
                return
        self.want(RPAREN)

    def _append_spec(self, decls: list[Decl], keyword: int, group: object | None, index: int) -> None:
        if keyword == IMPORT:
            decls.append(self.import_decl(group))
        elif keyword == CONST:
            decls.append(self.const_decl(group, index))
        elif keyword == TYPE:
            decls.append(self.type_decl(group))
        else:
            decls.append(self.var_decl(group))

    # ------------------------------------------------------------------------------------------------ declarations

    # ImportSpec = [ "." | PackageName ] ImportPath .
    # ImportPath = string_lit .
    def import_decl(self, group: object | None) -> ImportDecl:
        pos = self.pos
        directives = self.take_pragma()
        local: Name | None = None
        if self.tok == NAME:
            local = self.name()
        elif self.tok == DOT:
            local = Name(self.pos, ".")
            self.next()
        path = self.literal_or_none()
        if path is None:
            path = BasicLit(self.pos, '""', STRING_LIT, True)
            self.syntax_error("missing import path")
            self.advance((1 << SEMI) | (1 << RPAREN))
        elif not path.bad and path.kind != STRING_LIT:
            self.syntax_error_at(path.pos, "import path must be a string")
            path.bad = True
        decl = ImportDecl(pos, group, local, path)
        decl.directives = directives
        return decl

    # ConstSpec = IdentifierList [ [ Type ] "=" ExpressionList ] .
    def const_decl(self, group: object | None, iota: int) -> ConstDecl:
        pos = self.pos
        directives = self.take_pragma()
        names = self.name_list(self.name())
        decl = ConstDecl(pos, group, names, None, [], iota)
        decl.directives = directives
        if self.tok != EOF and self.tok != SEMI and self.tok != RPAREN:
            decl.type_expr = self.type_or_none()
            if self.got_assign():
                decl.values = self.expr_list()
        return decl

    # TypeSpec = identifier [ TypeParams ] [ "=" ] Type .
    def type_decl(self, group: object | None) -> TypeDecl:
        pos = self.pos
        directives = self.take_pragma()
        decl = TypeDecl(pos, group, self.name(), [], False, BadExpr(pos))
        decl.directives = directives
        if self.tok == LBRACK:
            bracket = self.pos
            self.next()
            if self.tok == NAME:
                # An array length or a type parameter list. Either begins with an expression, which shows what it is:
                # only a name followed by "[" need not, since no array length begins like that, but [P []E] does.
                name = self.name()
                x = self.tparam_or_length(name) if self.tok != LBRACK else name
                split = self.split_type_param(x, self.tok == COMMA)
                if split is not None and (split.type_expr is not None or self.tok != RBRACK):
                    decl.tparams = self.param_list(split.name, split.type_expr, RBRACK, True, False)
                    decl.alias = self.got_assign()
                    typ = self.type_or_none()
                else:
                    typ = self.array_type(bracket, x)
            elif self.tok == RBRACK:
                self.next()
                typ = self.slice_type(bracket)
            else:
                typ = self.array_type(bracket, None)
        else:
            decl.alias = self.got_assign()
            typ = self.type_or_none()
        if typ is None:
            typ = BadExpr(self.pos)
            self.syntax_error("in type declaration")
            self.advance((1 << SEMI) | (1 << RPAREN))
        decl.type_expr = typ
        return decl

    # VarSpec = IdentifierList ( Type [ "=" ExpressionList ] | "=" ExpressionList ) .
    def var_decl(self, group: object | None) -> VarDecl:
        pos = self.pos
        directives = self.take_pragma()
        names = self.name_list(self.name())
        decl = VarDecl(pos, group, names, None, [])
        decl.directives = directives
        if self.got_assign():
            decl.values = self.expr_list()
        else:
            decl.type_expr = self.type_()
            if self.got_assign():
                decl.values = self.expr_list()
        if directives and self.fnest > 0:
            for directive in directives:
                if directive.text.startswith("go:embed "):
                    self.error_at(directive.pos, embed_problem(decl, True, True))
                    break
        return decl

    # FunctionDecl = "func" FunctionName [ TypeParams ] ( Function | Signature ) .
    # MethodDecl   = "func" Receiver MethodName [ TypeParams ] ( Function | Signature ) .
    # Receiver     = Parameters .
    def func_decl(self) -> FuncDecl:
        pos = self.pos
        directives = self.take_pragma()
        receiver = None
        has_receiver = False
        if self.got(LPAREN):
            has_receiver = True
            receivers = self.param_list(None, None, RPAREN, False, False)
            if not receivers:
                self.error_at(self.pos, "method has no receiver")
            else:
                if len(receivers) > 1:
                    self.error_at(self.pos, "method has multiple receivers")
                receiver = receivers[0]
        if self.tok == NAME:
            name = self.name()
            func_type = self.func_type("")
            decl = FuncDecl(pos, receiver, name, self.last_tparams, func_type)
        else:
            name = Name(self.pos, "_")
            decl = FuncDecl(pos, receiver, name, [], FuncType(self.pos, [], []))
            self.syntax_error("expected name" if has_receiver else "expected name or (")
            self.advance((1 << LBRACE) | (1 << SEMI))
        decl.directives = directives
        if self.tok == LBRACE:
            decl.has_body = True
            end = skip_body(self, self.start) if self.lazy_bodies else -1
            if end >= 0:
                decl.lazy = (self.start, end)
                self.i = end
                self.nlsemi = True
                self.next()
            else:
                decl.body = self.func_body()
        return decl
