#include "bank/disclosure.h"

#include <string.h>

#include "bank/disclosed.h"
#include "bank/holding.h"
#include "bank/recognition.h"
#include "bank/selection.h"
#include "bank/vault.h"
#include "base/memory.h"
#include "proof/assembly.h"
#include "proof/transcript.h"

/* A transcript being written. */
typedef struct writing {
    cbi_bank *bank;
    const cbi_disclosure_terms *terms;
    cbi_reader reader;
    cbi_selection selection;
    Cbank__Api__V1__Person *person; /* where name or birth are disclosed */
    Cbank__V1__Opening *opening;    /* of the account, where its number is disclosed */
    cbi_assembly assembly;
    cbi_ground ground;
    cbi_ground_record *records; /* that are shown */
    cbi_ground_ask ask;
    cbi_order order;
} writing;

static const char *recipient_of(const cbi_disclosure_terms *terms)
{
    return terms->recipient[0] == '\0' ? CBI_RECIPIENT_ANYONE : terms->recipient;
}

/* ---- what it rests on -------------------------------------------------------------------- */

static cbank_status settle_ground(writing *it, cbi_disclosure *out, cbank_error *err)
{
    const cbi_disclosure_terms *terms = it->terms;
    cbank_status status = CBANK_OK;

    it->ask.account = terms->account;
    it->ask.terms = (cbi_consent_ask){.recipient = recipient_of(terms),
                                      .purpose = terms->purpose,
                                      .name = terms->show_name,
                                      .number = terms->show_number,
                                      .birth = terms->show_birth,
                                      .now = terms->now,
                                      .expires_at = terms->expires_at};
    CBI_TRY(cbi_ground_list(&it->reader, &it->selection, &it->records, &it->ask.record_count,
                            err));
    it->ask.records = it->records;
    CBI_TRY(cbi_ground_settle(it->bank, it->reader.txn, it->reader.hasher, &terms->ground, &it->ask,
                              &it->ground, err));
    out->expires_at = terms->expires_at != 0 ? terms->expires_at
                                             : cbi_ground_expiry(&it->ground, terms->now);
    it->ask.terms.expires_at = out->expires_at;
    out->basis = it->ground.basis == NULL ? "" : it->ground.basis->code;
    if (it->ground.basis == NULL)
        cbi_consent_row_id(&it->ground.consent, out->consent);
done:
    return status;
}

/* ---- what is disclosed of the holder ------------------------------------------------------ */

static cbank_status refuse_erased(cbank_status status, const char *what, cbank_error *err)
{
    if (status == CBANK_E_NOT_FOUND)
        return cbi_fail(err, CBI_REASON_DISCLOSURE_ERASED, 0, what, NULL);
    return status;
}

static cbank_status unseal_holder(writing *it, cbank_error *err)
{
    const cbi_disclosure_terms *terms = it->terms;
    uint64_t holder = it->selection.items[it->selection.holder].index;
    cbank_status status = CBANK_OK;

    if (terms->show_name || terms->show_birth)
        CBI_TRY(refuse_erased(cbi_vault_get_person(it->bank, it->reader.txn, terms->account,
                                                   &it->person, err),
                              "person", err));
    if (terms->show_number)
        CBI_TRY(refuse_erased(cbi_vault_get_opening(it->bank, it->reader.txn, holder,
                                                    &it->opening, err),
                              "number", err));
done:
    return status;
}

static void fill_holder(const writing *it, Cbank__V1__Holder *out)
{
    cbank__v1__holder__init(out);
    if (it->terms->show_name)
        out->name = cbi_message_string(cbi_person_current_name(it->person));
    if (it->terms->show_birth)
        out->born_on = it->person->born_on;
    if (it->terms->show_number) {
        out->document_type = it->opening->document_type;
        out->document_number = it->opening->number;
        out->random = it->opening->random;
    }
}

/* ---- parts ---------------------------------------------------------------------------------- */

static void lend_path(const cbi_hash *hashes, size_t count, ProtobufCBinaryData *out)
{
    for (size_t i = 0; i < count; i++)
        out[i] = cbi_message_data(cbi_bytes_of_hash(&hashes[i]));
}

/* Where a receipt on an institution's chain stands, in the fields that evidence has for it. */
static cbank_status find_receipt(writing *it, uint64_t index, cbi_path *proof, cbi_logged *receipt,
                                 cbank_error *err)
{
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_history_inclusion(&it->reader, index, it->reader.sealed.size, proof, err));
    CBI_TRY(cbi_history_read(&it->reader, index, receipt, err));
done:
    return status;
}

static cbank_status write_batch(writing *it, const cbi_intake *intake, cbank_error *err)
{
    Cbank__V1__BatchEvidence message = CBANK__V1__BATCH_EVIDENCE__INIT;
    ProtobufCBinaryData path[CBI_CONSISTENCY_MAX];
    cbank_buffer envelope = {0};
    cbank_status status = CBANK_OK;
    cbi_logged receipt;
    cbi_path proof;

    CBI_TRY(cbi_intake_envelope(it->reader.txn, intake, &envelope, err));
    CBI_TRY(find_receipt(it, intake->receipt_index, &proof, &receipt, err));
    lend_path(proof.hashes, proof.count, path);
    message.envelope = cbi_message_data(cbi_bytes_of_buffer(&envelope));
    message.receipt = cbi_message_data(receipt.statement);
    message.sequence = receipt.entry.sequence;
    message.previous = cbi_message_data(cbi_bytes_of_hash(&receipt.entry.previous));
    message.index = receipt.index;
    message.path = path;
    message.n_path = proof.count;
    CBI_TRY(cbi_assembly_add_message(&it->assembly, &message, err));
done:
    cbank_buffer_clear(&envelope);
    return status;
}

/* The record's own opening, if it is of the document that is disclosed; else NULL. */
static cbank_status find_opening(const writing *it, uint64_t index, Cbank__V1__Opening **out,
                                 cbank_error *err)
{
    cbank_status status = cbi_vault_get_opening(it->bank, it->reader.txn, index, out, err);

    if (status == CBANK_E_NOT_FOUND)
        return CBANK_OK; /* erased, or nothing of a person's */
    if (status == CBANK_OK && (strcmp((*out)->document_type, it->opening->document_type) != 0 ||
                               strcmp((*out)->number, it->opening->number) != 0)) {
        cbi_vault_free_opening(*out);
        *out = NULL;
    }
    return status;
}

static cbank_status add_totals(writing *it, const cbi_logged *logged, cbi_totals *totals,
                               cbank_error *err)
{
    cbi_holding holding = {0};
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_holding_take(it->reader.txn, it->reader.hasher, logged, &holding, err));
    if (holding.where == CBI_WHERE_HERE)
        CBI_TRY(cbi_totals_add_record(totals, holding.record, err));
done:
    cbi_holding_clear(&holding);
    return status;
}

static cbank_status write_shown(writing *it, const cbi_selected *item, const cbi_logged *logged,
                                cbi_totals *totals, cbank_error *err)
{
    bool deposit = logged->entry.entry_class == CBANK__V1__ENTRY_CLASS__ENTRY_CLASS_AWARD;
    bool enrols = logged->entry.entry_class == CBANK__V1__ENTRY_CLASS__ENTRY_CLASS_ENROLMENT;
    Cbank__V1__TranscriptItem message = CBANK__V1__TRANSCRIPT_ITEM__INIT;
    ProtobufCBinaryData path[CBI_PROOF_PATH_MAX];
    cbi_hash hashes[CBI_PROOF_PATH_MAX];
    cbank_status status = CBANK_OK;

    message.statement = cbi_message_data(logged->statement);
    if ((deposit || enrols) && it->opening != NULL)
        CBI_TRY(find_opening(it, item->index, &message.opening, err));
    if (item->batch != 0 && it->terms->evidence) {
        CBI_TRY(cbi_intake_path(it->reader.txn, it->reader.hasher,
                                &it->selection.batches[item->batch - 1], item->place, hashes,
                                &message.n_path, err));
        lend_path(hashes, message.n_path, path);
        message.batch = item->batch;
        message.path = path;
    }
    CBI_TRY(cbi_assembly_add_message(&it->assembly, &message, err));
    if (deposit && item->state == CBI_RECORD_HELD)
        CBI_TRY(add_totals(it, logged, totals, err));
done:
    cbi_vault_free_opening(message.opening);
    return status;
}

static cbank_status write_withheld(writing *it, const cbi_logged *logged, cbank_error *err)
{
    Cbank__V1__TranscriptItem message = CBANK__V1__TRANSCRIPT_ITEM__INIT;

    message.digest = cbi_message_data(cbi_bytes_of_hash(&logged->entry.statement));
    message.entry_class = (Cbank__V1__EntryClass)logged->entry.entry_class;
    return cbi_assembly_add_message(&it->assembly, &message, err);
}

static cbank_status write_items(writing *it, cbi_totals *totals, cbank_error *err)
{
    cbank_status status = CBANK_OK;
    cbi_logged logged;

    for (size_t i = 0; i < it->selection.family.entries; i++) {
        const cbi_selected *item = &it->selection.items[i];

        CBI_TRY(cbi_history_read(&it->reader, item->index, &logged, err));
        if (item->shown)
            CBI_TRY(write_shown(it, item, &logged, totals, err));
        else
            CBI_TRY(write_withheld(it, &logged, err));
    }
done:
    return status;
}

static cbank_status write_log_proof(writing *it, cbank_error *err)
{
    Cbank__V1__LogProof message = CBANK__V1__LOG_PROOF__INIT;
    uint64_t newest = it->selection.family.members[0].chain.head.index;
    ProtobufCBinaryData path[CBI_CONSISTENCY_MAX];
    cbank_status status = CBANK_OK;
    cbi_path proof;

    CBI_TRY(cbi_history_inclusion(&it->reader, newest, it->reader.sealed.size, &proof, err));
    lend_path(proof.hashes, proof.count, path);
    message.index = newest;
    message.path = path;
    message.n_path = proof.count;
    message.checkpoint = cbi_message_data(cbi_sealed_note(&it->reader.sealed));
    CBI_TRY(cbi_assembly_add_message(&it->assembly, &message, err));
done:
    return status;
}

/* What the bank keeps of a decision; `pages` are lent from the recognition's bytes. */
static cbank_status read_decision(writing *it, const cbi_selected_decision *decision,
                                  cbank_buffer *envelope, cbi_recognition_row *row,
                                  cbank_error *err)
{
    cbank_status status = CBANK_OK;

    *row = (cbi_recognition_row){0};
    if (decision->change)
        return cbi_recognition_get_change(it->reader.txn, &decision->id, &row->receipt_index,
                                          envelope, err);
    CBI_TRY(cbi_recognition_find(it->reader.txn, &decision->id, row, err));
    CBI_TRY(cbi_recognition_envelope(it->reader.txn, row, envelope, err));
    if (!decision->pages)
        row->pages = 0;
done:
    return status;
}

static cbank_status write_decision(writing *it, const cbi_selected_decision *decision,
                                   cbank_error *err)
{
    Cbank__V1__RecognitionEvidence message = CBANK__V1__RECOGNITION_EVIDENCE__INIT;
    ProtobufCBinaryData path[CBI_CONSISTENCY_MAX], pages[CBI_RECOGNITION_PAGES_MAX];
    cbank_buffer envelope = {0}, parts[CBI_RECOGNITION_PAGES_MAX] = {{0}};
    cbi_recognition_row row;
    cbank_status status = CBANK_OK;
    cbi_logged receipt;
    cbi_path proof;

    CBI_TRY(read_decision(it, decision, &envelope, &row, err));
    for (uint32_t i = 0; i < row.pages; i++) {
        CBI_TRY(cbi_recognition_page(it->reader.txn, &row, i, &parts[i], err));
        pages[i] = cbi_message_data(cbi_bytes_of_buffer(&parts[i]));
    }
    CBI_TRY(find_receipt(it, row.receipt_index, &proof, &receipt, err));
    lend_path(proof.hashes, proof.count, path);
    message.envelope = cbi_message_data(cbi_bytes_of_buffer(&envelope));
    message.pages = pages;
    message.n_pages = row.pages;
    message.receipt = cbi_message_data(receipt.statement);
    message.sequence = receipt.entry.sequence;
    message.previous = cbi_message_data(cbi_bytes_of_hash(&receipt.entry.previous));
    message.index = receipt.index;
    message.path = path;
    message.n_path = proof.count;
    CBI_TRY(cbi_assembly_add_message(&it->assembly, &message, err));
done:
    for (size_t i = 0; i < CBI_RECOGNITION_PAGES_MAX; i++)
        cbank_buffer_clear(&parts[i]);
    cbank_buffer_clear(&envelope);
    return status;
}

/* Batches, recognitions, entries, log proof: the order of the file. */
static cbank_status write_body(writing *it, cbi_totals *totals, cbank_error *err)
{
    size_t batches = it->terms->evidence ? it->selection.batch_count : 0;
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_assembly_begin(it->bank->config.suite, &it->assembly, err));
    for (size_t i = 0; i < batches; i++)
        CBI_TRY(write_batch(it, &it->selection.batches[i], err));
    for (size_t i = 0; it->terms->evidence && i < it->selection.decision_count; i++)
        CBI_TRY(write_decision(it, &it->selection.decisions[i], err));
    CBI_TRY(write_items(it, totals, err));
    CBI_TRY(write_log_proof(it, err));
done:
    return status;
}

/* ---- head ----------------------------------------------------------------------------------- */

static void fill_terms(const writing *it, int64_t expires_at, Cbank__V1__Code *purpose,
                       Cbank__V1__Terms *out)
{
    bool all = it->selection.shown == it->selection.family.entries;

    cbank__v1__terms__init(out);
    out->recipient = cbi_message_string(recipient_of(it->terms));
    /* A purpose is a code as a reason is. */
    if (cbi_errand_reason(it->terms->purpose, purpose) != NULL)
        out->purpose = purpose;
    out->issued_at = it->terms->now;
    out->expires_at = expires_at;
    out->consent = cbi_message_data(cbi_bytes_of_hash(&it->ground.digest));
    out->completeness = all ? CBANK__V1__COMPLETENESS__COMPLETENESS_ALL
                            : CBANK__V1__COMPLETENESS__COMPLETENESS_SELECTION;
}

/* `random` is what the chain lends. */
static cbank_status fill_chain(writing *it, const cbi_relative *member, cbi_hash *random,
                               Cbank__V1__Chain *out, cbank_error *err)
{
    cbi_subject subject = cbi_account_subject(member->account.digits);
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_subject_read_randomness(it->reader.txn, &subject, random, err));
    cbank__v1__chain__init(out);
    out->account = cbi_message_string(member->account.digits);
    out->tag_random = cbi_message_data(cbi_bytes_of_hash(random));
    out->items = (uint32_t)member->chain.count;
    out->last_leaf = cbi_message_data(cbi_bytes_of_hash(&member->chain.head.leaf));
    out->merged_into = member->merged_into;
done:
    return status;
}

static cbank_status sign(writing *it, cbi_disclosure *out, cbank_error *err)
{
    Cbank__V1__TranscriptHead head = CBANK__V1__TRANSCRIPT_HEAD__INIT;
    const cbi_private *key = it->bank->log_key.key;
    Cbank__V1__Holder holder;
    Cbank__V1__Terms terms;
    Cbank__V1__Code purpose;
    const cbi_family *family = &it->selection.family;
    Cbank__V1__Chain chains[CBI_TRANSCRIPT_CHAINS_MAX], *list[CBI_TRANSCRIPT_CHAINS_MAX];
    cbi_hash random[CBI_TRANSCRIPT_CHAINS_MAX], digest;
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_consent_new_code(it->reader.txn, &out->code, err));
    for (size_t i = 0; i < family->count; i++) {
        CBI_TRY(fill_chain(it, &family->members[i], &random[i], &chains[i], err));
        list[i] = &chains[i];
    }
    CBI_TRY(cbi_assembly_digest(&it->assembly, &digest, err));
    fill_holder(it, &holder);
    fill_terms(it, out->expires_at, &purpose, &terms);
    head.version = 1;
    head.code = out->code.text;
    head.origin = cbi_message_string(it->bank->config.origin);
    head.bank_name = it->bank->self->names[0]->value;
    if (it->person != NULL || it->opening != NULL)
        head.holder = &holder;
    head.terms = &terms;
    head.size = it->reader.sealed.size;
    head.root = cbi_message_data(cbi_bytes_of_hash(&it->reader.sealed.root));
    head.chains = list;
    head.n_chains = family->count;
    head.batches = it->terms->evidence ? (uint32_t)it->selection.batch_count : 0;
    head.recognitions = it->terms->evidence ? (uint32_t)it->selection.decision_count : 0;
    head.body_digest = cbi_message_data(cbi_bytes_of_hash(&digest));
    CBI_TRY(cbi_assembly_finish(&it->assembly, CBI_TRANSCRIPT_TYPE, &head, &key, 1, &out->file,
                                err));
done:
    return status;
}

/* ---- letting it out ------------------------------------------------------------------------ */

static cbank_status note(writing *it, const cbi_disclosure *out, cbank_error *err)
{
    cbi_disclosed what = {.code = &out->code,
                          .expires_at = out->expires_at,
                          .items = out->items,
                          .shown = out->shown,
                          .size = out->size,
                          .ask = &it->ask,
                          .ground = &it->ground};
    cbi_artefact_reader parts;
    cbi_envelope envelope;
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_artefact_open(cbi_bytes_of_buffer(&out->file), &parts, err));
    CBI_TRY(cbi_envelope_parse(parts.envelope, CBI_TRANSCRIPT_TYPE, &envelope, err));
    CBI_TRY(cbi_envelope_id(it->reader.hasher, envelope.payload, &what.transcript, err));
    cbi_ledger_read_end(&it->reader);
    CBI_TRY(cbi_disclosed_note(it->bank, &what, &it->order, err));
done:
    return status;
}

static cbank_status make(writing *it, cbi_disclosure *out, cbank_error *err)
{
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_ledger_read_begin(it->bank->ledger, &it->reader, err));
    CBI_TRY(cbi_selection_make(&it->reader, it->terms->account, it->terms->only,
                               it->terms->only_count, &it->selection, err));
    CBI_TRY(settle_ground(it, out, err));
    CBI_TRY(unseal_holder(it, err));
    CBI_TRY(write_body(it, &out->totals, err));
    out->items = (uint32_t)it->selection.family.entries;
    out->shown = (uint32_t)it->selection.shown;
    out->size = it->reader.sealed.size;
    out->root = it->reader.sealed.root;
    CBI_TRY(sign(it, out, err));
done:
    return status;
}

cbank_status cbi_disclosure_issue(cbi_bank *bank, const cbi_disclosure_terms *terms,
                                  cbi_disclosure *out, cbank_error *err)
{
    writing it = {.bank = bank, .terms = terms};
    cbank_status status = CBANK_OK;

    if (terms->order != NULL)
        it.order = *terms->order;
    it.order.now = terms->now;
    it.order.document = terms->ground.document;
    CBI_TRY(cbi_ground_check_ask(terms->recipient, terms->purpose, terms->expires_at, terms->now,
                                 err));
    CBI_TRY(cbi_order_check(&it.order, err));
    CBI_TRY(make(&it, out, err));
    if (terms->dry_run)
        cbank_buffer_clear(&out->file);
    else
        CBI_TRY(note(&it, out, err));
done:
    cbi_ledger_read_end(&it.reader);
    cbi_selection_clear(&it.selection);
    cbi_vault_free_person(it.person);
    cbi_vault_free_opening(it.opening);
    cbi_assembly_clear(&it.assembly);
    cbi_ground_clear(&it.ground);
    cbi_free(it.records);
    if (status != CBANK_OK)
        cbi_disclosure_clear(out);
    return status;
}

void cbi_disclosure_clear(cbi_disclosure *disclosure)
{
    cbank_buffer_clear(&disclosure->file);
    *disclosure = (cbi_disclosure){0};
}
