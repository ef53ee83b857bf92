"""Writes what Python's profile plugin reads in `test/golden/profile.xplane.pb`, a profile of a small compiled step:

    python tools/golden/profile.py > test/golden/profile.json

The record was made by `tf.profile` of this package.
"""

import json
import os
from collections import defaultdict

from tensorflow.python.profiler.internal import _pywrap_profiler_plugin as plugin

path = os.path.join(os.path.dirname(__file__), "../../test/golden/profile.xplane.pb")
tables, is_done = plugin.xspace_to_tools_data([path], "framework_op_stats", {})
assert is_done
table = json.loads(tables)[0]
columns = [column["id"] for column in table["cols"]]
total_us = defaultdict(float)
for row in table["rows"]:
    values = dict(zip(columns, [cell["v"] for cell in row["c"]]))
    if values["type"] != "IDLE":
        total_us[values["type"]] += values["total_time"]
print(json.dumps({"totalUs": dict(sorted(total_us.items()))}, indent=2))
