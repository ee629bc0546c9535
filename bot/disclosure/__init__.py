"""依申请公开: requests for government information, from application to archive (国令711号)."""
