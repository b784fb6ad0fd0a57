# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Google's library, kept from the net but for what goes through our own hands."""

import functools
import json
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from .. import reasons
from ..base import ConnectorError, SettingsError, TemporaryError
from ..libraries import library
from .errors import translate

_PACKAGE = "google-api-python-client"


class Foreign(Exception):
    """``error`` is none of the library's, and passes through it unchanged."""

    def __init__(self, error: Exception):
        super().__init__()
        self.error = error


class _NoHttp:
    """The library wants a connection to begin with; each call brings its own."""

    def request(self, *_arguments: Any, **_options: Any) -> Any:
        raise TemporaryError(reasons.CONNECTION_DROPPED)


@functools.cache
def service(root: str) -> Any:
    """The Gmail API v1 at ``root``, from the description that comes with the library.

    Made once: that takes longer than a sync that finds nothing new.
    """
    discovery = library("googleapiclient.discovery", _PACKAGE)
    documents = library("googleapiclient.discovery_cache", _PACKAGE)
    # It writes the URL of each request to the log, and in that of a search stand addresses.
    logging.getLogger("googleapiclient").setLevel(logging.ERROR)
    text = documents.get_static_doc("gmail", "v1")
    if text is None:
        raise SettingsError(reasons.LIBRARY_MISSING, _PACKAGE)
    # Batches go to the root that the description names, whatever endpoint is asked for.
    document = {**json.loads(text), "rootUrl": root, "baseUrl": root}
    return discovery.build_from_document(document, http=_NoHttp())


@contextmanager
def library_errors(scope: str) -> Iterator[None]:
    """Whatever goes wrong in the library leaves as a ConnectorError."""
    from googleapiclient.errors import HttpError

    try:
        yield
    except ConnectorError:
        raise
    except Foreign as foreign:
        raise foreign.error from None
    except HttpError as error:
        # Without its cause, which quotes the URL.
        raise translate(error.resp.status, error.resp, error.content, scope) from None
    except Exception as error:
        # An answer that is none: no JSON, no batch, a part missing.
        raise TemporaryError(reasons.PROTOCOL_ERROR, type(error).__name__) from None
