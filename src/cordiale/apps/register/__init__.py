"""The register: who says that which party stands how in which framework, and everything packs hold around it."""
