from processors.findings import Code
from processors.reconciliation import reconcile


def codes(reconciliation, overdue=True):
    return [finding.code for _, finding in reconciliation.findings(overdue=overdue)]


def test_a_candidate_present_without_copy_is_looked_for_and_the_shortfall_counted():
    result = reconcile({"a", "b", "c"}, {"a": True, "b": True, "c": False}, {"a"})
    assert result.present_without_copy == ("b",)
    assert codes(result) == [Code.PRESENT_WITHOUT_COPY, Code.EXPECTED_MORE_COPIES]
    assert ("b", Code.PRESENT_WITHOUT_COPY) in [(w, f.code) for w, f in result.findings(overdue=True)]
    assert not result.settled


def test_a_copy_may_still_be_coming_before_the_deadline():
    result = reconcile({"a", "b"}, {"a": True, "b": True}, {"a"})
    assert codes(result, overdue=False) == []


def test_absence_is_never_inferred_from_a_missing_copy():
    result = reconcile({"a", "b"}, None, {"a"})
    assert result.present is None
    assert result.absent == ()
    assert codes(result) == []
    assert not result.settled


def test_a_copy_of_an_absent_candidate_is_named():
    result = reconcile({"a", "b"}, {"a": True, "b": False}, {"a", "b"})
    assert result.copy_of_absent == ("b",)
    assert codes(result) == [Code.COPY_OF_ABSENT]


def test_an_unattributed_copy_may_be_the_one_that_lacks():
    result = reconcile({"a", "b"}, {"a": True, "b": True}, {"a"}, unattributed=1)
    assert Code.EXPECTED_MORE_COPIES not in codes(result)
    assert not result.settled


def test_all_there():
    assert reconcile({"a", "b"}, {"a": True, "b": False}, {"a"}).settled


def test_who_is_left_over_is_told_where_one_copy_and_one_candidate_are_left():
    came = {"a": True, "b": True, "c": False}
    assert reconcile({"a", "b", "c"}, came, {"a"}, unattributed=1).left_over == "b"
    assert reconcile({"a", "b", "c"}, came, {"a"}, unattributed=2).left_over is None
    assert reconcile({"a", "b", "c"}, came, set(), unattributed=1).left_over is None
    assert reconcile({"a", "b", "c"}, came, {"a", "c"}, unattributed=1).left_over is None  # c came, too?
    assert reconcile({"a", "b", "c", "d"}, came, {"a"}, unattributed=1).left_over is None  # d may have come
    assert reconcile({"a", "b"}, None, {"a"}, unattributed=1).left_over is None
