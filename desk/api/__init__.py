"""The same actions for programs: JSON under /api, with a bearer token, described by /api/openapi.json.

The rules are those of the pages: who may is decided in `desk.entry.access`, what may be done in `actions`.
"""

from __future__ import annotations

from fastapi import Depends, FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from fastapi.security import HTTPBearer
from starlette.datastructures import State
from starlette.exceptions import HTTPException

from desk.api import centres, correctors, dossiers, purges, service, uploads
from desk.api.shapes import Problem
from desk.entry.access import SignInNeeded
from desk.entry.guard import Discreet, sentence_of, status_of
from storage.refusals import Refused

PARTS = (centres, dossiers, uploads, service, purges, correctors)
_SAID = {
    400: "Cette demande n’est pas lisible.",
    401: "Un jeton valable est demandé : Authorization: Bearer …",
    403: "Ce formulaire n’est plus valable.",
    404: "Cela n’existe pas, ou n’est pas à vous.",
    405: "Cela ne se demande pas ainsi.",
    409: "Cela n’est plus possible.",
    422: "Cette demande n’a pas la forme que dit /api/openapi.json.",
}


def speak_api(state: State) -> FastAPI:
    """The application under /api; `state`: the desk's, which both share."""
    api = FastAPI(
        title="massicot",
        version="1",
        description="From the scanner to the corrector, for programs.",
        docs_url=None,
        redoc_url=None,
        dependencies=[Depends(HTTPBearer(auto_error=False))],
        responses={status: {"model": Problem} for status in (400, 401, 404, 409, 422)},
    )
    api.state = state
    api.add_middleware(Discreet, _broken, state.site.settings.data_dir)
    for part in PARTS:
        api.include_router(part.router)
    api.exception_handler(SignInNeeded)(_ask_for_token)
    api.exception_handler(HTTPException)(_explain)
    api.exception_handler(Refused)(_tell_refusal)
    api.exception_handler(RequestValidationError)(_malformed)
    return api


def problem(status: int, detail: str | None = None) -> Response:
    said = detail or _SAID.get(status, "Cela n’a pas marché : prévenez le service.")
    return JSONResponse(Problem(detail=said).model_dump(), status)


def _broken(_request: Request, status: int) -> Response:
    return problem(status)


async def _ask_for_token(_request: Request, _error: Exception) -> Response:
    answer = problem(401)
    answer.headers["WWW-Authenticate"] = "Bearer"
    return answer


async def _explain(_request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    answer = problem(error.status_code, sentence_of(error))
    answer.headers.update(error.headers or {})
    return answer


async def _tell_refusal(_request: Request, refused: Exception) -> Response:
    assert isinstance(refused, Refused)
    return problem(status_of(refused), refused.sentence)


async def _malformed(_request: Request, error: Exception) -> Response:
    """Where it is wrong, and nothing of what was sent: it may name somebody."""
    assert isinstance(error, RequestValidationError)
    places = sorted({".".join(map(str, one["loc"])) for one in error.errors()})
    return problem(422, f"{_SAID[422]} ({', '.join(places)})")
