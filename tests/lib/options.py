# SPDX-License-Identifier: MIT
"""Names of limit and time options, in one place. A name changes here and nowhere else.

`option("head timeout", 1000)` gives the arguments for `pushlab`. Times are milliseconds here, and
sizes bytes.
"""
NAMES = {
    # times, in milliseconds
    "head timeout": "--head-timeout",
    "body timeout": "--body-timeout",
    "idle timeout": "--idle-timeout",
    "hold": "--hold",
    "heartbeat": "--heartbeat",
    "heartbeat timeout": "--heartbeat-timeout",
    "retry": "--retry",
    "coalesce": "--coalesce",
    "drain": "--drain",
    # counts and bytes
    "connections": "--max-connections",
    "connections per peer": "--max-connections-per-peer",
    "topics": "--max-topics",
    "memory": "--max-memory",
    "head": "--head-limit",
    "target": "--target-limit",
    "headers": "--headers-limit",
    "publish": "--publish-limit",
    "message": "--message-limit",
    "fragments": "--fragment-limit",
    "outbox": "--outbox-limit",
    "publish rate": "--publish-rate",
}
TIMES = ("head timeout", "body timeout", "idle timeout", "hold", "heartbeat", "heartbeat timeout",
         "retry", "coalesce", "drain")


def option(name, value):
    return [NAMES[name], f"{value}ms" if name in TIMES else str(value)]
