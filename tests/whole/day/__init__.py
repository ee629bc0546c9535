"""A scripted day of the WeChat account: the script, the processes, the wire, the accounts."""
