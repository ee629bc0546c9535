"""Our encryption, the fake's (wechatpy's) and npm `wechat-crypto`'s read one another."""

from __future__ import annotations

import pytest

from connectors.channels.wechat import crypto, envelope
from connectors.channels.wechat.settings import decode_aes_key
from connectors.errors import Unverified
from tests.connectors.wechat.node_clients import NodeClients
from tests.fakes.wechat_platform import Account, BadReply, WeChatPlatform

NONCE = b"0123456789abcdef"
Platform = tuple[WeChatPlatform, str]


def names(account: Account) -> dict[str, str]:
    return {"token": account.token, "key": account.aes_key, "id": account.app_id}


# Lengths around a block: 16 random bytes, 4 of length, the text and 18 of the app id.
@pytest.mark.parametrize("text", ["", "a" * 25, "a" * 26, "a" * 27, "医保断缴了怎么补？😀" * 50])
def test_what_wechat_crypto_encrypts_we_decrypt(text: str, node: NodeClients) -> None:
    account = Account()
    encrypted = node.run("encrypt", **names(account), text=text)
    key = decode_aes_key(account.aes_key)
    assert crypto.decrypt(encrypted, key=key, app_id=account.app_id).decode() == text


@pytest.mark.parametrize("text", ["", "a" * 25, "a" * 26, "a" * 27, "医保断缴了怎么补？😀" * 50])
def test_what_we_encrypt_wechat_crypto_decrypts(text: str, node: NodeClients) -> None:
    account = Account()
    key = decode_aes_key(account.aes_key)
    encrypted = crypto.encrypt(text.encode(), key=key, app_id=account.app_id, nonce=NONCE)
    decrypted = node.run("decrypt", **names(account), encrypted=encrypted)
    assert decrypted == {"message": text, "id": account.app_id}


def test_what_wechat_crypto_encrypts_for_another_account_is_refused(node: NodeClients) -> None:
    account = Account()
    encrypted = node.run("encrypt", **names(account) | {"id": "wx-other"}, text="<xml/>")
    with pytest.raises(Unverified) as refused:
        crypto.decrypt(encrypted, key=decode_aes_key(account.aes_key), app_id=account.app_id)
    assert refused.value.code == "app_id"


def test_the_three_sign_alike(platform: Platform, node: NodeClients) -> None:
    fake = platform[0]
    query, body = fake.encrypted(fake.text_message("citizen", "你好"))
    signed = {"timestamp": query["timestamp"], "nonce": query["nonce"]}
    encrypted = envelope.parse(body)["Encrypt"]
    by_node = node.run("sign", **names(fake.account), **signed, encrypted=encrypted)
    assert by_node == query["msg_signature"]
    assert by_node == crypto.signature(fake.account.token, *signed.values(), encrypted)


def test_wechat_crypto_reads_the_platforms_callback(platform: Platform, node: NodeClients) -> None:
    fake = platform[0]
    xml = fake.text_message("citizen", "你好")
    encrypted = envelope.parse(fake.encrypted(xml)[1])["Encrypt"]
    decrypted = node.run("decrypt", **names(fake.account), encrypted=encrypted)
    assert decrypted == {"message": xml, "id": fake.account.app_id}


@pytest.mark.parametrize("change", ["token", "key", "id"])
def test_the_platform_refuses_a_reply_made_with_something_else(
    change: str, platform: Platform, node: NodeClients
) -> None:
    fake = platform[0]
    right, other = names(fake.account), names(Account(app_id="wx-other"))
    used = right | {change: other[change]}
    encrypted = node.run("encrypt", **used, text="<xml></xml>")
    reply = {"timestamp": "1772413200", "nonce": "n"}
    signature = node.run("sign", **used, **reply, encrypted=encrypted)
    body = envelope.build(
        {
            "Encrypt": encrypted,
            "MsgSignature": signature,
            "TimeStamp": int(reply["timestamp"]),
            "Nonce": reply["nonce"],
        }
    )
    with pytest.raises(BadReply, match="encryption"):
        fake.read_reply(body)


def test_the_platform_reads_a_reply_of_wechat_crypto(platform: Platform, node: NodeClients) -> None:
    fake = platform[0]
    encrypted = node.run("encrypt", **names(fake.account), text="<xml>您好</xml>")
    signature = node.run(
        "sign", **names(fake.account), timestamp="1772413200", nonce="n", encrypted=encrypted
    )
    body = envelope.build(
        {
            "Encrypt": encrypted,
            "MsgSignature": signature,
            "TimeStamp": 1_772_413_200,
            "Nonce": "n",
        }
    )
    assert fake.read_reply(body) == "<xml>您好</xml>"
