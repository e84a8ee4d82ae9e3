"""Addresses that mail servers take, and that are no plain ones (L16): several names for a mailbox of somebody else."""

ODD = [
    '"""anna"""@fjordkraft.example',
    '"anna"@fjordkraft.example',
    '"a\nna"@fjordkraft.example',
    '"anna lind"@fjordkraft.example',
    "root@localhost",
    "anna@[127.0.0.1]",
    "anna@[IPv6:::1]",
]
