#!/usr/bin/env python3
"""Writes tests/golden/detector/hand_made: two networks with the inputs and
outputs of YOLOX-L and DWPose, and weights made by hand.

yolox_l.onnx takes a pure red cell of 8x8 pixels for the middle of a person of
200x300 pixels. dw-ll_ucoco_384.onnx finds keypoint i where its input is
brightest in blue, green or red (i modulo 3 = 0, 1, 2). So tests can say where
everything has to be found without published weights.

    pip install onnx==1.16.2 numpy==1.26.4
    python make_detector_networks.py ../../tests/golden/detector/hand_made
"""

import math
import pathlib
import sys

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

OPSET = 13
ROW = 85  # box, objectness, 80 classes


def tensor(name, array):
    return numpy_helper.from_array(np.ascontiguousarray(array), name)


def save(path, nodes, constants, inputs, outputs):
    graph = helper.make_graph(nodes, "hand_made", [
        helper.make_tensor_value_info(name, TensorProto.FLOAT, shape)
        for name, shape in inputs], [
        helper.make_tensor_value_info(name, TensorProto.FLOAT, shape)
        for name, shape in outputs], constants)
    model = helper.make_model(
        graph, opset_imports=[helper.make_opsetid("", OPSET)])
    model.ir_version = 7
    onnx.checker.check_model(model)
    onnx.save(model, path)


def yolox(path):
    nodes, constants, parts = [], [], []
    for stride in (8, 16, 32):
        cells = 640 // stride
        weight = np.zeros((ROW, 3, 1, 1), np.float32)
        bias = np.zeros(ROW, np.float32)
        if stride == 8:
            weight[4, :, 0, 0] = np.float32([-1, -1, 1]) / 255  # blue first
            bias[:6] = [0.5, 0.5, math.log(200 / stride),
                        math.log(300 / stride), 0, 1]
        constants += [tensor(f"w{stride}", weight), tensor(f"b{stride}", bias),
                      tensor(f"s{stride}",
                             np.int64([1, ROW, cells * cells]))]
        nodes += [
            helper.make_node("AveragePool", ["images"], [f"mean{stride}"],
                             kernel_shape=[stride] * 2, strides=[stride] * 2),
            helper.make_node("Conv",
                             [f"mean{stride}", f"w{stride}", f"b{stride}"],
                             [f"row{stride}"], kernel_shape=[1, 1]),
            helper.make_node("Reshape", [f"row{stride}", f"s{stride}"],
                             [f"flat{stride}"])]
        parts.append(f"flat{stride}")
    nodes += [helper.make_node("Concat", parts, ["all"], axis=2),
              helper.make_node("Transpose", ["all"], ["output"],
                               perm=[0, 2, 1])]
    save(path, nodes, constants, [("images", [1, 3, 640, 640])],
         [("output", [1, 8400, ROW])])


def dwpose(path):
    weight = np.zeros((133, 3, 1, 1), np.float32)
    for keypoint in range(133):
        weight[keypoint, keypoint % 3, 0, 0] = 0.4
    nodes = []
    constants = [tensor("w", weight), tensor("b", np.zeros(133, np.float32))]
    for name, kernel, size, scales in (
            ("simcc_x", [384, 1], 288, [1, 1, 1, 2]),
            ("simcc_y", [1, 288], 384, [1, 1, 2, 1])):
        constants += [tensor(f"{name}_shape", np.int64([1, 133, 2 * size])),
                      tensor(f"{name}_scales", np.float32(scales))]
        nodes += [
            helper.make_node("MaxPool", ["input"], [f"{name}_max"],
                             kernel_shape=kernel, strides=[1, 1]),
            helper.make_node("Conv", [f"{name}_max", "w", "b"],
                             [f"{name}_conv"], kernel_shape=[1, 1]),
            helper.make_node("Resize",
                             [f"{name}_conv", "", f"{name}_scales"],
                             [f"{name}_twice"], mode="nearest",
                             coordinate_transformation_mode="asymmetric",
                             nearest_mode="floor"),
            helper.make_node("Reshape", [f"{name}_twice", f"{name}_shape"],
                             [name])]
    save(path, nodes, constants, [("input", [1, 3, 384, 288])],
         [("simcc_x", [1, 133, 576]), ("simcc_y", [1, 133, 768])])


def main():
    folder = pathlib.Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    yolox(folder / "yolox_l.onnx")
    dwpose(folder / "dw-ll_ucoco_384.onnx")


if __name__ == "__main__":
    main()
