"""Pages of documents: each opens one reading and shows nothing that was not read inside it; auditors' pages apart."""
