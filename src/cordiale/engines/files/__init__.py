"""Files that people send in: what they are named, which kind they are, what they say, and where they are kept.

`names` cleans a name, `kinds` is the closed list of what is taken, `sniffing` decides by content which of them a file
is, `extracting` reads its text in a process of its own, `stix` checks threat information, `storing` keeps content by
its hash. Nothing here trusts a file, and nothing here is ever executed, rendered or unpacked to disk.
"""
