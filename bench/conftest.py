"""What several benches measure on."""

import pytest

from corpus import Corpus, django_corpus


@pytest.fixture(scope="session")
def django(tmp_path_factory: pytest.TempPathFactory) -> Corpus:
    """Django 5.2 as a repository with two commits."""
    return django_corpus(tmp_path_factory.mktemp("corpus"))
