"""Claims: what a page says stays the claim of that page, and the register judges it.

One rule for each family of claims, none for a claim: `judging` chooses the rule by the kind and the predicate, a module
for each family holds it. `world` is what a rule may ask of a register, `reading` and `matching` read dates, numbers and
words as pages write them, `values` is what goes in and comes out.

Rule: docs/explanation/claims.md.
"""
