"""Departments that are told of cases by an Open311 server (GeoReport v2) of theirs."""
