"""Addresses of the register's pages."""

from __future__ import annotations

from django.urls import path

from cordiale.apps.register.views.about import about, accessibility, contact
from cordiale.apps.register.views.agreements import agreement, agreements
from cordiale.apps.register.views.feeds import changes_feed, country_feed, framework_feed
from cordiale.apps.register.views.frameworks import framework, frameworks
from cordiale.apps.register.views.home import home
from cordiale.apps.register.views.parties import countries, country
from cordiale.apps.register.views.search import find
from cordiale.apps.register.views.sources import source, sources
from cordiale.apps.register.views.standings import compare, conflict_list, one_standing
from cordiale.apps.register.views.timelines import timelines
from cordiale.ui.pages import page_urls

urlpatterns = [
    *page_urls("", home, "home"),
    *page_urls("countries/", countries, "countries"),
    *page_urls("countries/<code:party>/", country, "country"),
    *page_urls("frameworks/", frameworks, "frameworks"),
    *page_urls("frameworks/<code:framework>/", framework, "framework"),
    *page_urls("agreements/", agreements, "agreements"),
    *page_urls("agreements/<code:agreement>/", agreement, "agreement"),
    *page_urls("sources/", sources, "sources"),
    *page_urls("sources/<code:source>/", source, "source"),
    *page_urls("standing/<code:party>/<code:framework>/", one_standing, "standing"),
    *page_urls("timelines/", timelines, "timelines"),
    *page_urls("conflicts/", conflict_list, "conflicts"),
    *page_urls("compare/", compare, "compare"),
    path("changes/feed.atom", changes_feed, name="changes-feed"),
    path("countries/<code:party>/feed.atom", country_feed, name="country-feed"),
    path("frameworks/<code:framework>/feed.atom", framework_feed, name="framework-feed"),
    *page_urls("search/", find, "search"),
    *page_urls("contact/", contact, "contact"),
    *page_urls("about/", about, "about"),
    *page_urls("accessibility/", accessibility, "accessibility"),
]
