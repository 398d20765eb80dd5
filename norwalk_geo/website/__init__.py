"""The residents' page of a plan: one file, no network, words first."""

from __future__ import annotations

from norwalk_geo.website.faults import faults_page
from norwalk_geo.website.page import Plan, page, publish

__all__ = ["Plan", "faults_page", "page", "publish"]
