"""What a scan costs does not grow with the session: counted in the steps of SQLite's machine, not in time."""

import pytest
from sqlalchemy import event

from benchmarks import invented_season, season
from benchmarks.invented_season import EXAMS, number_of


@pytest.fixture
def steps(monkeypatch, tmp_path):
    """The steps of each question of a scan, in a season of so many centres."""
    monkeypatch.setattr(invented_season, "PLACES", 12)
    for module in (invented_season, season):
        monkeypatch.setattr(module, "PILE", 6)

    def count(centres):
        url = f"sqlite:///{tmp_path / str(centres)}"
        filled, _ = season.fill(url, centres * 12 * len(EXAMS))
        planned, _ = season.plan(filled, EXAMS[0])
        filled.form_lots(EXAMS[0], planned)
        found = {}
        for name, question in season.questions_of_a_scan(filled).items():
            with filled.register.reading() as connection:
                done = [0]
                plain = connection.connection.dbapi_connection

                def note(done=done):
                    done[0] += 1
                    return 0

                plain.set_progress_handler(note, 10)
                question(connection)
                plain.set_progress_handler(None, 0)
            found[name] = done[0]
        taken = [0]

        def note_all(plain, *_):
            plain.set_progress_handler(lambda: taken.__setitem__(0, taken[0] + 1), 10)

        event.listen(filled.register.engine, "checkout", note_all)
        filled.scan(EXAMS[0], [number_of(n) for n in range(6)])
        filled.register.engine.dispose()
        return found | {"a pile taken in": taken[0]}

    return count


@pytest.mark.slow
def test_no_question_of_a_scan_goes_through_the_whole_session(steps):
    few, many = steps(4), steps(32)
    assert few.keys() == many.keys()
    grown = {name: (few[name], many[name]) for name in few if many[name] > 1.5 * few[name] + 20}
    assert not grown
