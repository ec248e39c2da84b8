"""Devices that only talk: they hear nothing."""
