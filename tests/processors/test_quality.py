"""Drawn pages at 200 dpi, and the same pages damaged as scanners and people damage them."""

import cv2
import numpy as np
import pytest

from processors.scans.pages import quality
from processors.scans.pages.geometry import darkness, reduced

DPI = 200
MM = DPI / 25.4


def judge(page: np.ndarray, dpi: float) -> quality.Judgement:
    small, _ = reduced(page, dpi)
    return quality.judge(small, darkness(small), dpi)


SHEET = np.array([[0, 0], [210, 0], [210, 297], [0, 297]]) * 100 / 25.4


def judge_in_part(page: np.ndarray, lost: tuple[float, float] = (0, 0)) -> quality.Judgement:
    """`lost`: mm that the image lacks at the left and at the top."""
    small, _ = reduced(page, DPI)
    return quality.judge(small, darkness(small), DPI, SHEET - np.array(lost) * 100 / 25.4)


def trouble(page: np.ndarray, dpi: float) -> str | None:
    return judge(page, dpi).trouble


def sharpness(page: np.ndarray, dpi: float) -> float:
    return judge(page, dpi).sharpness


def is_blank(page: np.ndarray, dpi: float) -> bool:
    return quality.is_blank(darkness(reduced(page, dpi)[0]))


LINE = "la reponse du candidat tient en une seule ligne"


def paper(noise: float = 0.0, ruled: bool = True, boxes: bool = True) -> np.ndarray:
    page = np.full((round(297 * MM), round(210 * MM)), 240, np.uint8)
    if ruled:
        for y in range(20, 275, 8):
            cv2.line(page, at(12, y), at(198, y + 2), 170, 2)
    if boxes:
        for x in (170, 176, 188, 194):
            cv2.rectangle(page, at(x, 284), at(x + 5.5, 291), 30, 2)
        write(page, "2", 177.5, 290, 0.7)
        write(page, "4", 195.5, 290, 0.7)
    return grainy(page, noise) if noise else page


def grainy(page: np.ndarray, noise: float) -> np.ndarray:
    grain = np.random.default_rng(3).normal(0, noise, page.shape)
    return np.clip(page + grain, 0, 255).astype(np.uint8)


def at(x: float, y: float) -> tuple[int, int]:
    return round(x * MM), round(y * MM)


def write(page: np.ndarray, text: str, x: float, y: float, scale: float = 1.0, ink: int = 50) -> None:
    cv2.putText(page, text, at(x, y), cv2.FONT_HERSHEY_SCRIPT_SIMPLEX, scale, ink, 3, cv2.LINE_AA)


def written(lines: int = 20, **options: float) -> np.ndarray:
    page = paper(**options)
    for k in range(lines):
        write(page, LINE, 15, 27 + 9 * k)
    return page


def blurred(page: np.ndarray, mm: float) -> np.ndarray:
    return cv2.GaussianBlur(page, (0, 0), mm * MM)


def faded(page: np.ndarray, share: float) -> np.ndarray:
    return (240 - (240 - page.astype(float)) * share).astype(np.uint8)


def speckled(page: np.ndarray) -> np.ndarray:
    rng = np.random.default_rng(5)
    for _ in range(150):
        cv2.circle(page, at(rng.uniform(5, 205), rng.uniform(5, 290)), 2, 60, -1)
    return page


def on_a_dark_lid(page: np.ndarray) -> np.ndarray:
    height, width = page.shape
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), 1.0, 0.99)
    return cv2.warpAffine(page, turn, (width, height), borderValue=40)


def seen_through(page: np.ndarray) -> np.ndarray:
    verso = 240 - written(25, ruled=False, boxes=False)[:, ::-1]
    return np.clip(page.astype(float) - cv2.GaussianBlur(verso, (0, 0), 2) * 0.15, 0, 255).astype(np.uint8)


BLANK = {
    "bare": lambda: paper(ruled=False, boxes=False),
    "ruled, with its page boxes": paper,
    "noisy": lambda: paper(noise=10),
    "speckled": lambda: speckled(paper()),
    "on a dark lid": lambda: on_a_dark_lid(paper()),
    "written on the other side": lambda: seen_through(paper()),
    "black and white": lambda: np.where(paper() < 128, 0, 255).astype(np.uint8),
}


@pytest.mark.parametrize("name", BLANK)
def test_an_empty_page_is_blank_and_no_trouble(name: str) -> None:
    page = BLANK[name]()
    assert is_blank(page, DPI)
    assert trouble(page, DPI) is None


@pytest.mark.parametrize("name", BLANK)
def test_one_handwritten_line_is_writing(name: str) -> None:
    page = BLANK[name]()
    write(page, LINE, 20, 130)
    assert not is_blank(page, DPI)
    assert trouble(page, DPI) is None


@pytest.mark.parametrize("turn", [1, 2, 3])
def test_a_turned_page_is_judged_alike(turn: int) -> None:
    assert is_blank(np.ascontiguousarray(np.rot90(paper(), turn)), DPI)
    assert not is_blank(np.ascontiguousarray(np.rot90(written(1), turn)), DPI)


@pytest.mark.parametrize("one_bit", [False, True])
def test_a_page_full_of_close_writing_is_sharp(one_bit: bool) -> None:
    """Nearly every part of it bears strokes."""
    page = paper(ruled=False)
    for k in range(45):
        write(page, f"{LINE} au plus {LINE}", 7 + k % 3, 14 + 6 * k, 1.4, 20)
    page = np.where(page < 128, 0, 255).astype(np.uint8) if one_bit else page
    assert trouble(page, DPI) is None and sharpness(page, DPI) > 0.9
    assert trouble(blurred(page, 0.7), DPI) == "floue"


@pytest.mark.parametrize("lines", [0, 1, 28])
def test_sharpness_does_not_depend_on_how_much_is_written(lines: int) -> None:
    page = written(lines)
    assert sharpness(page, DPI) > 0.9
    assert sharpness(blurred(page, 0.7), DPI) < 0.75


def test_sharpness_falls_as_the_blur_grows() -> None:
    values = [sharpness(blurred(written(noise=6), mm), DPI) for mm in (0.1, 0.25, 0.4, 0.6, 0.9)]
    assert values == sorted(values, reverse=True)


def test_nothing_to_see_is_not_blurred() -> None:
    assert sharpness(paper(ruled=False, boxes=False), DPI) == 1.0


@pytest.mark.parametrize("noise", [0.0, 8.0])
def test_a_page_that_blur_made_unreadable(noise: float) -> None:
    assert trouble(blurred(written(), 0.7), DPI) == "floue"
    assert trouble(blurred(written(noise=noise), 0.25), DPI) is None


def test_a_scanners_streak_makes_no_blurred_page_sharp() -> None:
    for start, end in ((at(115, 0), at(115, 297)), (at(0, 130), at(210, 130))):
        page = blurred(written(noise=4), 0.9)
        cv2.line(page, start, end, 110, 1)
        assert trouble(page, DPI) == "floue"
        sharp = written(noise=4)
        cv2.line(sharp, start, end, 110, 1)
        assert trouble(sharp, DPI) is None


def test_a_page_too_light() -> None:
    assert trouble(faded(written(), 0.08), DPI) == "trop claire"
    assert trouble(faded(written(), 0.35), DPI) is None
    assert trouble(faded(paper(boxes=False), 0.3), DPI) is None  # ruling alone is light by nature
    assert trouble(grainy(faded(written(), 0.1), 8), DPI) == "trop claire"


def test_an_empty_sheet_askew_is_not_too_light() -> None:
    tilt, (height, width) = 5.0, paper().shape
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), -tilt, 1.0)
    page = grainy(cv2.warpAffine(faded(paper(boxes=False), 0.5), turn, (width, height), borderValue=240), 8)
    small, _ = reduced(page, DPI)
    outline = cv2.transform(SHEET[None] * DPI / 100, turn)[0] * 100 / DPI
    assert quality.judge(small, darkness(small), DPI, outline).trouble is None


def test_a_resolution_too_low() -> None:
    small = cv2.resize(written(), None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)
    assert trouble(small, 100) == "résolution inférieure à 150 dpi"
    fine = cv2.resize(written(), None, fx=0.75, fy=0.75, interpolation=cv2.INTER_AREA)
    assert trouble(fine, 150) is None


def test_a_page_cut_off() -> None:
    page = written()
    assert trouble(page[: round(200 * MM)], DPI) == "page coupée"
    assert trouble(page[:, : round(150 * MM)], DPI) == "page coupée"
    assert trouble(page[: round(290 * MM)], DPI) is None


def test_a_black_page() -> None:
    assert trouble(np.full_like(paper(), 20), DPI) == "page noire"


def inside(box: tuple[float, float, float, float] | None, x: float, y: float) -> bool:
    return box is not None and box[0] <= x <= box[0] + box[2] and box[1] <= y <= box[1] + box[3]


@pytest.mark.parametrize("noise", [0.0, 8.0])
def test_a_part_blurred_beyond_reading_is_shown(noise: float) -> None:
    page = written(noise=noise)
    band = slice(round(100 * MM), round(140 * MM))
    page[band] = blurred(page, 0.7)[band]
    found = judge_in_part(page)
    assert found.trouble == "floue par endroits"
    assert inside(found.box, 60, 120) and not inside(found.box, 60, 60) and not inside(found.box, 60, 180)


def test_lines_that_run_over_the_edge_are_cut_off() -> None:
    page = written()
    lost = 22.0  # of the left side, where the lines begin
    found = judge_in_part(np.ascontiguousarray(page[:, round(lost * MM) :]), (lost, 0))
    assert found.trouble == "coupée au bord de l'image"
    assert inside(found.box, 2, 150) and not inside(found.box, 100, 150)
    assert judge_in_part(np.ascontiguousarray(page[:, round(6 * MM) :]), (6, 0)).trouble is None


@pytest.mark.parametrize("noise", [0.0, 8.0])
def test_a_finger_over_the_text_is_shown(noise: float) -> None:
    page = written(noise=noise)
    cv2.line(page, at(0, 90), at(35, 95), 150, round(18 * MM))
    found = judge_in_part(page)
    assert found.trouble == "un coin plié, un doigt ou un objet cache du texte"
    assert inside(found.box, 25, 93) and not inside(found.box, 100, 93)
    margin = written(10, noise=noise)
    cv2.line(margin, at(0, 200), at(35, 205), 150, round(18 * MM))
    assert judge_in_part(margin).trouble is None  # nothing is written there


@pytest.mark.parametrize("lid", [60, 254])
def test_a_corner_folded_over_the_text_is_shown(lid: int) -> None:
    page = (written(noise=4) * 0.92).astype(np.uint8)
    cv2.fillPoly(page, [np.array([at(45, 0), at(0, 55), at(42, 35)])], 219)
    cv2.fillPoly(page, [np.array([at(0, 0), at(45, 0), at(0, 55)])], lid)
    found = judge_in_part(page)
    assert found.trouble == "un coin plié, un doigt ou un objet cache du texte"
    assert inside(found.box, 15, 15) and not inside(found.box, 100, 100)


@pytest.mark.parametrize("name", BLANK)
@pytest.mark.parametrize("lines", [0, 1, 28])
def test_no_part_of_a_sound_page_is_found_wanting(name: str, lines: int) -> None:
    page = BLANK[name]()
    for k in range(lines):
        write(page, LINE, 15, 27 + 9 * k)
    assert judge_in_part(page) == judge(page, DPI)


@pytest.mark.parametrize("corner", [1.0, -1.0])
def test_light_that_falls_off_hides_nothing(corner: float) -> None:
    page = paper(noise=3)
    for k in range(30):
        write(page, LINE, 15, 22 + 8 * k, 0.9)
    across = corner * np.linspace(-1, 1, page.shape[1])[None]
    lit = page * (0.9 + 0.05 * (across + np.linspace(-1, 1, page.shape[0])[:, None]))

    assert judge_in_part(lit.astype(np.uint8)).trouble is None


@pytest.mark.parametrize("side", [1, -1])
def test_a_side_in_the_shade_is_not_hidden(side: int) -> None:
    """As beside a lid that is not shut: half as bright at the very edge."""
    page = written(28, noise=3)
    shade = 1 - 0.45 * np.linspace(0, 1, page.shape[1])[None, ::side] ** 4
    assert judge_in_part((page * shade).astype(np.uint8)).trouble is None
