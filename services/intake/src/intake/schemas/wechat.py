"""What WeChat says in the address that it calls; more than this it may say as well."""

import marshmallow as ma

from shared.web.fields import Query, Text


class WeChatQuery(Query):
    """The signature of a message, over its time, a random text and what it encrypts."""

    class Meta:
        unknown = ma.EXCLUDE

    timestamp = Text(longest=20, required=True)
    nonce = Text(longest=128, required=True)
    msg_signature = Text(longest=64, load_default=None)
    encrypt_type = Text(longest=20, load_default=None)


class WeChatEchoQuery(Query):
    """With what WeChat asks whether the address is ours; it is answered with `echostr`."""

    class Meta:
        unknown = ma.EXCLUDE

    signature = Text(longest=64, required=True)
    timestamp = Text(longest=20, required=True)
    nonce = Text(longest=128, required=True)
    echostr = Text(longest=256, required=True)
