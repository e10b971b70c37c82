#!/usr/bin/env python3
"""Turns a TFLite network of convolutions (fp32, fp16 or sparse weights) into
ONNX opset 13, NCHW, with one input called "input".

    tflite_to_onnx.py IN OUT --fp32 --clip attr [--keep OUT1,OUT2]
        what OpenCV 4.6 reads: Clip with attributes, which onnx.checker refuses
    tflite_to_onnx.py IN OUT [--fp32]
        what onnx.checker accepts; without --fp32 weights are fp16 and Cast
    tflite_to_onnx.py IN OUT --fp32 --clip hs
        both, by 6 * HardSigmoid; a third to four fifths slower

Needs numpy 1.26, onnx 1.16, tflite 2.18. models/detector/README.md has the
calls that made the networks there; they give the same bytes again.
"""

import sys, argparse, numpy as np, onnx, tflite
from onnx import helper as H, numpy_helper as NH, TensorProto as TP

OPN = {v: k for k, v in vars(tflite.BuiltinOperator).items() if isinstance(v, int)}
DT = {0: np.float32, 1: np.float16, 2: np.int32, 4: np.int64}


def opt(o, cls):
    t = o.BuiltinOptions()
    c = cls()
    c.Init(t.Bytes, t.Pos)
    return c


class Conv:
    def __init__(s, path, fp16=True, keep=None, clip="std"):
        s.buf = open(path, "rb").read()
        s.m = tflite.Model.GetRootAs(s.buf, 0)
        s.g = s.m.Subgraphs(0)
        s.fp16 = fp16
        s.nodes = []
        s.inits = {}
        s.alias = {}
        s.const = {}
        s.half = set()
        s.nid = 0
        s.keep = keep
        s.clip = clip

    def T(s, i):
        return s.g.Tensors(i)

    def name(s, i):
        return s.T(i).Name().decode()

    def shape(s, i):
        sh = s.T(i).ShapeAsNumpy()
        return [] if isinstance(sh, int) else [int(x) for x in sh]

    def val(s, i):
        if i in s.const:
            return s.const[i]
        t = s.T(i)
        d = s.m.Buffers(t.Buffer()).DataAsNumpy()
        if isinstance(d, int) or d.size == 0:
            return None
        if t.Sparsity() is not None:
            a = s.densify(t, d)
        else:
            a = np.frombuffer(d.tobytes(), DT[t.Type()]).reshape(s.shape(i))
        s.const[i] = a
        if a.dtype == np.float16:
            s.half.add(i)
        return a

    def densify(s, t, d):
        sp = t.Sparsity()
        v = np.frombuffer(d.tobytes(), DT[t.Type()])
        shape = [int(x) for x in t.ShapeAsNumpy()]
        order = [int(x) for x in sp.TraversalOrderAsNumpy()]
        bm = sp.BlockMapAsNumpy()
        bm = [] if isinstance(bm, int) else [int(x) for x in bm]
        nd = len(shape)
        bsz = []
        dims = [sp.DimMetadata(k) for k in range(sp.DimMetadataLength())]

        def arr(dm, which):
            ty = getattr(dm, which + "Type")()
            tb = getattr(dm, which)()
            cls = {1: tflite.Int32Vector, 2: tflite.Uint16Vector, 3: tflite.Uint8Vector}[ty]
            c = cls()
            c.Init(tb.Bytes, tb.Pos)
            return c.ValuesAsNumpy()

        meta = []
        for dm in dims:
            if dm.Format() == 0:
                meta.append(("d", dm.DenseSize()))
            else:
                meta.append(("s", arr(dm, "ArraySegments"), arr(dm, "ArrayIndices")))
        # block sizes
        blk = [meta[nd + k][1] for k in range(len(bm))]
        out = np.zeros(shape, v.dtype)
        pos = [0]

        def rec(l, prev, idx):
            if l == len(meta):
                full = [0] * nd
                for k in range(len(meta)):
                    o = order[k]
                    if o < nd:
                        f = idx[k]
                        if o in bm:
                            f *= blk[bm.index(o)]
                        full[o] += f
                    else:
                        full[bm[o - nd]] += idx[k]
                out[tuple(full)] = v[prev]
                return
            if meta[l][0] == "d":
                for i in range(meta[l][1]):
                    rec(l + 1, prev * meta[l][1] + i, idx + [i])
            else:
                seg, ind = meta[l][1], meta[l][2]
                for p in range(int(seg[prev]), int(seg[prev + 1])):
                    rec(l + 1, p, idx + [int(ind[p])])

        rec(0, 0, [])
        return out

    def init(s, base, a, half):
        nm = base
        k = 0
        while nm in s.inits:
            k += 1
            nm = f"{base}_{k}"
        if half and s.fp16 and a.dtype != np.int64:
            h = a.astype(np.float16)
            assert np.array_equal(h.astype(np.float32), a.astype(np.float32)), base
            s.inits[nm] = NH.from_array(np.ascontiguousarray(h), nm)
            o = nm + "_f32"
            s.nodes.append(H.make_node("Cast", [nm], [o], name="cast_" + nm, to=TP.FLOAT))
            return o
        s.inits[nm] = NH.from_array(
            np.ascontiguousarray(a.astype(np.int64 if a.dtype == np.int64 else np.float32)), nm
        )
        return nm

    def one(s, nm, v):
        s.inits.setdefault(nm, NH.from_array(np.array(v), nm))
        return nm

    def add(s, op, ins, outs, **kw):
        s.nid += 1
        s.nodes.append(H.make_node(op, ins, outs, name=f"{op}_{s.nid}", **kw))

    def x(s, i):
        return s.alias.get(i, f"t{i}")

    def act(s, a, i):  # returns (pre-activation name, finisher)
        if a == 0:
            return f"t{i}", lambda: None
        pre = f"t{i}_pre"
        if a == 1:
            return pre, lambda: s.add("Relu", [pre], [f"t{i}"])
        if a == 3:

            def f():
                if s.clip == "attr":
                    s.add(
                        "Clip", [pre], [f"t{i}"], min=0.0, max=6.0
                    )  # opset<11 form: what OpenCV 4.6 reads
                elif s.clip == "hs":
                    s.add("HardSigmoid", [pre], [f"t{i}_hs"], alpha=1 / 6, beta=0.0)
                    s.add("Mul", [f"t{i}_hs", s.one("c6", np.float32(6))], [f"t{i}"])
                else:
                    s.add(
                        "Clip",
                        [pre, s.one("c0", np.float32(0)), s.one("c6", np.float32(6))],
                        [f"t{i}"],
                    )  # opset 13 form

            return pre, f
        raise Exception(f"act {a}")

    @staticmethod
    def pads(padding, i, k, st, d=(1, 1)):
        if padding == 1:
            return [0, 0, 0, 0]
        b = []
        e = []
        for n, kk, ss, dd in zip(i, k, st, d):
            o = -(-n // ss)
            ke = (kk - 1) * dd + 1
            p = max((o - 1) * ss + ke - n, 0)
            b.append(p // 2)
            e.append(p - p // 2)
        return b + e

    def run(s):
        g = s.g
        outs = [int(x) for x in g.OutputsAsNumpy()]
        if s.keep:
            outs = [o for o in outs if s.name(o) in s.keep]
        # liveness
        prod = {}
        ops = [g.Operators(i) for i in range(g.OperatorsLength())]
        for o in ops:
            for t in o.OutputsAsNumpy():
                prod[int(t)] = o
        live = set()
        st = list(outs)
        while st:
            t = st.pop()
            if t in live:
                continue
            live.add(t)
            if t in prod:
                st += [int(z) for z in prod[t].InputsAsNumpy() if z >= 0]
        for o in ops:
            c = s.m.OperatorCodes(o.OpcodeIndex())
            n = OPN[max(c.BuiltinCode(), c.DeprecatedBuiltinCode())]
            I = [int(z) for z in o.InputsAsNumpy()]
            O = [int(z) for z in o.OutputsAsNumpy()]
            y = O[0]
            if not any(t in live for t in O):
                continue
            if n in ("DEQUANTIZE", "DENSIFY"):
                a = s.val(I[0])
                assert a is not None
                s.const[y] = a.astype(np.float32)
                if a.dtype == np.float16 or I[0] in s.half:
                    s.half.add(y)
                continue
            if n in ("CONV_2D", "DEPTHWISE_CONV_2D"):
                dw = n[0] == "D"
                p = opt(o, tflite.DepthwiseConv2DOptions if dw else tflite.Conv2DOptions)
                W = s.val(I[1])
                xs = s.shape(I[0])
                ks = W.shape[1:3]
                stv = (p.StrideH(), p.StrideW())
                dl = (p.DilationHFactor(), p.DilationWFactor())
                W = W.transpose(3, 0, 1, 2) if dw else W.transpose(0, 3, 1, 2)
                ins = [s.x(I[0]), s.init(f"w{y}", W, I[1] in s.half)]
                if len(I) > 2 and I[2] >= 0:
                    ins.append(s.init(f"b{y}", s.val(I[2]), I[2] in s.half))
                pre, fin = s.act(p.FusedActivationFunction(), y)
                s.add(
                    "Conv",
                    ins,
                    [pre],
                    kernel_shape=list(ks),
                    strides=list(stv),
                    dilations=list(dl),
                    group=xs[3] if dw else 1,
                    pads=s.pads(p.Padding(), xs[1:3], ks, stv, dl),
                )
                fin()
            elif n == "ADD":
                p = opt(o, tflite.AddOptions)
                pre, fin = s.act(p.FusedActivationFunction(), y)
                assert all(s.val(i) is None for i in I), "const add"
                assert s.shape(I[0]) == s.shape(I[1]), (s.shape(I[0]), s.shape(I[1]))
                s.add("Add", [s.x(I[0]), s.x(I[1])], [pre])
                fin()
            elif n == "PRELU":
                a = s.val(I[1]).reshape(-1, 1, 1)
                s.add("PRelu", [s.x(I[0]), s.init(f"p{y}", a, I[1] in s.half)], [f"t{y}"])
            elif n == "RELU":
                s.add("Relu", [s.x(I[0])], [f"t{y}"])
            elif n == "LOGISTIC":
                s.add("Sigmoid", [s.x(I[0])], [f"t{y}"])
            elif n == "PAD":
                q = s.val(I[1]).astype(np.int64)[[0, 3, 1, 2]]
                pv = np.concatenate([q[:, 0], q[:, 1]])
                s.add("Pad", [s.x(I[0]), s.init(f"pad{y}", pv, 0)], [f"t{y}"], mode="constant")
            elif n == "MAX_POOL_2D":
                p = opt(o, tflite.Pool2DOptions)
                k = (p.FilterHeight(), p.FilterWidth())
                stv = (p.StrideH(), p.StrideW())
                assert p.FusedActivationFunction() == 0
                s.add(
                    "MaxPool",
                    [s.x(I[0])],
                    [f"t{y}"],
                    kernel_shape=list(k),
                    strides=list(stv),
                    pads=s.pads(p.Padding(), s.shape(I[0])[1:3], k, stv),
                )
            elif n == "RESIZE_BILINEAR":
                p = opt(o, tflite.ResizeBilinearOptions)
                hs = s.shape(I[0])
                os_ = s.shape(y)
                mode = (
                    "align_corners"
                    if p.AlignCorners()
                    else "half_pixel" if p.HalfPixelCenters() else "asymmetric"
                )
                sc = s.init(
                    f"sc{y}", np.array([1, 1, os_[1] / hs[1], os_[2] / hs[2]], np.float32), 0
                )
                s.add(
                    "Resize",
                    [s.x(I[0]), "", sc],
                    [f"t{y}"],
                    mode="linear",
                    coordinate_transformation_mode=mode,
                )
            elif n == "DEPTH_TO_SPACE":
                p = opt(o, tflite.DepthToSpaceOptions)
                s.d2s(I[0], y, p.BlockSize())
            elif n == "RESHAPE":
                xs, ys = s.shape(I[0]), s.shape(y)
                src = s.x(I[0])
                if len(xs) == 4 and not (xs[1] == 1 and xs[2] == 1):
                    s.add("Transpose", [src], [f"t{y}_nhwc"], perm=[0, 2, 3, 1])
                    src = f"t{y}_nhwc"
                s.add("Reshape", [src, s.init(f"shp{y}", np.array(ys, np.int64), 0)], [f"t{y}"])
                assert len(ys) < 4 or ys[1] == ys[2] == 1
            elif n == "CONCATENATION":
                p = opt(o, tflite.ConcatenationOptions)
                ax = p.Axis()
                nd = len(s.shape(y))
                ax = ax % nd
                if nd == 4:
                    ax = {0: 0, 1: 2, 2: 3, 3: 1}[ax]
                s.add("Concat", [s.x(i) for i in I], [f"t{y}"], axis=ax)
            elif n == "MEAN":
                assert sorted(s.val(I[1]).tolist()) == [1, 2]
                kd = len(s.shape(y)) == 4
                s.add("GlobalAveragePool", [s.x(I[0])], [f"t{y}" if kd else f"t{y}_g"])
                if not kd:
                    s.add("Flatten", [f"t{y}_g"], [f"t{y}"], axis=1)
            elif n == "FULLY_CONNECTED":
                p = opt(o, tflite.FullyConnectedOptions)
                assert p.FusedActivationFunction() == 0
                s.add(
                    "Gemm",
                    [
                        s.x(I[0]),
                        s.init(f"w{y}", s.val(I[1]), I[1] in s.half),
                        s.init(f"b{y}", s.val(I[2]), I[2] in s.half),
                    ],
                    [f"t{y}"],
                    transB=1,
                )
            elif n == "STRIDED_SLICE":
                b, e, stp = [s.val(k) for k in I[1:4]]
                p = opt(o, tflite.StridedSliceOptions)
                xs = s.shape(I[0])
                ax = [0, 2, 3, 1]
                B = []
                E = []
                A = []
                for k in range(4):
                    bb = 0 if p.BeginMask() >> k & 1 else int(b[k])
                    ee = xs[k] if p.EndMask() >> k & 1 else int(e[k])
                    assert stp[k] == 1
                    if bb != 0 or ee != xs[k]:
                        B.append(bb)
                        E.append(ee)
                        A.append(ax[k])
                f = lambda nm, v: s.init(f"{nm}{y}", np.array(v, np.int64), 0)
                s.add("Slice", [s.x(I[0]), f("sb", B), f("se", E), f("sa", A)], [f"t{y}"])
            else:
                raise Exception(n)
        gi = []
        for i in g.InputsAsNumpy():
            sh = s.shape(int(i))
            gi.append(H.make_tensor_value_info("input", TP.FLOAT, [sh[0], sh[3], sh[1], sh[2]]))
            in_id = int(i)
        go = []
        ren = {f"t{in_id}": "input"}
        for o in outs:
            sh = s.shape(o)
            if len(sh) == 4:
                sh = [sh[0], sh[3], sh[1], sh[2]]
            ren[f"t{o}"] = s.name(o)
            go.append(H.make_tensor_value_info(s.name(o), TP.FLOAT, sh))
        for nd in s.nodes:
            for k, v in enumerate(nd.input):
                nd.input[k] = ren.get(v, v)
            for k, v in enumerate(nd.output):
                nd.output[k] = ren.get(v, v)
        used = {v for nd in s.nodes for v in nd.input}
        gr = H.make_graph(s.nodes, "g", gi, go, [v for k, v in s.inits.items() if k in used])
        m = H.make_model(gr, opset_imports=[H.make_opsetid("", 13)], producer_name="tfl2onnx")
        m.ir_version = 7

        if s.clip != "attr":
            onnx.checker.check_model(m, full_check=True)
        return m

    def d2s(s, i, y, b):
        s.add("DepthToSpace", [s.x(i)], [f"t{y}"], blocksize=b, mode="DCR")


if __name__ == "__main__":
    a = argparse.ArgumentParser()
    a.add_argument("src")
    a.add_argument("dst")
    a.add_argument("--fp32", action="store_true")
    a.add_argument("--keep")
    a.add_argument("--clip", default="std", choices=["std", "attr", "hs"])
    z = a.parse_args()
    m = Conv(z.src, not z.fp32, z.keep.split(",") if z.keep else None, z.clip).run()
    onnx.save(m, z.dst)
    import collections, os

    print(
        z.dst,
        os.path.getsize(z.dst),
        dict(collections.Counter(n.op_type for n in m.graph.node)),
        [(o.name, [d.dim_value for d in o.type.tensor_type.shape.dim]) for o in m.graph.output],
    )
