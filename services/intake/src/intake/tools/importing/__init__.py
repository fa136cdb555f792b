"""Bulk import: registers of other systems, as CSV or XLSX, become petitions.

tables: file -> rows | mapping: plan | work: rows -> petitions -> register_many | report
"""
