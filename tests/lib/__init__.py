# SPDX-License-Identifier: MIT
"""What the black-box suites share; see README.md in this folder."""
