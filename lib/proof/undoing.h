/*
 * undoing.h - account statements that undo an earlier one of their chain: a merger that was none,
 * a document that was never the holder's or no longer is.
 *
 * Account statements are never withheld, so each that is undone must be there and must stand.
 */
#ifndef CBI_PROOF_UNDOING_H
#define CBI_PROOF_UNDOING_H

#include "proof/verdict.h"

/*
 * Fills `undone_at` of what was undone, `restored` of the changes that follow a merger undone, and
 * `left` of what came while it stood.
 * BAD_SEMANTICS (UNDOING_DIFFERS) if an entry undoes what it may not.
 */
cbank_status cbi_undoing_settle(cbi_verdict *verdict, cbank_error *err);

/* A shown statement that commits to a document, and has not been undone. */
bool cbi_undoing_commits(const cbi_verdict_item *item, cbi_bytes *holder);

#endif
