/*
 * Recognitions and their changes: as they come, and as the institution would have signed them. What
 * opens can be made again from what it says.
 */
#include "fuzz/fuzz.h"
#include "proof/recognition.h"

static void read_recognition(cbi_bytes file)
{
    world *bank = fuzz_story()->world;
    cbi_recognition recognition = {0}, again = {0};
    Cbank__V1__RecognitionHead head;
    cbank_buffer made = {0};

    if (cbi_recognition_open(bank->hasher, file, &recognition, NULL) != CBANK_OK)
        return;
    fuzz_require(recognition.page_count > 0 || recognition.rows.grant_count == 0,
                 "rows stand on pages");
    head = *recognition.head; /* of which making one changes the counts */
    fuzz_require(cbi_recognition_make(&head, &recognition.rows, bank->log_key, &made, NULL) ==
                     CBANK_OK,
                 "what was opened can be made");
    fuzz_require(cbi_recognition_open(bank->hasher, cbi_bytes_of_buffer(&made), &again, NULL) ==
                         CBANK_OK &&
                     again.rows.grant_count == recognition.rows.grant_count &&
                     again.rows.source_count == recognition.rows.source_count,
                 "and holds the same");
    cbi_recognition_clear(&again);
    cbi_recognition_clear(&recognition);
    cbank_buffer_clear(&made);
}

static void read_change(cbi_bytes file)
{
    world *bank = fuzz_story()->world;
    cbi_recognition_change change = {0};

    if (cbi_recognition_change_open(bank->hasher, file, &change, NULL) == CBANK_OK)
        fuzz_require(cbi_recognition_check_change(change.message, NULL) == CBANK_OK,
                     "what opens has been checked");
    cbi_recognition_change_clear(&change);
}

static void count_rows(void *message, cbi_artefact_reader *parts)
{
    Cbank__V1__RecognitionHead *head = message;
    Cbank__V1__RecognitionPage *page;
    cbi_bytes part;

    head->pages = head->sources = head->grants = head->refusals = head->findings = 0;
    head->evidence = 0;
    while (cbi_artefact_next(parts, &part)) {
        head->pages++;
        if (cbi_message_parse(&cbank__v1__recognition_page__descriptor, part, &page, NULL) !=
            CBANK_OK)
            return;
        head->sources += (uint32_t)page->n_sources;
        head->grants += (uint32_t)page->n_grants;
        head->refusals += (uint32_t)page->n_refusals;
        head->findings += (uint32_t)page->n_findings;
        head->evidence += (uint32_t)page->n_evidence;
        cbi_message_free(page);
    }
}

void fuzz_recognition(cbi_bytes input)
{
    const cbi_private *key = fuzz_story()->world->log_key;
    cbank_buffer file = {0};

    read_recognition(input);
    read_change(input);
    if (fuzz_sign(input, CBI_RECOGNITION_TYPE, &cbank__v1__recognition_head__descriptor,
                  count_rows, &key, 1, &file))
        read_recognition(cbi_bytes_of_buffer(&file));
    cbank_buffer_clear(&file);
    if (fuzz_sign(input, CBI_RECOGNITION_CHANGE_TYPE,
                  &cbank__v1__recognition_change__descriptor, NULL, &key, 1, &file))
        read_change(cbi_bytes_of_buffer(&file));
    cbank_buffer_clear(&file);
}
