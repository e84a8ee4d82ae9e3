import datetime as dt
import re
from collections.abc import Callable
from typing import Any

import pytest
from django.conf import settings
from django.test import Client, RequestFactory
from django.utils import translation

from contacts.models import PolicyVersion
from contacts.policy import policies
from contacts.views.language import chosen
from contacts.words.vocabulary import Scenario
from tests.support.admin_pages import contents
from tests.support.lengthening import lengthen

NOW = dt.datetime(2026, 11, 23, 23, 30, tzinfo=dt.UTC)

PARTS = sorted(path.name for path in (settings.BASE_DIR / "templates" / "contacts").glob("privacy*.html"))

type Page = Callable[..., str]


@pytest.fixture
def page(client: Client) -> Page:
    def shown(query: str = "", accepts: str = "en") -> str:
        return client.get(f"/privacy/{query}", headers={"accept-language": accepts}).content.decode()

    return shown


@pytest.mark.promise("L12")
@pytest.mark.parametrize(("accepts", "kept"), [("en", "36 months"), ("sv", "36 månader")])
def test_what_stays_after_a_deletion_is_told_with_its_ground_and_period(
    policy: PolicyVersion, page: Page, accepts: str, kept: str, client: Client
) -> None:
    shown = page(accepts=accepts)
    assert kept in shown.partition('<section id="remains">')[2]
    assert shown.count('href="#remains"') == 1
    assert 'id="remains"' not in client.get(f"/privacy/{policy.number}/").content.decode()


@pytest.mark.promise("P17")
@pytest.mark.promise("L20")
@pytest.mark.parametrize(
    ("accepts", "kept"),
    [
        ("en", "48 months after each entry; proof of what was done (Article 5(2) GDPR)."),
        (
            "sv",
            "48 månader efter varje anteckning; bevis på vad som har gjorts (artikel 5.2 i dataskyddsförordningen).",
        ),
    ],
)
@pytest.mark.usefixtures("policy")
def test_how_long_the_audit_trail_is_kept_is_told_from_the_setting(
    page: Page, settings: Any, accepts: str, kept: str
) -> None:
    settings.AUDIT_MONTHS = 48
    assert kept in page(accepts=accepts)


@pytest.mark.parametrize(
    ("accepts", "kept"),
    [
        ("en", "with your details, at the latest 9 months after each mail, or with the request or the news"),
        ("sv", "med dina uppgifter, senast 9 månader efter varje mejl, eller tillsammans med ärendet eller nyheten"),
    ],
)
@pytest.mark.usefixtures("policy")
def test_how_long_mails_are_known_is_told_from_the_setting(page: Page, settings: Any, accepts: str, kept: str) -> None:
    settings.MESSAGE_MONTHS = 9
    assert kept in page(accepts=accepts)


@pytest.mark.promise("P24")
def test_each_scenario_says_what_for_which_data_why_and_how_long(policy: PolicyVersion, page: Page) -> None:
    shown = page()
    for scenario in Scenario.values:
        rule = policy.rule(scenario)
        assert f'id="{scenario}"' in shown
        assert rule.title["en"] in shown
        assert rule.purposes["en"][0] in shown
    assert "18 months after your last activity" in shown
    assert "24 months after your organisation&#x27;s last agreement has ended" in shown
    assert "18 months after the day on which we collected your details" in shown
    assert "Art. 6(1)(f) GDPR" in shown


@pytest.mark.promise("P24")
def test_the_periods_are_those_that_the_nightly_run_keeps(db: None, policy_source: dict[str, Any], page: Page) -> None:
    for rule in policy_source["rule"]:
        rule["months"] = 7
    policies.publish_source(policy_source, at=NOW, by="test")
    shown = page()
    assert "We delete your details 7 months after your last activity" in shown
    assert "18 months" not in shown
    assert "{period}" not in shown


@pytest.mark.promise("L13")
def test_whoever_was_promised_less_reads_that_it_applies(policy: PolicyVersion, page: Page) -> None:
    said = "It applies until we have told you of a longer one."
    assert said not in page()
    lengthen()
    assert said in page()


def test_one_month_is_not_one_months(db: None, policy_source: dict[str, Any], page: Page) -> None:
    for rule in policy_source["rule"]:
        rule["months"] = 1
    policies.publish_source(policy_source, at=NOW, by="test")
    assert "1 month after your last activity" in page()
    assert "1 månad efter din senaste aktivitet" in page(accepts="sv")


@pytest.mark.promise("P25")
def test_the_company_and_its_contact_points_are_on_the_page(policy: PolicyVersion, page: Page) -> None:
    shown = page()
    controller = policy.controller
    for name in ("name", "number", "address", "email", "privacy_contact"):
        assert controller[name] in shown


@pytest.mark.promise("P23")
def test_the_supervisory_authority_is_named_and_linked(policy: PolicyVersion, page: Page) -> None:
    assert '<a href="https://www.imy.se" rel="external">Integritetsskyddsmyndigheten (IMY)</a>' in page()


@pytest.mark.promise("P10")
def test_job_applicants_are_shown_to_the_careers_site(policy: PolicyVersion, page: Page) -> None:
    assert policy.controller["links"]["careers"] in page()


def test_the_version_and_its_day_in_the_companys_time_zone_are_shown(
    db: None, policy_source: dict[str, Any], page: Page
) -> None:
    policies.publish_source(policy_source, at=NOW, by="test")
    assert "published on 24 November 2026" in page()
    assert "publicerad den 24 november 2026" in page("?lang=sv")


@pytest.mark.parametrize(
    ("query", "accepts", "language"),
    [
        ("", "sv-SE,sv;q=0.9,en;q=0.5", "sv"),
        ("", "de", "en"),
        ("", "", "en"),
        ("?lang=sv", "en", "sv"),
        ("?lang=en", "sv", "en"),
        ("?lang=xx", "sv", "sv"),
    ],
)
def test_the_page_speaks_the_browsers_language_or_the_one_that_is_asked_for(
    policy: PolicyVersion, client: Client, query: str, accepts: str, language: str
) -> None:
    answer = client.get(f"/privacy/{query}", headers={"accept-language": accepts})
    assert answer["Content-Language"] == language
    assert f'<html lang="{language}">' in answer.content.decode()
    assert ("Integritetspolicy" if language == "sv" else "Privacy policy") in answer.content.decode()


def test_choosing_a_language_stores_nothing(policy: PolicyVersion, client: Client) -> None:
    before = contents()
    answer = client.get("/privacy/?lang=sv")
    assert not answer.cookies
    assert contents() == before
    assert 'lang="en"' in client.get("/privacy/", headers={"accept-language": "en"}).content.decode()


def test_a_text_without_a_translation_is_shown_in_english_and_says_so(
    db: None, policy_source: dict[str, Any], page: Page
) -> None:
    del policy_source["texts"]["security"]["sv"]
    policies.publish_source(policy_source, at=NOW, by="test")
    shown = page("?lang=sv")
    assert '<div class="prose" lang="en"><p>Only those of us who need' in shown


def test_a_text_cannot_bring_markup(db: None, policy_source: dict[str, Any], page: Page) -> None:
    policy_source["texts"]["security"]["en"] = "<script>alert(1)</script>"
    policies.publish_source(policy_source, at=NOW, by="test")
    assert "<script>" not in page()


@pytest.mark.django_db
def test_without_a_published_policy_the_page_says_so_and_answers_503(client: Client) -> None:
    answer = client.get("/privacy/")
    assert (answer.status_code, answer["Retry-After"]) == (503, "3600")
    assert "Our privacy policy is on its way" in answer.content.decode()


def test_the_page_is_there_to_read_alone(policy: PolicyVersion, client: Client) -> None:
    assert client.post("/privacy/").status_code == 405


@pytest.mark.promise("P15")
@pytest.mark.parametrize("language", ["en", "sv"])
def test_each_scenario_names_who_gets_the_details(policy: PolicyVersion, page: Page, language: str) -> None:
    shown = page(f"?lang={language}")
    for scenario in Scenario.values:
        for recipient in policy.rule(scenario).recipients[language]:
            assert recipient in part(shown, scenario)


@pytest.mark.promise("P16")
@pytest.mark.parametrize(
    ("language", "safeguards"),
    [
        ("en", ["adequacy decision", "standard contractual clauses", "binding corporate rules", "code of conduct"]),
        ("sv", ["adekvat skyddsnivå", "standardavtalsklausuler", "bindande företagsbestämmelser", "uppförandekod"]),
    ],
)
def test_each_scenario_names_the_safeguards_of_transfers(
    policy: PolicyVersion, page: Page, language: str, safeguards: list[str]
) -> None:
    shown = page(f"?lang={language}")
    for scenario in Scenario.values:
        assert [word for word in safeguards if word not in part(shown, scenario)] == []
    assert "Privacy Shield" not in shown


def test_a_policy_that_names_recipients_for_all_scenarios_at_once_has_no_empty_rows(
    db: None, policy_source: dict[str, Any], page: Page
) -> None:
    for rule in policy_source["rule"]:
        del rule["recipients"], rule["transfers"]
    policies.publish_source(policy_source, at=NOW, by="test")
    assert "Who else gets them" not in page()
    assert "<dt>Outside the EU and the EEA</dt>" not in page()


@pytest.mark.promise("P19")
def test_each_scenario_leads_to_the_rights_and_to_how_they_are_used(policy: PolicyVersion, page: Page) -> None:
    shown = page()
    for scenario in Scenario.values:
        assert '<a href="#rights">How to do it</a>' in part(shown, scenario)
        assert '<a href="#complaints">How to complain</a>' in part(shown, scenario)
    assert 'href="/my-data/"' in part(shown, "rights")
    assert f'write to <a href="mailto:{policy.controller["privacy_contact"]}">' in part(shown, "rights")
    assert "the link at the end of any of our mailings" in part(shown, "rights")


@pytest.mark.promise("P24")
def test_the_page_says_what_the_words_mean_and_where_other_policies_are(policy: PolicyVersion, page: Page) -> None:
    shown = page()
    assert "Personal data is any information" in shown
    assert "Processing is everything" in shown
    assert "sites that other people run" in part(shown, "third-party-sites")
    assert "our privacy contact reads every complaint" in part(shown, "complaints")
    for name in ("cookies", "services"):
        assert f'href="{policy.controller["links"][name]}"' in part(shown, "cookies")


@pytest.mark.promise("P25")
def test_the_footer_says_who_answers_and_leads_to_the_policies(policy: PolicyVersion, page: Page) -> None:
    footer = page()[page().index("<footer") :]
    controller = policy.controller
    for name in ("name", "number", "address", "email", "privacy_contact"):
        assert controller[name] in footer
    for address in ("/privacy/", controller["links"]["cookies"], controller["links"]["services"]):
        assert f'href="{address}"' in footer
    assert "ends with a link to change what you get" in footer


def test_the_language_is_switched_in_the_footer_and_kept_by_links(policy: PolicyVersion, page: Page) -> None:
    plain, swedish = page("?from=mail"), page("?lang=sv&from=mail")
    assert '<a href="?from=mail&amp;lang=sv" lang="sv" hreflang="sv" >Svenska</a>' in plain
    assert '<a href="?lang=sv&amp;from=mail" lang="sv" hreflang="sv" aria-current="true">Svenska</a>' in swedish
    assert 'href="/privacy/?lang=sv"' in swedish
    assert 'href="/privacy/"' in plain


@pytest.mark.parametrize(
    ("asked", "posted", "accepts", "language"),
    [("sv", "en", "en", "sv"), ("", "sv", "en", "sv"), ("xx", "", "sv", "sv"), ("", "", "de, sv;q=0.5", "sv")],
)
def test_the_address_comes_before_the_form_and_the_form_before_the_browser(
    asked: str, posted: str, accepts: str, language: str
) -> None:
    request = RequestFactory(headers={"accept-language": accepts}).post(f"/?lang={asked}", {"lang": posted})
    assert chosen(request, ["en", "sv"]) == language


def test_a_language_that_the_company_does_not_publish_in_is_not_spoken() -> None:
    assert chosen(RequestFactory(headers={"accept-language": "en"}).get("/?lang=en"), ["sv"]) == "sv"


def test_every_word_around_the_policy_is_translated() -> None:
    words = texts_of(["base.html", "403.html", "404.html", "500.html", "contacts/no_policy.html"])
    words |= texts_of([f"contacts/{name}" for name in ("footer.html", *PARTS)])
    same = {"Post", "Version %(number)s"}  # in both languages
    assert len(words) > 40
    with translation.override("sv"):
        assert [word for word in sorted(words - same) if translation.gettext(word) == word] == []


def part(shown: str, anchor: str) -> str:
    """The section of the page that an anchor leads to."""
    start = shown.index(f'id="{anchor}"')
    return shown[start : shown.index("</section>", start)]


def texts_of(templates: list[str]) -> set[str]:
    """What templates ask to be translated, as the catalogue names it."""
    text = " ".join((settings.BASE_DIR / "templates" / name).read_text(encoding="utf-8") for name in templates)
    blocks = re.findall(r"{% blocktranslate[^%]*%}(.*?){% endblocktranslate %}", text, re.DOTALL)
    return {*re.findall(r'{% translate "([^"]+)" %}', text), *(re.sub(r"{{ (\w+) }}", r"%(\1)s", b) for b in blocks)}
