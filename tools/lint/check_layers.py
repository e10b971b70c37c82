#!/usr/bin/env python3
"""Keeps the directions of the house: who may include whom.

The table below is docs/architecture.md as data. A new row, or a new word in a
row, is a design decision and shows up in review as one. Run from anywhere;
prints one line per fault and exits with 1 if there is any.

Besides includes it lists sources that have no mirrored test, tests and sources
that no CMakeLists.txt names, and include guards that do not follow the path.
"""

import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
TREES = ("engine", "server", "client", "tools", "tests")

# Which third party an include path belongs to. First match wins.
THIRD_PARTIES = (
    (re.compile(r"absl/"), "absl"),
    (re.compile(r"(?!google/protobuf/).*\.pb\.h$"), "proto"),
    (re.compile(r"(ATen|c10|torch|caffe2)/"), "torch"),
    (re.compile(r"opencv2/"), "opencv"),
    (re.compile(r"lib(av|sw)[a-z]+/"), "ffmpeg"),
    (re.compile(r"(grpcpp|grpc)/"), "grpc"),
    (re.compile(r"google/protobuf/"), "protobuf"),
    (re.compile(r"prometheus/"), "prometheus"),
    (re.compile(r"httplib\.h"), "httplib"),
    (re.compile(r"sqlite3\.h"), "sqlite"),
    (re.compile(r"CLI/"), "cli11"),
    (re.compile(r"nlohmann/"), "json"),
    (re.compile(r"openssl/"), "openssl"),
    (re.compile(r"zlib\.h"), "zlib"),
    (re.compile(r"(gtest|gmock)/"), "gtest"),
    (re.compile(r"benchmark/"), "benchmark"),
)

# Folder or file (without its ending) -> what it may include directly: our own
# folders, which bring what they may include with them, and "+name" for third
# parties, which they do not bring. The longest match counts.
RULES = {
    "engine/base": ("+absl", "+openssl"),
    "engine/animation": ("engine/base", "+absl"),
    "engine/raster": ("engine/animation",),
    "engine/pose": ("engine/base", "+absl"),
    "engine/media": (
        "engine/animation", "engine/raster", "engine/pose", "+absl",
        "+opencv", "+ffmpeg",
    ),
    "engine/skeleton": (
        "engine/animation", "engine/raster", "engine/pose", "engine/media",
        "+absl",
    ),
    "engine/detector": ("engine/animation", "engine/pose", "+absl"),
    "engine/synth": ("engine/animation", "engine/pose", "+absl"),
    # The one file that draws skeletons.
    "engine/synth/synthesize": ("engine/synth", "engine/media", "+absl"),
    "engine/dataset": (
        "engine/animation", "engine/raster", "engine/pose", "engine/media",
        "engine/synth", "+absl",
    ),
    "engine/schedule": (),
    "engine/tensor": ("engine/base", "+absl", "+torch"),
    "engine/kernels": ("engine/base", "+absl", "+torch"),
    "engine/nn": ("engine/tensor", "engine/kernels", "+absl", "+torch"),
    "engine/model": ("engine/nn", "+absl", "+torch", "+json"),
    "engine/weights": ("engine/tensor", "+absl", "+torch", "+json"),
    "engine/evaluation": (
        "engine/animation", "engine/nn", "engine/weights", "+absl", "+torch",
    ),
    "engine/diffusion": ("engine/tensor", "engine/schedule", "+absl", "+torch"),
    "engine/pipeline": (
        "engine/animation", "engine/raster", "engine/model", "engine/weights",
        "engine/diffusion", "engine/schedule", "+absl", "+torch", "+json",
    ),
    "engine/training": ("engine/dataset", "engine/pipeline", "+absl", "+torch"),
    "server/metrics": ("engine/base", "engine/animation", "+absl"),
    "server/queue": ("engine/animation", "engine/pose", "+absl"),
    "server/store": ("server/queue", "+absl", "+sqlite"),
    "server/worker": (
        "server/queue", "server/metrics", "engine/media", "engine/skeleton",
        "engine/detector", "+absl",
    ),
    "server/security": ("server/queue", "+absl", "+openssl"),
    "server/service": (
        "server/queue", "server/metrics", "server/security", "+absl", "+grpc",
        "+protobuf", "+proto",
    ),
    # Settings: the only reader of flags, environment and file.
    "server/server_config": (
        "engine/animation", "server/security", "+absl", "+cli11", "+json",
    ),
    # The composition root and what stands directly under it.
    "server": (
        "server/service", "server/worker", "server/store", "engine/pipeline", "+absl",
        "+grpc", "+cli11", "+json",
    ),
    "client": (
        "engine/base", "engine/animation", "engine/media", "engine/skeleton",
        "engine/detector", "engine/synth", "+absl", "+grpc", "+protobuf",
        "+proto", "+cli11", "+json",
    ),
    # The library that others link: no pictures, no command line.
    "client/animation_client": (
        "engine/base", "+absl", "+grpc", "+protobuf", "+proto",
    ),
    "client/call_control": ("engine/base", "+absl", "+grpc"),
    "client/secure_channel": ("+absl", "+grpc"),
    "client/frame_assembler": ("engine/base", "+absl", "+proto"),
    "client/keypoint_message": ("engine/pose", "+proto"),
    "client/grpc_error": ("engine/base", "+absl", "+grpc", "+proto"),
    "client/upload_plan": ("engine/base", "+absl", "+proto"),
    "tools/train": (
        "engine/training", "engine/dataset", "engine/media", "+absl", "+torch",
        "+cli11",
    ),
    "tools/eval": (
        "engine/evaluation", "engine/dataset", "engine/pipeline",
        "engine/media", "client", "+absl", "+torch", "+cli11", "+json",
    ),
    "tools": ("engine/pipeline", "engine/media", "engine/synth", "+absl",
              "+torch", "+cli11", "+json"),
}
# Tests may include what they test, the helpers, and what both may include.
TEST_EXTRAS = ("+gtest", "+absl", "+json", "tests/support")
WHOLE_SERVER = ("server", "tests/integration", "+grpc", "+protobuf", "+proto",
                "+httplib")
TEST_RULES = {
    "tests/unit/server/server_site": WHOLE_SERVER,
    "tests/unit/server/server_stop_test": WHOLE_SERVER,
    "tests/unit/server/server_test": WHOLE_SERVER,
    # The manager is tested with the stores that it is made for.
    "tests/unit/server/queue": ("server/queue", "server/store"),
    "tests/unit/server/service": ("server/service", "server/store", "+proto"),
    "tests/support/test_certificates": ("+absl", "+openssl"),
    "tests/unit/server/worker": ("server/worker", "server/store"),
    "tests/support": ("engine/pipeline", "engine/media", "server/queue",
                      "server/store", "server/metrics", "engine/detector", "+absl", "+torch",
                      "+json", "+opencv", "+proto", "+gtest"),
    "tests/integration": ("server", "client", "+grpc", "+protobuf", "+proto",
                          "+httplib", "+torch", "+opencv"),
    "tests/reliability": ("server", "client", "+grpc", "+protobuf", "+proto"),
    "tests/fuzz": ("server", "client", "+torch", "+proto", "+protobuf"),
    "tests/benchmark": ("server", "engine/synth", "engine/dataset", "+torch",
                        "+benchmark", "+cli11"),
    "tests/benchmark/training": ("tests/benchmark", "tools/train", "+torch",
                                 "+cli11"),
    "tests/unit/engine/kernels/cuda_kernels_test": ("engine/kernels",
                                                    "engine/tensor", "+torch"),
}
# These stay out of headers, so that nobody else compiles them.
SOURCE_ONLY = {"engine/base": ("+openssl",),
               "server/security": ("+openssl",),
               "server/metrics": ("+prometheus", "+httplib"),
               "server/store": ("+sqlite",),
               "engine/pose": ("+json", "+zlib"),
               "engine/synth": ("+json",),
               "engine/dataset": ("+json",),
               "engine/training": ("+json",),
               "tools/train": ("+json",),
               "engine/skeleton": ("+opencv",),
               "engine/detector": ("+opencv", "+zlib")}
# Pictures other than RgbImage stay inside media.
HEADER_FORBIDDEN = {"engine/media": ("+opencv", "+ffmpeg")}
# Headers of media that only its own sources include.
HEADER_INTERNAL = ("engine/media/ffmpeg.h",)

# Sources without a test file of their own, and the test that drives them.
TESTED_BY = {
    "engine/base/clock.cc": "tests/unit/engine/base/cancellation_test.cc",
    "engine/pose/numpy_poses.cc":
        "tests/unit/engine/pose/npy_array_test.cc",
    "engine/pose/pose_error.cc":
        "tests/unit/engine/pose/keypoint_layout_test.cc",
    "engine/synth/draw_hair.cc": "tests/unit/engine/synth/renderer_test.cc",
    "engine/synth/draw_hands.cc": "tests/unit/engine/synth/renderer_test.cc",
    "engine/synth/draw_head.cc": "tests/unit/engine/synth/renderer_test.cc",
    "engine/synth/draw_limbs.cc": "tests/unit/engine/synth/renderer_test.cc",
    "engine/synth/draw_torso.cc": "tests/unit/engine/synth/renderer_test.cc",
    "engine/synth/hair_strands.cc":
        "tests/unit/engine/synth/renderer_test.cc",
    "engine/synth/face_geometry.cc":
        "tests/unit/engine/synth/figure_keypoints_test.cc",
    "engine/synth/head_view.cc":
        "tests/unit/engine/synth/figure_keypoints_test.cc",
    "engine/synth/joint_angles.cc": "tests/unit/engine/synth/motion_test.cc",
    "engine/synth/planar_motions.cc": "tests/unit/engine/synth/motion_test.cc",
    "engine/synth/spatial_motions.cc":
        "tests/unit/engine/synth/motion_test.cc",
    "engine/synth/proportions.cc":
        "tests/unit/engine/synth/character_test.cc",
    "engine/media/ffmpeg.cc": "tests/unit/engine/media/video_decoder_test.cc",
    "engine/media/memory_demuxer.cc":
        "tests/unit/engine/media/video_decoder_test.cc",
    "engine/media/muxed_encoder.cc":
        "tests/unit/engine/media/video_encoder_test.cc",
    "client/pose_command_line.cc": "tests/unit/client/pose_commands_test.cc",
    "client/pose_convert_command.cc": "tests/unit/client/pose_commands_test.cc",
    "client/pose_extract_command.cc": "tests/unit/client/pose_commands_test.cc",
    "client/pose_info_command.cc": "tests/unit/client/pose_commands_test.cc",
    "client/pose_render_command.cc": "tests/unit/client/pose_commands_test.cc",
    "client/pose_retarget_command.cc":
        "tests/unit/client/pose_commands_test.cc",
    "client/pose_synth_command.cc": "tests/unit/client/pose_commands_test.cc",
    "client/pose_summary.cc": "tests/unit/client/pose_commands_test.cc",
    "client/pose_progress.cc": "tests/unit/client/pose_view_test.cc",
    "client/main.cc": "tests/unit/client/command_line_test.cc",
    "client/command.cc": "tests/unit/client/jobs_command_test.cc",
    "client/secure_channel.cc": "tests/integration/tls_test.cc",
    "server/main.cc": "tests/unit/server/main_test.cc",
    "server/service/caller_identity.cc": "tests/integration/caller_test.cc",
    "server/service/tls_server_credentials.cc": "tests/integration/tls_test.cc",
    "server/stop_signals.cc": "tests/unit/server/main_test.cc",
    "server/config_setting.cc": "tests/unit/server/server_config_test.cc",
    "server/metrics/certificate_family.cc":
        "tests/unit/server/metrics/prometheus_recorder_test.cc",
    "server/metrics/device_memory_family.cc":
        "tests/unit/server/metrics/prometheus_recorder_test.cc",
    "server/metrics/job_families.cc":
        "tests/unit/server/metrics/prometheus_recorder_test.cc",
    "server/metrics/label_names.cc":
        "tests/unit/server/metrics/prometheus_recorder_test.cc",
    "server/metrics/reference_cache_families.cc":
        "tests/unit/server/metrics/prometheus_recorder_test.cc",
    "server/metrics/serving_metric_table.cc":
        "tests/unit/server/metrics/prometheus_recorder_test.cc",
    "server/metrics/metric_table.cc":
        "tests/unit/server/metrics/prometheus_recorder_test.cc",
    "server/metrics/process_families.cc":
        "tests/unit/server/metrics/prometheus_recorder_test.cc",
    "server/queue/job_name.cc":
        "tests/unit/server/queue/stored_job_manager_test.cc",
    "server/queue/job_submission.cc":
        "tests/unit/server/queue/stored_job_manager_test.cc",
    "server/queue/job_transitions.cc":
        "tests/unit/server/queue/stored_job_manager_test.cc",
    "server/queue/progress_meter.cc":
        "tests/unit/server/queue/cost_model_test.cc",
    "server/worker/job_run.cc": "tests/unit/server/worker/worker_test.cc",
    # What needs a connection is tested over one.
    "server/service/animate_reactor.cc":
        "tests/integration/animate_rpc_test.cc",
    "server/service/animation_service.cc":
        "tests/integration/jobs_rpc_test.cc",
    "server/service/grpc_frontend.cc": "tests/integration/frontend_test.cc",
    "server/service/job_stream.cc": "tests/integration/stream_frames_test.cc",
    "server/service/stream_frames_reactor.cc":
        "tests/integration/stream_frames_test.cc",
    "tools/model/main.cc": "tests/unit/tools/model/inspect_command_test.cc",
    "engine/kernels/cuda/module.cc":
        "tests/unit/engine/kernels/cuda_kernels_test.cc",
    "tools/train/data_settings.cc":
        "tests/unit/tools/train/run_config_test.cc",
    "tools/train/stage_settings.cc":
        "tests/unit/tools/train/run_config_test.cc",
    "tools/train/trainer_settings.cc":
        "tests/unit/tools/train/run_config_test.cc",
    "tools/train/vae_settings.cc": "tests/unit/tools/train/run_config_test.cc",
    "tools/train/make_task.cc": "tests/unit/tools/train/training_run_test.cc",
    "tools/train/run_folder.cc": "tests/unit/tools/train/training_run_test.cc",
    "tools/train/run_reporter.cc":
        "tests/unit/tools/train/training_run_test.cc",
    "tools/train/main.cc": "tests/unit/tools/train/train_command_test.cc",
    "tools/eval/main.cc": "tests/unit/tools/eval/pairs_command_test.cc",
    "tools/mocap/main.cc": "tests/unit/tools/mocap/camera_test.cc",
    "server/store/inputs_spool.cc":
        "tests/unit/server/store/job_store_contract_test.cc",
    "server/store/memory_job_store.cc":
        "tests/unit/server/store/job_store_contract_test.cc",
    "server/store/sqlite_schema.cc":
        "tests/unit/server/store/job_rows_test.cc",
    "server/store/store_error.cc":
        "tests/unit/server/store/job_store_contract_test.cc",
}

INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]', re.MULTILINE)


def longest_match(table, path):
    """Returns the key of `table` that is a prefix of `path`, by whole words."""
    stem = path.with_suffix("").as_posix()
    keys = [k for k in table
            if stem == k or stem.startswith(k + "/")]
    return max(keys, key=len, default=None)


def closure(folders):
    """Our folders reachable from `folders` by the table."""
    seen = set()
    todo = [f for f in folders if not f.startswith("+")]
    while todo:
        folder = todo.pop()
        if folder in seen:
            continue
        seen.add(folder)
        allowed = RULES.get(folder, TEST_RULES.get(folder, ()))
        todo += [f for f in allowed if not f.startswith("+")]
    return seen


def allowed_for(path):
    """Returns (our folders, third parties) that `path` may include."""
    relative = path.relative_to(ROOT)
    if relative.parts[0] == "tests":
        key = longest_match(TEST_RULES, relative)
        if key is not None:
            words = TEST_RULES[key] + TEST_EXTRAS + (key,)
        else:  # tests/unit/<tree>/...: what the tested file may include
            tested = pathlib.Path(*relative.parts[2:])
            key = longest_match(RULES, tested.parent / re.sub(
                r"_test$", "", tested.stem))
            if key is None:
                return None
            words = RULES[key] + TEST_EXTRAS + (key, relative.parent.as_posix())
            words += SOURCE_ONLY.get(key, ())
            # A file with rules of its own lives among its folder's tests.
            words += (tested.parent.as_posix(),)
    else:
        key = longest_match(RULES, relative)
        if key is None:
            return None
        words = RULES[key] + (key, relative.parent.as_posix())
        if relative.suffix == ".cc":
            words += SOURCE_ONLY.get(key, ())
        elif relative.as_posix() not in HEADER_INTERNAL:
            forbidden = HEADER_FORBIDDEN.get(key, ())
            words = tuple(w for w in words if w not in forbidden)
    third = {w[1:] for w in words if w.startswith("+")}
    return closure(words), third


def third_party(include):
    for pattern, name in THIRD_PARTIES:
        if pattern.match(include):
            return name
    return None


def check_includes(path, text):
    relative = path.relative_to(ROOT)
    allowed = allowed_for(path)
    if allowed is None:
        yield f"{relative}: no rule for this folder in tools/lint/check_layers.py"
        return
    folders, third = allowed
    for match in INCLUDE.finditer(text):
        include = match.group(2)
        line = text.count("\n", 0, match.start()) + 1
        where = f"{relative}:{line}"
        name = third_party(include)
        if include in ("torch/torch.h", "torch/extension.h", "ATen/ATen.h"):
            yield f"{where}: {include} costs half a minute; include single ATen headers"
        elif name is not None:
            if name not in third:
                yield f"{where}: {include} ({name}) is out of place here"
        elif match.group(1) == '"':
            target = pathlib.Path(include)
            if not (ROOT / target).is_file():
                yield f"{where}: {include} is not a path from the repository root"
                continue
            key = longest_match(RULES, target) or longest_match(TEST_RULES, target)
            folder = target.parent.as_posix()
            # Helpers of other tests, of what this one may include.
            tested = folder.removeprefix("tests/unit/")
            if not {key, folder, tested} & folders:
                yield f"{where}: {include} points against the layers"
        elif "/" in include and not include.startswith(
                ("sys/", "netinet/", "arpa/", "linux/", "experimental/")):
            yield f"{where}: {include} is a third party this check does not know"


def check_guard(path, text):
    relative = path.relative_to(ROOT)
    want = "ANIMATE_" + re.sub(r"[^A-Z0-9]", "_",
                               relative.as_posix().upper()) + "_"
    if f"#ifndef {want}\n#define {want}\n" not in text:
        yield f"{relative}: include guard should be {want}"


def cmake_words(folder):
    """Words of the CMakeLists.txt of `folder` and of those above it."""
    words = set()
    while folder != ROOT.parent:
        lists = folder / "CMakeLists.txt"
        if lists.is_file():
            for line in lists.read_text().splitlines():
                for word in re.findall(r"[\w./-]+", line.split("#")[0]):
                    words.add((folder / word).resolve())
        folder = folder.parent
    return words


def check_build_and_tests(path):
    relative = path.relative_to(ROOT)
    if path.suffix == ".cc" and path.resolve() not in cmake_words(path.parent):
        yield f"{relative}: no CMakeLists.txt names it"
    if path.suffix != ".cc" or relative.parts[0] == "tests":
        return
    mirrored = f"tests/unit/{relative.parent}/{path.stem}_test.cc"
    test = ROOT / TESTED_BY.get(relative.as_posix(), mirrored)
    if not test.is_file():
        yield f"{relative}: no test {test.relative_to(ROOT)}"


def main():
    faults = []
    files = sorted(p for tree in TREES for p in (ROOT / tree).rglob("*")
                   if p.suffix in (".h", ".cc", ".cu", ".cuh"))
    for path in files:
        text = path.read_text(encoding="utf-8")
        faults += check_includes(path, text)
        faults += check_build_and_tests(path)
        if path.suffix == ".h":
            faults += check_guard(path, text)
    for name in TESTED_BY:
        if not (ROOT / name).is_file():
            faults.append(f"tools/lint/check_layers.py: {name} is gone")
    for fault in faults:
        print(fault)
    print(f"check_layers: {len(files)} files, {len(faults)} faults")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
