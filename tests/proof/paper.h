/*
 * paper.h - a transcript before it is signed: every part of it may be changed by a test.
 *
 * paper_sign signs whatever is there then, so that what is refused is refused for what it says.
 */
#ifndef CBI_TESTS_PROOF_PAPER_H
#define CBI_TESTS_PROOF_PAPER_H

#include "proof/verify.h"
#include "proof/world.h"

#define PAPER_ITEMS_MAX 64
#define PAPER_EVIDENCE_MAX 24
#define PAPER_CHAINS_MAX 4

typedef struct paper_terms {
    const char *recipient; /* NULL: "anyone" */
    bool evidence;
    bool disclosed;     /* the number, with all openings */
    uint64_t withheld;  /* bit i: item i of the first chain goes as a digest */
    bool own_only;      /* leaves out the merged chains */
} paper_terms;

typedef struct paper {
    world *world;
    const cbi_private *signer;
    Cbank__V1__TranscriptHead head;
    Cbank__V1__Holder holder;
    Cbank__V1__Terms terms;
    Cbank__V1__Chain chains[PAPER_CHAINS_MAX];
    Cbank__V1__Chain *chain_list[PAPER_CHAINS_MAX];
    Cbank__V1__TranscriptItem items[PAPER_ITEMS_MAX];
    size_t item_count;
    Cbank__V1__BatchEvidence evidence[PAPER_EVIDENCE_MAX];
    const world_batch *batches[PAPER_EVIDENCE_MAX];
    size_t evidence_count;
    Cbank__V1__LogProof proof;
} paper;

/* As of now, and what is true of the learner. Lives as long as the world. */
paper *paper_new(world *it, const world_learner *learner, const paper_terms *terms);
cbi_bytes paper_sign(paper *it);
/* Both: the file. */
cbi_bytes paper_make(world *it, const world_learner *learner, const paper_terms *terms);

/* The item with the digest in place of the statement, as if it might be withheld. */
void paper_withhold(paper *it, size_t item);
void paper_drop(paper *it, size_t item);
void paper_insert(paper *it, size_t item, const Cbank__V1__TranscriptItem *what);

/* The answer for somebody who says who it is, with the world's directory and nothing else. */
cbank_status paper_answer(world *it, cbi_bytes file);
/* The same with other terms; `reason` may be NULL. */
cbank_status paper_answer_to(world *it, cbi_bytes file, const cbi_verify_terms *terms,
                             cbi_reason *reason);

/* Refused for that reason and with the class that verification has for it. */
void paper_refused(world *it, cbi_bytes file, const cbi_verify_terms *terms, cbi_reason reason);

#define PAPER_RECIPIENT "WHU"

#endif
