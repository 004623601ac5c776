"""Packages that only some formats need: loaded when asked for, or named in an error."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from svcdesk.errors import Refused
from svcdesk.i18n import T


def library(module: str, package: str, extra: str) -> Any:
    """The module of an optional package. Raises Refused (E_EXTRA) with the command to install it.

    Of a package that is there and cannot be loaded the error says why.
    """
    try:
        return import_module(module)
    except ImportError as error:
        missing = isinstance(error, ModuleNotFoundError) and error.name == package
        raise Refused(
            T("this needs the package {package}, which is not installed", package=package)
            if missing
            else T("the package {package} cannot be loaded: {why}", package=package, why=error),
            code="E_EXTRA",
            hint=T("install it: {command}", command=f'pip install "svcdesk[{extra}]"'),
        ) from None
