#include "bank/warrant.h"

#include <string.h>

/* The very edition that the reference names. */
static cbank_status find_edition(cbi_txn *txn, const Cbank__V1__PublicationRef *ref,
                                 cbi_edition *out, cbank_error *err)
{
    cbank_status status = CBANK_OK;
    cbi_hash digest = {{0}};

    (void)cbi_hash_from(cbi_message_bytes(ref->digest), &digest); /* its size was checked */
    CBI_TRY(cbi_edition_find(txn, &digest, out, err));
    if (out->kind != (int)ref->kind || out->edition != ref->edition ||
        strcmp(out->id, ref->id) != 0)
        CBI_TRY(cbi_fail(err, CBI_REASON_RECOGNITION_RULES, ref->edition, ref->id, NULL));
done:
    return status;
}

bool cbi_warrant_names(const Cbank__V1__ProgrammeTerms *terms, const cbi_edition *edition,
                       const char *institution)
{
    for (size_t i = 0; i < terms->n_institutions; i++) {
        if (strcmp(terms->institutions[i], institution) == 0)
            return true;
    }
    return terms->n_institutions == 0 && strcmp(edition->authority, institution) == 0;
}

static cbank_status check_terms(const Cbank__V1__ProgrammeTerms *terms, const cbi_edition *edition,
                                const Cbank__V1__RecognitionHead *head, cbank_error *err)
{
    if (terms == NULL || strcmp(terms->unit, head->unit) != 0 ||
        strcmp(terms->framework, head->framework) != 0 || terms->level_milli != head->level_milli)
        return cbi_fail(err, CBI_REASON_RECOGNITION_RULES, edition->edition, edition->id,
                        "unit, level");
    if (!cbi_warrant_names(terms, edition, head->institution))
        return cbi_fail(err, CBI_REASON_RECOGNITION_NOT_ALLOWED, edition->edition,
                        head->institution, "%s", edition->id);
    return CBANK_OK;
}

cbank_status cbi_warrant_programme(cbi_txn *txn, const Cbank__V1__PublicationRef *ref,
                                   cbi_edition *edition, Cbank__V1__ProgrammePage **page,
                                   cbank_error *err)
{
    cbank_buffer bytes = {0};
    cbank_status status = CBANK_OK;

    CBI_TRY(find_edition(txn, ref, edition, err));
    CBI_TRY(cbi_edition_page(txn, edition, 0, &bytes, err));
    CBI_TRY(cbi_message_parse(&cbank__v1__programme_page__descriptor, cbi_bytes_of_buffer(&bytes),
                              page, err));
    if ((*page)->terms == NULL)
        CBI_TRY(cbi_fail(err, CBI_REASON_RECOGNITION_RULES, ref->edition, ref->id, NULL));
done:
    cbank_buffer_clear(&bytes);
    return status;
}

cbank_status cbi_warrant_check(cbi_txn *txn, const Cbank__V1__RecognitionHead *head,
                               cbank_error *err)
{
    Cbank__V1__ProgrammePage *page = NULL;
    cbank_status status = CBANK_OK;
    cbi_edition edition, rules;

    CBI_TRY(cbi_warrant_programme(txn, head->programme, &edition, &page, err));
    for (size_t i = 0; i < head->n_rule_sets; i++)
        CBI_TRY(find_edition(txn, head->rule_sets[i], &rules, err));
    CBI_TRY(check_terms(page->terms, &edition, head, err));
done:
    cbi_message_free(page);
    return status;
}

cbank_status cbi_warrant_fill(cbi_bank *bank, Cbank__V1__RecognitionHead *head,
                              Cbank__V1__ProgrammePage **page, cbank_error *err)
{
    cbi_reader reader = {0};
    cbank_status status = CBANK_OK;
    cbi_edition edition;

    if (head->programme == NULL || head->programme->digest.len != CBI_HASH_SIZE)
        return cbi_fail(err, CBI_REASON_FIELD_MISSING, 0, "programme", NULL);
    CBI_TRY(cbi_ledger_read_begin(bank->ledger, &reader, err));
    CBI_TRY(cbi_warrant_programme(reader.txn, head->programme, &edition, page, err));
    head->unit = (*page)->terms->unit;
    head->framework = (*page)->terms->framework;
    head->level_milli = (*page)->terms->level_milli;
done:
    cbi_ledger_read_end(&reader);
    return status;
}
