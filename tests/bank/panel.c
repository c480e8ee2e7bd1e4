#include "bank/panel.h"

#include <stdlib.h>
#include <string.h>

#include "bank/account.h"
#include "bank/holding.h"
#include "bank/rulebook.h"

#include "cbank/v1/programme.pb-c.h"

/* Publishes a programme of this id for everybody, once; its digest. */
static void publish_programme(teller *it, const char *id, const char *institution,
                              const char *unit, cbi_hash *out)
{
    Cbank__V1__PublicationHead head = CBANK__V1__PUBLICATION_HEAD__INIT;
    Cbank__V1__ProgrammePage page = CBANK__V1__PROGRAMME_PAGE__INIT;
    Cbank__V1__ProgrammeTerms terms = CBANK__V1__PROGRAMME_TERMS__INIT;
    Cbank__V1__LangText title = CBANK__V1__LANG_TEXT__INIT, *titles[1] = {&title};
    char *institutions[1] = {cbi_message_string(institution)};
    cbi_publication_builder builder = {0};
    cbi_publishing publishing = {0};
    cbank_buffer packed = {0}, file = {0};
    bool more = true;

    title.lang = cbi_message_string("zh");
    title.value = cbi_message_string("培养方案");
    terms.unit = cbi_message_string(unit);
    terms.total_milli = 120000;
    terms.institutions = institutions;
    terms.n_institutions = 1;
    page.terms = &terms;
    head.kind = CBANK__V1__PUBLICATION_KIND__PUBLICATION_KIND_PROGRAMME;
    head.id = cbi_message_string(id);
    head.edition = 1;
    head.authority = cbi_message_string(TELLER_COLLEGE);
    head.title = titles;
    head.n_title = 1;
    head.standing = CBANK__V1__STANDING__STANDING_OWN;
    head.effective_from = 20200101;
    head.date_rule = CBANK__V1__DATE_RULE__DATE_RULE_APPLICATION;
    head.partial_dates = CBANK__V1__PARTIAL_DATES__PARTIAL_DATES_REFUSE;
    head.zone = cbi_message_string("+08:00");
    teller_works(cbi_publication_begin(it->bank->config.suite, &builder, &teller_err));
    teller_works(cbi_message_pack(&page, &packed, &teller_err));
    teller_works(cbi_publication_add(&builder, cbi_bytes_of_buffer(&packed), &teller_err));
    teller_works(cbi_publication_finish(&builder, &head, it->college_key, &file, &teller_err));
    teller_works(cbi_publishing_open(it->bank, cbi_bytes_of_buffer(&file), (cbi_bytes){0},
                                     &publishing, &teller_err));
    if (!publishing.published)
        it->now++;
    while (!publishing.published && more)
        teller_works(cbi_publishing_write(&publishing, it->now, &more, &teller_err));
    *out = publishing.edition.digest;
    cbi_publishing_clear(&publishing);
    cbi_publication_builder_clear(&builder);
    cbank_buffer_clear(&packed);
    cbank_buffer_clear(&file);
}

void panel_towards(panel *it, teller *bank, const char *programme, const char *institution)
{
    panel_counts(it, bank, programme, institution, "credit");
}

void panel_counts(panel *it, teller *bank, const char *programme, const char *institution,
                  const char *unit)
{
    publish_programme(bank, programme, institution, unit, &it->digest);
    it->head.unit = it->amount.unit = cbi_message_string(unit);
    it->programme.id = cbi_message_string(programme);
    it->programme.digest = cbi_message_data(cbi_bytes_of_hash(&it->digest));
}

static void fill_head(panel *out, teller *it, const char *number, cbi_txn *txn, cbi_hasher *hasher)
{
    cbi_subject subject = cbi_account_subject(it->account.digits);
    cbi_head newest;
    cbi_hash random;

    teller_works(cbi_subject_read_randomness(txn, &subject, &random, &teller_err));
    teller_works(cbi_entry_tag(hasher, subject.kind, &random, subject.id, &out->tag, &teller_err));
    teller_works(cbi_subject_read_head(txn, &subject, &newest, &teller_err));
    cbank__v1__recognition_head__init(&out->head);
    cbank__v1__publication_ref__init(&out->programme);
    cbank__v1__decision__init(&out->decision);
    memset(out->salt, 7, sizeof(out->salt));
    out->programme.kind = CBANK__V1__PUBLICATION_KIND__PUBLICATION_KIND_PROGRAMME;
    out->programme.edition = 1;
    out->decision.outcome = CBANK__V1__DECISION_OUTCOME__DECISION_OUTCOME_FULL;
    out->head.salt = cbi_message_data(cbi_bytes_of(out->salt, sizeof(out->salt)));
    out->head.number = cbi_message_string(number);
    out->head.institution = cbi_message_string(TELLER_COLLEGE);
    out->head.origin = cbi_message_string(it->bank->config.origin);
    out->head.account = it->account.digits;
    out->head.account_tag = cbi_message_data(cbi_bytes_of_hash(&out->tag));
    out->head.sequences = newest.sequence + 1;
    out->head.programme = &out->programme;
    out->head.unit = cbi_message_string("credit");
    out->head.decision = &out->decision;
    out->head.at = TELLER_TIME;
}

static void fill_source(panel *out, size_t at, const cbi_holding *holding,
                        Cbank__V1__UseScope scope)
{
    Cbank__V1__RecognitionSource *source = &out->sources[at];
    bool counted = scope == CBANK__V1__USE_SCOPE__USE_SCOPE_COUNTED;
    int64_t milli = holding->record->amounts[0]->milli;

    out->records[at] = holding->id;
    out->leaves[at] = holding->leaf;
    cbank__v1__recognition_source__init(source);
    source->record = cbi_message_data(cbi_bytes_of_hash(&out->records[at]));
    source->sequence = holding->sequence;
    source->leaf = cbi_message_data(cbi_bytes_of_hash(&out->leaves[at]));
    source->scope = scope;
    source->leftover =
        counted ? CBANK__V1__LEFTOVER__LEFTOVER_KEPT : CBANK__V1__LEFTOVER__LEFTOVER_LOST;
    source->used_milli = counted ? 0 : milli;
    source->left_milli = counted ? milli : 0;
    out->source_list[at] = source;
    out->positions[at] = (uint32_t)at;
}

void panel_convene(panel *out, teller *it, const char *number, const teller_id *ids, size_t count,
                   Cbank__V1__UseScope scope)
{
    cbi_reader reader = {0};
    cbi_holding holding;

    *out = (panel){0};
    publish_programme(it, "p", TELLER_COLLEGE, "credit", &out->digest);
    teller_works(cbi_ledger_read_begin(it->bank->ledger, &reader, &teller_err));
    fill_head(out, it, number, reader.txn, reader.hasher);
    for (size_t i = 0; i < count; i++) {
        holding = (cbi_holding){0};
        teller_works(
            cbi_holding_find(reader.txn, reader.hasher, ids[i].text, &holding, &teller_err));
        fill_source(out, i, &holding, scope);
        cbi_holding_clear(&holding);
    }
    cbi_ledger_read_end(&reader);
    cbank__v1__recognition_grant__init(&out->grant);
    cbank__v1__amount__init(&out->amount);
    out->amount.unit = cbi_message_string("credit");
    out->amount.milli = 2000;
    out->grant.effect = CBANK__V1__GRANT_EFFECT__GRANT_EFFECT_TRANSFER;
    out->grant.bucket = cbi_message_string("elective");
    out->grant.amount = &out->amount;
    out->grant.basis = CBANK__V1__GRANT_BASIS__GRANT_BASIS_AGREEMENT;
    out->grant.document = cbi_message_string("2024-17");
    out->grant.sources = out->positions;
    out->grant.n_sources = count;
    out->grants[0] = &out->grant;
    panel_towards(out, it, "p", TELLER_COLLEGE);
    out->rows = (cbi_recognition_rows){.sources = out->source_list,
                                       .source_count = count,
                                       .grants = out->grants,
                                       .grant_count = 1};
}

cbank_buffer panel_sign(panel *it, const cbi_private *key)
{
    cbank_buffer file = {0};

    /* The struct may have been moved since: what it lends of itself is lent anew. */
    teller_works(cbi_recognition_make(&it->head, &it->rows, key, &file, &teller_err));
    return file;
}

cbank_status panel_enter(panel *it, teller *bank, cbi_recognised *out, cbank_error *err)
{
    cbank_buffer file = panel_sign(it, bank->college_key);
    cbank_status status = cbi_recognise_enter(bank->bank, cbi_bytes_of_buffer(&file),
                                              (cbi_bytes){0}, ++bank->now, false, out, err);

    cbank_buffer_clear(&file);
    return status;
}

cbi_recognised panel_recognise(teller *bank, const char *number, const teller_id *ids, size_t count,
                               Cbank__V1__UseScope scope)
{
    cbi_recognised entered;
    panel it;

    panel_convene(&it, bank, number, ids, count, scope);
    teller_works(panel_enter(&it, bank, &entered, &teller_err));
    return entered;
}

cbank_buffer panel_sign_change(teller *bank, const cbi_hash *recognition,
                               Cbank__V1__RecognitionAction action, const cbi_private *key)
{
    Cbank__V1__RecognitionChange change = CBANK__V1__RECOGNITION_CHANGE__INIT;
    uint8_t salt[CBI_SALT_SIZE];
    cbank_buffer file = {0};

    teller_works(cbi_random(salt, sizeof(salt), &teller_err));
    change.salt = cbi_message_data(cbi_bytes_of(salt, sizeof(salt)));
    change.institution = cbi_message_string(TELLER_COLLEGE);
    change.origin = cbi_message_string(bank->bank->config.origin);
    change.recognition = cbi_message_data(cbi_bytes_of_hash(recognition));
    change.action = action;
    change.at = TELLER_TIME;
    teller_works(cbi_recognition_change_make(&change, key, &file, &teller_err));
    return file;
}

cbank_status panel_change(teller *bank, const cbi_hash *recognition,
                          Cbank__V1__RecognitionAction action, cbi_recognised *out,
                          cbank_error *err)
{
    cbank_buffer file = panel_sign_change(bank, recognition, action, bank->college_key);
    cbank_status status = cbi_conversion_change(bank->bank, cbi_bytes_of_buffer(&file),
                                                (cbi_bytes){0}, ++bank->now, false, out, err);

    cbank_buffer_clear(&file);
    return status;
}

cbi_record_state panel_state_of(cbi_txn *txn, const teller_id *id)
{
    cbi_record_state state;

    teller_works(cbi_holding_state(txn, strtoull(id->text, NULL, 10), &state, &teller_err));
    return state;
}
