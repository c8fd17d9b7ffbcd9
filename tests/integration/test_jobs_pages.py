"""Pages of the jobs: to whom they answer, what they show, and how they end a browser's asking."""

from __future__ import annotations

import re
from uuid import uuid4

import pytest
from django.conf import settings as installed
from django.test import Client

from cordiale.apps.jobs.models import Job
from cordiale.domain.jobs import JobState
from tests.integration.test_jobs import AT, asked, begun, seen, take
from tests.viewers import ADMINISTRATOR, AUDITOR, COLLEAGUE, OUTSIDER, OWNER, browser_of

pytestmark = pytest.mark.django_db(databases="__all__")


@pytest.fixture(autouse=True)
def signed_in(settings):
    settings.MIDDLEWARE = [*installed.MIDDLEWARE, "tests.viewers.Believing"]
    settings.VIEWER_NAMED = "tests.integration.test_jobs.viewer_named"


def running(done=3, total=40, says="Rows 1,000 to 2,000"):
    job = asked()
    begun(job)
    Job.objects.filter(pk=job).update(done=done, total=total, says=says)
    return job


@pytest.mark.parametrize("viewer", [COLLEAGUE, OUTSIDER])
@pytest.mark.parametrize("part", ["", "progress/"])
def test_a_job_of_somebody_else_is_not_there(viewer, part):
    browser, job = browser_of(viewer), asked()

    theirs, nobodys = browser.get(f"/jobs/{job}/{part}"), browser.get(f"/jobs/{uuid4()}/{part}")

    assert (theirs.status_code, nobodys.status_code) == (404, 404)
    assert theirs.content == nobodys.content


@pytest.mark.parametrize("viewer", [COLLEAGUE, OUTSIDER, AUDITOR])
def test_whoever_may_not_cancel_a_job_finds_no_such_address(viewer):
    job = asked()

    assert browser_of(viewer).post(f"/jobs/{job}/cancel/").status_code == 404
    assert seen(OWNER, job).state == JobState.QUEUED


def test_the_list_is_not_there_for_the_public():
    assert browser_of(OUTSIDER).get("/jobs/").status_code == 404


@pytest.mark.parametrize(("viewer", "count"), [(OWNER, 1), (COLLEAGUE, 0), (ADMINISTRATOR, 1)])
def test_the_list_holds_what_its_reader_may_see(viewer, count):
    job = asked()

    page = browser_of(viewer).get("/jobs/").content.decode()

    assert page.count(f'href="/jobs/{job}/"') == count


@pytest.mark.parametrize("address", ["/jobs/", "/jobs/{}/", "/jobs/{}/progress/"])
def test_nobody_keeps_a_page(address):
    answer = browser_of(OWNER).get(address.format(asked()))

    assert {"private", "no-store"} <= set(answer["Cache-Control"].split(", "))


def test_a_running_job_shows_how_far_it_is_and_is_asked_for_again():
    page = browser_of(OWNER).get(f"/jobs/{running()}/").content.decode()

    assert 'max="40" value="3"' in page
    assert "3 of 40 (7 %)" in page
    assert "Rows 1,000 to 2,000" in page
    assert 'hx-trigger="every 1s"' in page
    assert "Look again" in page


def test_a_job_that_cannot_tell_shows_a_bar_without_a_value():
    page = browser_of(OWNER).get(f"/jobs/{running(done=3, total=0)}/").content.decode()

    bars = re.findall(r"<progress [^>]*>", page)
    assert len(bars) == 1
    assert "value=" not in bars[0]


def test_the_part_that_changes_is_asked_for_again_while_the_job_runs():
    answer = browser_of(OWNER).get(f"/jobs/{running()}/progress/")

    assert answer.status_code == 200
    assert b'hx-trigger="every 1s"' in answer.content


def test_the_asking_ends_with_the_job():
    job = asked()
    take(job)

    answer = browser_of(OWNER).get(f"/jobs/{job}/progress/")

    assert answer.status_code == 286
    assert b"hx-trigger" not in answer.content
    assert b'href="/changes/"' in answer.content


def test_a_screen_reader_is_told_at_each_tenth_and_not_each_second():
    job = running(done=8, total=40)
    browser = browser_of(OWNER)
    first = browser.get(f"/jobs/{job}/progress/?said=running-10").content.decode()
    Job.objects.filter(pk=job).update(done=9)
    second = browser.get(f"/jobs/{job}/progress/?said=running-20").content.decode()

    assert "Running, 20 %" in first
    assert "said=running-20" in first
    assert "hx-swap-oob" not in second


def test_a_job_is_cancelled_with_a_button():
    job = running()

    answer = browser_of(OWNER).post(f"/jobs/{job}/cancel/")

    assert (answer.status_code, answer["Location"]) == (302, f"/jobs/{job}/")
    assert seen(OWNER, job).state == JobState.CANCELLING


def test_the_button_needs_the_token_of_its_page():
    browser = Client(enforce_csrf_checks=True, headers={"X-Viewer": OWNER.name})
    job = running()

    assert browser.post(f"/jobs/{job}/cancel/").status_code == 403
    page = browser.get(f"/jobs/{job}/", secure=True).content.decode()
    token = re.findall(r'name="csrfmiddlewaretoken" value="(\w+)"', page)[0]
    pressed = browser.post(
        f"/jobs/{job}/cancel/",
        {"csrfmiddlewaretoken": token},
        secure=True,
        headers={"X-Viewer": OWNER.name, "Referer": "https://testserver/"},
    )
    assert pressed.status_code == 302


@pytest.mark.parametrize("viewer", [AUDITOR])
def test_there_is_no_button_for_whoever_may_only_look(viewer):
    assert "Cancel this job" not in browser_of(viewer).get(f"/jobs/{running()}/").content.decode()


def test_a_button_pressed_too_late_shows_how_the_job_ended():
    job = asked()
    take(job)

    page = browser_of(OWNER).post(f"/jobs/{job}/cancel/", follow=True)

    assert page.status_code == 200
    assert b"Done" in page.content


def test_cancelling_takes_a_button_and_no_link():
    assert browser_of(OWNER).get(f"/jobs/{asked()}/cancel/").status_code == 405


def test_the_page_says_when_it_was_asked_for():
    assert AT.year == 2026
    assert "1 March 2026" in browser_of(OWNER).get(f"/jobs/{asked()}/").content.decode()
