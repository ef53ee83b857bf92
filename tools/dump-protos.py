"""Writes a FileDescriptorSet of TensorFlow's protobuf files and all that they import to standard output.

Usage: python dump-protos.py tensorflow.core.protobuf.config_pb2 ... > tensorflow.binpb
"""

import importlib
import sys

from google.protobuf import descriptor_pb2


def collect(file, files):
    """Adds `file` to `files` by name, after the files that it imports."""
    if file.name in files:
        return
    for dependency in file.dependencies:
        collect(dependency, files)
    files[file.name] = descriptor_pb2.FileDescriptorProto.FromString(file.serialized_pb)


files = {}
for module in sys.argv[1:]:
    collect(importlib.import_module(module).DESCRIPTOR, files)
sys.stdout.buffer.write(descriptor_pb2.FileDescriptorSet(file=files.values()).SerializeToString())
