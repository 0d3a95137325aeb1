"""The site and its visitors."""

from collections.abc import Callable, Iterator

import pytest
from pytest_django import DjangoDbBlocker

from tests.browser.person import Person
from tests.browser.site import Site, running_site
from tests.plugins.browser import NewContext

NewPerson = Callable[..., Person]


@pytest.fixture(scope="session")
def site(
    django_db_setup: None,
    django_db_blocker: DjangoDbBlocker,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Site]:
    """One filled site for all journeys; none may need what another left behind."""
    with django_db_blocker.unblock(), running_site(tmp_path_factory.mktemp("site")) as made:
        yield made


@pytest.fixture
def visitors(new_chromium_context: NewContext) -> Iterator[Callable[[str], Person]]:
    """Visitors of any address; after the test none of them may have met anything wrong."""
    people: list[Person] = []

    def arrive(url: str) -> Person:
        people.append(Person(new_chromium_context(), url))
        return people[-1]

    yield arrive
    for person in people:
        person.assert_at_ease()


@pytest.fixture
def visitor(site: Site, visitors: Callable[[str], Person]) -> NewPerson:
    """Visitors of the site; with a user name they have signed in."""

    def arrive(name: str = "") -> Person:
        person = visitors(site.url)
        return person.sign_in(name) if name else person

    return arrive
