"""Plain data: the core's answers, tasks and their life, and what is asked of them."""
