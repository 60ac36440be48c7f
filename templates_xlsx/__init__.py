"""Workbooks: reading an office's tables into posted values, filling its templates, writing its ledgers."""
