"""spaCy's answer in the form of the example `annotate`."""

NAMES = "text space norm shape tag pos morph lemma head dep sent_start ent_iob ent_type".split()


def columns(doc):
    tokens = [
        [t.text, int(bool(t.whitespace_)), t.norm_, t.shape_, t.tag_, t.pos_, str(t.morph), t.lemma_, t.head.i, t.dep_]
        + [int(bool(t.is_sent_start)), t.ent_iob_ or "O", t.ent_type_]
        for t in doc
    ]
    return {"tokens": tokens, "noun_chunks": [[c.start, c.end] for c in doc.noun_chunks]}
