"""The storage: a folder and an S3 server behind one interface, and sealed files in either."""

import io
import os
import subprocess
import sys
import time
import uuid

import boto3
import made_files as made
import pytest

from intake import models, use_cases
from intake.domain.attachments import LOOSE_AFTER
from intake.files.sealing import Broken, new_key, seal, unseal
from intake.files.storage import S3Keys, StorageAway, open_storage
from local.ports import free_port

KEYS = S3Keys("minsheng", "k3y-of-this-run-alone-and-of-no-other-one")
SETTINGS = {
    "ATTACHMENTS_KEY_ID": KEYS.key_id,
    "ATTACHMENTS_SECRET_KEY": KEYS.secret_key,
}


@pytest.fixture(scope="module")
def s3_server():
    """The address of an S3 server, which is a process of the test's own."""
    port = free_port()
    process = subprocess.Popen(
        [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    yield f"http://127.0.0.1:{port}"
    process.kill()
    process.wait()


@pytest.fixture
def bucket(s3_server):
    """The URL of an empty bucket."""
    name = f"b-{uuid.uuid4()}"
    client = boto3.client(
        "s3",
        endpoint_url=s3_server,
        region_name="us-east-1",
        aws_access_key_id=KEYS.key_id,
        aws_secret_access_key=KEYS.secret_key,
    )
    deadline = time.monotonic() + 60
    while True:
        try:
            client.create_bucket(Bucket=name)
            break
        except Exception:
            if time.monotonic() > deadline:
                raise
    return f"s3://{name}/intake?endpoint={s3_server}&region=us-east-1"


@pytest.fixture(params=["folder", "s3"])
def url(request, tmp_path):
    if request.param == "folder":
        return (tmp_path / "附件 files").as_uri()
    return request.getfixturevalue("bucket")


@pytest.fixture
def storage(url):
    return open_storage(url, KEYS)


def test_what_was_put_is_there_until_it_is_deleted(storage):
    key = "ab" * 16
    storage.put(key, iter([b"1" * 100_000, b"2"]))
    assert b"".join(storage.get(key)) == b"1" * 100_000 + b"2"
    assert [one.key for one in storage.stored()] == [key]
    storage.delete(key)
    storage.delete(key)
    assert list(storage.stored()) == []


def test_what_others_keep_in_the_same_bucket_is_not_listed(bucket, s3_server):
    name = bucket.removeprefix("s3://").partition("/")[0]
    whole = open_storage(f"s3://{name}?endpoint={s3_server}", KEYS)
    open_storage(bucket, KEYS).put("ab" * 16, iter([b"1"]))
    assert list(whole.stored()) == []


def test_what_is_not_there_is_said_to_be_away(storage):
    with pytest.raises(StorageAway):
        next(storage.get("ab" * 16))


def test_a_put_that_breaks_off_leaves_nothing_under_its_key(storage):
    def broken():
        yield b"1"
        raise RuntimeError

    with pytest.raises(RuntimeError):
        storage.put("ab" * 16, broken())
    with pytest.raises(StorageAway):
        next(storage.get("ab" * 16))


def test_attachments_are_kept_given_out_and_swept_in_either(clerk_with, url):
    clerk = clerk_with(ATTACHMENTS_URL=url, **SETTINGS)
    assert clerk.downloaded(made.wav()) == made.wav()
    app = clerk.desk.app
    [one] = app.resources.files.storage.stored()
    assert one.key == clerk.desk.rows(models.attachments)[0].storage_key
    app.resources.files.storage.put("ab" * 16, iter([b"left by a crash"]))
    app.clock.advance(seconds=(one.since - app.clock.now()).total_seconds())
    swept = []
    for _ in range(3):
        app.clock.advance(seconds=LOOSE_AFTER.total_seconds() + 60)
        swept.append(use_cases.sweep(app.db, clock=app.clock, resources=app.resources))
    assert swept == [0, 1, 0]
    assert [one.key for one in app.resources.files.storage.stored()] == [one.key]


def test_while_the_store_is_away_nothing_is_taken(clerk_with):
    url = f"s3://b?endpoint=http://127.0.0.1:{free_port()}"
    clerk = clerk_with(ATTACHMENTS_URL=url, **SETTINGS)
    answer = clerk.attach(made.picture())
    assert (answer.status_code, answer.json["code"]) == (503, "storage_away")
    assert clerk.desk.rows(models.attachments) == []


PIECE = 64 * 1024


@pytest.mark.parametrize("size", [0, 1, PIECE - 1, PIECE, PIECE + 1, 3 * PIECE])
@pytest.mark.parametrize("cut", [1000, PIECE + 16, 1_000_000])
def test_a_sealed_file_is_opened_however_it_is_cut_on_its_way(size, cut):
    key, plain = new_key(), os.urandom(size)
    sealed = b"".join(seal(io.BytesIO(plain), key=key, place="a"))
    parts = (sealed[at : at + cut] for at in range(0, len(sealed), cut))
    assert b"".join(unseal(parts, key=key, place="a")) == plain


def _sealed(key, place="a"):
    return list(seal(io.BytesIO(bytes(3 * PIECE)), key=key, place=place))


@pytest.mark.parametrize(
    "change",
    [
        lambda pieces: [pieces[0][:-1] + bytes([pieces[0][-1] ^ 1]), *pieces[1:]],
        lambda pieces: [pieces[1], pieces[0], pieces[2]],
        lambda pieces: [pieces[0], pieces[2]],
        lambda pieces: pieces[:2],
        lambda pieces: [*pieces, pieces[2]],
        lambda pieces: [*pieces[:2], pieces[2][:-1]],
        lambda pieces: [],
    ],
    ids=["changed", "moved", "left out", "cut off", "doubled", "shortened", "emptied"],
)
def test_a_sealed_file_that_was_changed_is_not_opened(change):
    key = new_key()
    with pytest.raises(Broken):
        list(unseal(change(_sealed(key)), key=key, place="a"))


def test_a_sealed_file_is_opened_in_its_own_place_with_its_own_key_alone():
    key = new_key()
    for other in ({"key": key, "place": "b"}, {"key": new_key(), "place": "a"}):
        with pytest.raises(Broken):
            list(unseal(_sealed(key), **other))
