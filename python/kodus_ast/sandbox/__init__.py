"""Processes that read untrusted code: started, confined, limited, and replaced when a file kills one."""
