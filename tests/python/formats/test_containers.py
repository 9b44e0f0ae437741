"""Archives: unpacked one member at a time, within limits, and never outside their scratch folder."""

import gzip
import io
import zipfile

import openpyxl
import pytest
from citymart.containers import Limits, is_unsafe, members
from citymart.errors import Refused
from hypothesis import given, settings
from hypothesis import strategies as st


@pytest.fixture
def scratch(tmp_path):
    folder = tmp_path / "scratch"
    folder.mkdir()
    return folder


def pack(path, **or_named):
    return pack_names(path, {name.replace("_", "."): content for name, content in or_named.items()})


def pack_names(path, content):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in content.items():
            archive.writestr(name, data)
    return path


def contents(path, scratch, **limits):
    return {member.name: member.path.read_bytes() for member in members(path, scratch, Limits(**limits))}


def test_a_plain_file_is_itself(tmp_path, scratch):
    file = tmp_path / "a.csv"
    file.write_text("a,b\n")
    (only,) = members(file, scratch)
    assert (only.name, only.path) == (None, file)


def test_a_workbook_is_a_zip_that_is_not_unpacked(tmp_path, scratch):
    file = tmp_path / "a.zip"
    openpyxl.Workbook().save(file)
    (only,) = members(file, scratch)
    assert (only.name, only.path) == (None, file)


def test_a_gzip_is_known_by_its_content_and_unpacked(tmp_path, scratch):
    file = tmp_path / "2024.csv.gz"
    file.write_bytes(gzip.compress(b"a,b\n") + gzip.compress(b"1,2\n"))
    assert contents(file, scratch) == {"2024.csv": b"a,b\n1,2\n"}


def test_a_zip_gives_its_files_without_folders_and_junk(tmp_path, scratch):
    file = pack_names(
        tmp_path / "a.zip",
        {
            "b/": b"",
            "b/c.csv": b"1",
            "a.csv": b"2",
            "__MACOSX/b/._c.csv": b"3",
            "b/.DS_Store": b"4",
            "._a.csv": b"5",
        },
    )
    assert contents(file, scratch) == {"b/c.csv": b"1", "a.csv": b"2"}


def test_the_unpacked_file_is_gone_when_the_next_one_comes(tmp_path, scratch):
    for member in members(pack(tmp_path / "a.zip", a_csv="1", b_csv="2"), scratch):
        assert list(scratch.iterdir()) == [member.path]
    assert list(scratch.iterdir()) == []


def test_the_unpacked_file_is_gone_when_the_reader_gives_up(tmp_path, scratch):
    unpacked = members(pack(tmp_path / "a.zip", a_csv="1", b_csv="2"), scratch)
    next(unpacked)
    unpacked.close()
    assert list(scratch.iterdir()) == []


def test_an_archive_inside_an_archive_is_handed_out_as_it_is(tmp_path, scratch):
    inner = pack(tmp_path / "inner.zip", a_csv="1").read_bytes()
    assert contents(pack_names(tmp_path / "outer.zip", {"inner.zip": inner}), scratch) == {"inner.zip": inner}


UNSAFE = [
    "../a.csv",
    "b/../../a.csv",
    "/etc/passwd",
    "\\\\server\\a.csv",
    "C:\\a.csv",
    "c:a.csv",
    "b\\..\\..\\a.csv",
]


@pytest.mark.parametrize("name", UNSAFE)
def test_one_name_that_points_outside_refuses_the_whole_archive(tmp_path, scratch, name):
    file = pack_names(tmp_path / "a.zip", {"good.csv": b"1", name: b"2"})
    with pytest.raises(Refused, match=r"a\.zip has a member named .* points outside"):
        contents(file, scratch)
    assert list(scratch.iterdir()) == []


@settings(max_examples=100, deadline=None)
@given(
    st.lists(
        st.sampled_from(["..", ".", "a", "b.csv", "C:", "", "\\", "/", "\u2025", " "]), min_size=1, max_size=6
    )
)
def test_a_safe_name_stays_below_its_folder_whatever_it_is_made_of(parts):
    name = "/".join(parts)
    depth = 0
    for part in name.replace("\\", "/").split("/"):
        depth += {"..": -1, ".": 0, "": 0}.get(part, 1)
        assert depth >= 0 or is_unsafe(name)


def test_a_gzip_bomb_is_stopped_on_its_way(tmp_path, scratch):
    file = tmp_path / "a.csv.gz"
    file.write_bytes(gzip.compress(bytes(3_000_000)))
    with pytest.raises(Refused, match=r"a\.csv\.gz unpacks to far more than its size"):
        contents(file, scratch, ratio_from_bytes=1_000_000)
    assert list(scratch.iterdir()) == []


def test_a_zip_bomb_is_refused_before_it_is_unpacked(tmp_path, scratch):
    file = pack(tmp_path / "a.zip", a_csv="1", b_csv=bytes(3_000_000))
    with pytest.raises(Refused, match=r"a\.zip, member b\.csv, unpacks to far more"):
        contents(file, scratch, ratio_from_bytes=1_000_000)


def test_a_zip_that_understates_its_size_is_stopped(tmp_path, scratch):
    file = pack(tmp_path / "a.zip", a_csv=bytes(3_000_000))
    content = file.read_bytes().replace((3_000_000).to_bytes(4, "little"), (1_000).to_bytes(4, "little"))
    file.write_bytes(content)
    with pytest.raises(Refused, match=r"a\.zip, member a\.csv, is cut off or broken"):
        contents(file, scratch)


def test_small_files_may_pack_as_well_as_they_like(tmp_path, scratch):
    assert len(contents(pack(tmp_path / "a.zip", a_csv=bytes(3_000_000)), scratch)["a.csv"]) == 3_000_000


def test_total_size_and_number_of_members_have_limits(tmp_path, scratch):
    file = pack(tmp_path / "a.zip", a_csv="12345", b_csv="12345")
    with pytest.raises(Refused, match=r"would unpack to 10 bytes, more than 9"):
        contents(file, scratch, total_bytes=9)
    with pytest.raises(Refused, match=r"has 2 members, more than 1"):
        contents(file, scratch, members=1)


def test_an_encrypted_member_refuses_the_archive(tmp_path, scratch):
    file = pack(tmp_path / "a.zip", a_csv="1")
    content = bytearray(file.read_bytes())
    content[6] |= 1
    content[content.index(b"PK\x01\x02") + 8] |= 1
    file.write_bytes(content)
    with pytest.raises(Refused, match=r"a\.zip is protected by a password"):
        contents(file, scratch)


@pytest.mark.parametrize("keep", [3, 20, 60, 500])
def test_a_cut_off_gzip_is_refused(tmp_path, scratch, keep):
    file = tmp_path / "a.csv.gz"
    file.write_bytes(gzip.compress("\n".join(map(str, range(2_000))).encode())[:keep])
    with pytest.raises(Refused, match=r"a\.csv\.gz is cut off or broken"):
        contents(file, scratch)


def test_a_cut_off_workbook_is_refused_with_its_name_and_what_to_do(tmp_path, scratch):
    file = tmp_path / "march.xlsx"
    file.write_bytes(b"PK\x03\x04 and no more of it")
    with pytest.raises(Refused, match=r"^march\.xlsx is cut off or broken: .* save it as XLSX and send that"):
        contents(file, scratch)


def test_a_cut_off_or_damaged_zip_is_refused(tmp_path, scratch):
    whole = pack(tmp_path / "a.zip", a_csv="\n".join(map(str, range(2_000)))).read_bytes()
    cut, damaged = tmp_path / "cut.zip", tmp_path / "damaged.zip"
    cut.write_bytes(whole[:-50])
    damaged.write_bytes(whole[:200] + b"\x00\xff" * 20 + whole[240:])
    for file in (cut, damaged):
        with pytest.raises(Refused, match=rf"{file.name}.* is cut off or broken"):
            contents(file, scratch)
    assert list(scratch.iterdir()) == []


def test_an_archive_without_files_is_refused(tmp_path, scratch):
    with pytest.raises(Refused, match="archive without files"):
        contents(pack_names(tmp_path / "a.zip", {"b/": b""}), scratch)


def test_the_reader_of_a_member_sees_its_own_errors(tmp_path, scratch):
    """An error of the caller must not be taken for one of the archive."""
    unpacked = members(pack(tmp_path / "a.zip", a_csv="1"), scratch)
    next(unpacked)
    with pytest.raises(EOFError):
        unpacked.throw(EOFError())
    buffer = io.BytesIO(gzip.compress(b"1"))
    (tmp_path / "a.gz").write_bytes(buffer.getvalue())
    unpacked = members(tmp_path / "a.gz", scratch)
    next(unpacked)
    with pytest.raises(EOFError):
        unpacked.throw(EOFError())
