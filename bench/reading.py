"""x"""
def measured(name): return []
