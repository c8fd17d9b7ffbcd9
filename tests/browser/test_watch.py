"""Whoever watches the pages would see what they must never do."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser

from tests.browser.conftest import VIOLATIONS, Watch

pytestmark = pytest.mark.browser


@pytest.mark.parametrize(
    ("deed", "word"),
    [
        ("document.body.setAttribute('style', 'color: red')", "style-src"),
        ("document.head.append(Object.assign(document.createElement('script'), {text: '1'}))", "script-src"),
        ("new Image().src = 'http://elsewhere.invalid/'", "img-src"),
        ("console.error('wrong')", "wrong"),
        ("setTimeout(() => { throw new Error('broken'); })", "broken"),
        ("fetch('/nothing-here/')", "404"),
        ("location = 'http://elsewhere.invalid/'", "another host"),
    ],
)
def test_what_a_page_may_not_do_is_seen(browser: Browser, site: str, deed: str, word: str):
    watch = Watch(site)
    with browser.new_context(base_url=site) as context:
        context.add_init_script(VIOLATIONS)
        watch.over(context)
        page = context.new_page()
        page.goto("/accessibility/")

        page.evaluate(f"() => {{ {deed}; }}")
        page.wait_for_timeout(300)

    assert any(word in wrong for wrong in watch.wrongs), watch.wrongs


def test_a_page_that_does_none_of_it_is_clean(browser: Browser, site: str):
    watch = Watch(site)
    with browser.new_context(base_url=site) as context:
        watch.over(context)
        context.new_page().goto("/accessibility/")

    assert watch.wrongs == []
