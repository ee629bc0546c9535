"""The city's hotline as an Open311 server: GeoReport v2 in our words. `docs/open311.md` says how.

Source: GeoReport v2, https://wiki.open311.org/GeoReport_v2/.
"""
