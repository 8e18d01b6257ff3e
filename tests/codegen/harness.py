"""Build small SSA functions by hand and run them in this process.

    f = function("f", [INT], [INT]); b = Builder(f); b.ret(b.add(ir.BinOp(...)))
    load([f]).call("f", c_int64, [c_int64], 41)

Runtime functions the code calls are given as LLVM text. The thread's stack guard (%fs:0x70) is zero, so no function
grows the stack.
"""

from __future__ import annotations

import ctypes

import llvmlite.binding as llvm

from goes.codegen.emitter import Context
from goes.codegen.function import emit_function
from goes.codegen.llvm import FULL, QUICK, TRIPLE, FunctionCode, assemble_module, initialise
from goes.diag.source import SourceSet
from goes.ssa import instr as ir
from goes.ssa.function import DECLARED, Block, Function
from goes.types import types as t
from goes.types.objects import Var


def signature(params: list[t.Type], results: list[t.Type]) -> t.Signature:
    def variables(types: list[t.Type]) -> t.Tuple:
        return t.Tuple([Var(0, None, f"p{k}", typ) for k, typ in enumerate(types)])

    return t.Signature(None, variables(params), variables(results), False)


def function(name: str, params: list[t.Type], results: list[t.Type], kind: int = DECLARED) -> Function:
    fn = Function(name, None, signature(params, results), kind, 0)
    fn.params = [ir.Param(typ, f"p{k}", k) for k, typ in enumerate(params)]
    fn.built = True
    return fn


class Builder:
    def __init__(self, fn: Function) -> None:
        self.fn = fn
        self.block = self.new_block()

    def new_block(self) -> Block:
        b = Block(self.fn, "")
        b.index = len(self.fn.blocks)
        self.fn.blocks.append(b)
        return b

    def add(self, i: ir.Instr) -> ir.Instr:
        i.block = self.block
        self.block.instrs.append(i)
        return i

    def edge(self, *to: Block) -> None:
        for b in to:
            self.block.succs.append(b)
            b.preds.append(self.block)

    def jump(self, to: Block) -> None:
        self.add(ir.Jump())
        self.edge(to)

    def branch(self, x: ir.Value, yes: Block, no: Block) -> None:
        self.add(ir.If(x))
        self.edge(yes, no)

    def ret(self, *values: ir.Value) -> None:
        self.add(ir.Return(list(values), 0))


def const(typ: t.Type, value: object) -> ir.Const:
    return ir.Const(typ, value)  # type: ignore[arg-type]


def emit(functions: list[Function], level: int = QUICK) -> list[FunctionCode]:
    ctx = Context(SourceSet(), level)
    return [emit_function(f, ctx) for f in functions]


def module_text(functions: list[Function], runtime: str = "", level: int = QUICK) -> str:
    codes = emit(functions, level)
    for line in runtime.splitlines():
        if line.startswith(("define", "@")):
            name = line.split("@", 1)[1].split('"')[1].replace("\\22", '"')
            for c in codes:
                c.declarations.pop(name, None)
    return assemble_module(codes) + runtime


class Program:
    def __init__(self, text: str, level: int) -> None:
        initialise(QUICK)
        module = llvm.parse_assembly(text, llvm.create_context())
        module.verify()
        machine = llvm.Target.from_triple(TRIPLE).create_target_machine(
            cpu="x86-64", opt=0 if level == QUICK else 1, codemodel="jitdefault", jit=True
        )
        if level == FULL:
            passes = llvm.create_pass_builder(machine, llvm.create_pipeline_tuning_options(speed_level=1))
            passes.getModulePassManager().run(module, passes)
        self.module = module
        self.engine = llvm.create_mcjit_compiler(module, machine)
        self.engine.finalize_object()

    def call(self, name: str, result: object, params: list[object], *args: object) -> object:
        address = self.engine.get_function_address(name)
        assert address, name
        return ctypes.CFUNCTYPE(result, *params)(address)(*args)  # type: ignore[arg-type]


def load(functions: list[Function], runtime: str = "", level: int = QUICK) -> Program:
    return Program(module_text(functions, runtime, level), level)
