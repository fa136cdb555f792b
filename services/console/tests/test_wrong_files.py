"""Files that are none of the kinds that are taken: each is named with the reason."""

import pytest
from citizens import begin, onward, photo, say_what, see

PROGRAM = b"MZ\x90\x00\x03" + bytes(2000)
HEIC = b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic" + bytes(2000)
WRONG = {
    "a-program": ("路灯.jpg", PROGRAM, "不接受这种文件，可以上传：JPEG图片"),
    "nothing": ("空的.jpg", b"", "文件是空的。"),
    "of-a-kind-not-taken": ("照片.heic", HEIC, "不接受这种文件，可以上传：JPEG图片"),
}


def file_of(name):
    title, content, _ = WRONG[name]
    return {"name": title, "mimeType": "image/jpeg", "buffer": content}


@pytest.mark.parametrize("name", WRONG)
def test_a_citizen_is_told_which_file_and_why(open_page, tmp_path, name):
    page = open_page("/")
    begin(page)
    say_what(page)
    onward(page, "files")
    picture = photo(tmp_path)
    good = {"name": picture.name, "mimeType": "image/png", "buffer": picture.read_bytes()}
    page.locator("input[type=file]").set_input_files([good, file_of(name)])
    page.get_by_role("button", name="上传", exact=True).click()
    see(page, f"{WRONG[name][0]}：{WRONG[name][2]}")
    see(page, "已上传：坏了的路灯.png")


@pytest.mark.parametrize("name", WRONG)
def test_staff_are_told_why(town, open_page, name):
    petition = town.post_petition(title="鹭洲六十路")
    page = open_page(f"/office/petitions/{petition['petition_id']}", account="registrar")
    page.locator("#attachments input[type=file]").set_input_files([file_of(name)])
    page.locator("#attachments").get_by_role("button", name="上传", exact=True).click()
    assert WRONG[name][2] in page.locator("#wrong-file").inner_text()
    assert "没有附件。" in page.locator("#attachments").inner_text()
