"""The check against infinite instantiation.

    func f[A any]() { f[*A]() }   →   A instantiated as *A: a cycle that grows

Vertices are type parameters (and types declared in generic functions, which depend on the ambient parameters). Where a
parameter p is instantiated with a type that mentions q, there is an edge q → p: of weight 0 if the type is q itself,
else 1. A cycle of positive weight would need infinitely many instances.

Sources: types2 mono.go (roles and messages).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, final

from ..diag.source import Pos
from .objects import Package, TypeName, Var
from .types import (
    Array,
    Basic,
    Chan,
    Interface,
    Map,
    Named,
    Pointer,
    Signature,
    Slice,
    Struct,
    Type,
    TypeParam,
    unalias,
)
from .typeset import type_set
from .typestring import Qualifier, is_alias_name, type_string

if TYPE_CHECKING:
    from .instantiate import Context
    from .scope import Scope


@final
class _Vertex:
    """weight: of the heaviest known path that ends here; pre: its last edge; length: its number of edges."""

    __slots__ = ("obj", "weight", "pre", "length")

    def __init__(self, obj: TypeName) -> None:
        self.obj = obj
        self.weight = 0
        self.pre = 0
        self.length = 0


@final
class _Edge:
    __slots__ = ("dst", "src", "weight", "pos", "type")

    def __init__(self, dst: int, src: int, weight: int, pos: Pos, type: Type) -> None:
        self.dst = dst
        self.src = src
        self.weight = weight
        self.pos = pos
        self.type = type


@final
class MonoNote:
    """A line of the error: the first stands at the object it names, the others where the instantiation is."""

    __slots__ = ("pos", "message")

    def __init__(self, pos: Pos, message: str) -> None:
        self.pos = pos
        self.message = message


@final
class MonoGraph:
    """`canonical` maps receiver type parameters of methods to those of the type's declaration."""

    __slots__ = ("vertices", "edges", "canonical", "index", "context")

    def __init__(self, context: Context | None = None) -> None:
        self.vertices: list[_Vertex] = []
        self.edges: list[_Edge] = []
        self.canonical: dict[TypeParam, TypeParam] = {}
        self.index: dict[TypeName, int] = {}
        self.context = context

    def record_canonical(self, method_param: TypeParam, type_param: TypeParam) -> None:
        self.canonical[method_param] = type_param

    def record_instance(
        self, pkg: Package, pos: Pos, tparams: list[TypeParam], targs: list[Type], positions: list[Pos]
    ) -> None:
        """tparams are instantiated with targs; positions: of the explicit type arguments, as far as there are any."""
        for i in range(len(tparams)):
            if i < len(targs):
                self.assign(pkg, positions[i] if i < len(positions) else pos, tparams[i], targs[i])

    def assign(self, pkg: Package, pos: Pos, tpar: TypeParam, targ: Type) -> None:
        # Cycles lie within one package: type parameters of others cannot come back here.
        if tpar.obj.pkg is not pkg or isinstance(targ, Basic):
            return
        self._flow(pkg, pos, tpar, targ, targ, 0)

    def _flow(self, pkg: Package, pos: Pos, tpar: TypeParam, targ: Type, t: Type, depth: int) -> None:
        t = unalias(t)
        depth += 1
        if isinstance(t, Basic) or depth > 1000:
            return
        if isinstance(t, TypeParam):
            src = self._param_vertex(t)
            self._add(self._param_vertex(tpar), src, 0 if t is targ else 1, pos, targ)
        elif isinstance(t, Named):
            src = self._local_vertex(pkg, t.origin)
            if src >= 0:
                self._add(self._param_vertex(tpar), src, 0 if t is targ else 1, pos, targ)
            for a in t.targs:
                self._flow(pkg, pos, tpar, targ, a, depth)
        elif isinstance(t, (Array, Slice, Pointer, Chan)):
            self._flow(pkg, pos, tpar, targ, t.elem, depth)
        elif isinstance(t, Map):
            self._flow(pkg, pos, tpar, targ, t.key, depth)
            self._flow(pkg, pos, tpar, targ, t.elem, depth)
        elif isinstance(t, Interface):
            for m in type_set(t).methods:
                if m.type is not None:
                    self._flow(pkg, pos, tpar, targ, m.type, depth)
        elif isinstance(t, Signature):
            self._flow_vars(pkg, pos, tpar, targ, t.params.vars, depth)
            self._flow_vars(pkg, pos, tpar, targ, t.results.vars, depth)
        elif isinstance(t, Struct):
            self._flow_vars(pkg, pos, tpar, targ, t.fields, depth)

    def _flow_vars(self, pkg: Package, pos: Pos, tpar: TypeParam, targ: Type, vars: list[Var], depth: int) -> None:
        for v in vars:
            if v.type is not None:
                self._flow(pkg, pos, tpar, targ, v.type, depth)

    def _local_vertex(self, pkg: Package, named: Named) -> int:
        """The vertex of a type declared in a generic function, or -1."""
        obj = named.obj
        if obj.pkg is not pkg or obj.parent is pkg.scope:
            return -1
        known = self.index.get(obj)
        if known is not None:
            return known
        at = -1
        scope: Scope | None = obj.parent
        while scope is not None and scope is not pkg.scope:
            for elem in scope.elems.values():
                if isinstance(elem, TypeName) and elem.pos < obj.pos and not is_alias_name(elem):
                    p = elem.type
                    if isinstance(p, TypeParam):
                        if at < 0:
                            at = len(self.vertices)
                            self.vertices.append(_Vertex(obj))
                        self._add(at, self._param_vertex(p), 1, obj.pos, p)
            scope = scope.parent
        self.index[obj] = at
        return at

    def _param_vertex(self, p: TypeParam) -> int:
        p = self.canonical.get(p, p)
        if self.context is not None:
            p = self.context.canonical.get(p, p)
        obj = p.obj
        at = self.index.get(obj)
        if at is None:
            at = len(self.vertices)
            self.vertices.append(_Vertex(obj))
            self.index[obj] = at
        return at

    def _add(self, dst: int, src: int, weight: int, pos: Pos, t: Type) -> None:
        self.edges.append(_Edge(dst, src, weight, pos, t))

    def find_cycle(self, qualifier: Qualifier | None = None) -> list[MonoNote]:
        """The error about a growing cycle (its first note is the error itself, code InvalidInstanceCycle), or []."""
        # Longest paths in the manner of Bellman and Ford, until nothing changes or a path has as many edges as there
        # are vertices.
        vertices = self.vertices
        again = True
        while again:
            again = False
            for i in range(len(self.edges)):
                e = self.edges[i]
                src = vertices[e.src]
                dst = vertices[e.dst]
                w = src.weight + e.weight
                if w <= dst.weight:
                    continue
                dst.pre = i
                dst.length = src.length + 1
                if dst.length == len(vertices):
                    return self._report(e.dst, qualifier)
                dst.weight = w
                again = True
        return []

    def _report(self, v: int, q: Qualifier | None) -> list[MonoNote]:
        # The path may only lead out of the cycle: go back until a vertex comes up again.
        stack: list[int] = []
        while v not in stack:
            stack.append(v)
            v = self.edges[self.vertices[v].pre].src
        stack = stack[stack.index(v) :]
        notes = [MonoNote(self.vertices[v].obj.pos, "instantiation cycle:")]
        for s in stack:
            edge = self.edges[self.vertices[s].pre]
            obj = self.vertices[edge.dst].obj
            how = "implicitly parameterized by" if isinstance(obj.type, Named) else "instantiated as"
            notes.append(MonoNote(edge.pos, f"{obj.name} {how} {type_string(edge.type, q)}"))
        return notes
